import io
import random
from collections import defaultdict
from datetime import date, timedelta

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import statement as tool
from ..tools.statement import ACTIVITY, OPEN_ITEMS, Section
from .common import TODAY, BillingCase, SecondCompany, days
from .ledger_common import RandomLedger

LONG_AGO = date(2020, 1, 1)


class StatementCase(BillingCase):
    def _statement(self, kind=OPEN_ITEMS, date_from=LONG_AGO, date_to=TODAY, **kwargs):
        customer = kwargs.get("customer") or self.customer
        company = kwargs.get("company") or self.company
        statements = self.env["billing.statement"]._get_statements(
            company, customer, kind, date_from, date_to
        )
        return statements[customer.id]

    def _section(self, *args, **kwargs):
        [section] = self._statement(*args, **kwargs).sections
        return section

    def _activity(self, date_from=LONG_AGO, date_to=TODAY, **kwargs):
        return self._section(ACTIVITY, date_from, date_to, **kwargs)


@tagged("post_install", "-at_install")
class TestOpenItems(StatementCase):
    def test_one_invoice(self):
        invoice = self._make_invoice(amount=120, overdue=10, ref="PO 7")
        section = self._section()
        [item] = section.items
        self.assertEqual(
            (item.type, item.number, item.reference, item.move_id),
            ("invoice", invoice.name, "PO 7", invoice.id),
        )
        self.assertEqual((item.date, item.due), (days(-40), days(-10)))
        self.assertEqual((item.amount, item.residual, item.days), (120, 120, 10))
        self.assertEqual((section.total, section.overdue), (120, 120))
        self.assertEqual(section.ageing, [0, 120, 0, 0, 0, 0])

    def test_partly_paid_and_credited(self):
        invoice = self._make_invoice(amount=120, overdue=10)
        self._pay(invoice, 50, day=days(-3))
        self._make_credit_note(amount=20, overdue=-5)
        section = self._section()
        self.assertEqual([i.residual for i in section.items], [70, -20])
        self.assertEqual([i.type for i in section.items], ["invoice", "credit_note"])
        self.assertEqual((section.total, section.overdue), (50, 70))

    def test_as_of_the_past(self):
        invoice = self._make_invoice(amount=120, overdue=10)
        self._pay(invoice, day=days(-3))
        self.assertTrue(self._statement().is_empty)
        section = self._section(date_to=days(-4))
        self.assertEqual((section.total, section.items[0].days), (120, 6))

    def test_nothing_open(self):
        statement = self._statement()
        self.assertTrue(statement.is_empty)
        self.assertEqual(statement.sections, [])

    def test_two_currencies(self):
        """The company's own currency first; amounts are those of the documents."""
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._make_invoice(amount=30, overdue=5)
        sections = self._statement().sections
        self.assertEqual(
            [(s.currency_id, s.total) for s in sections],
            [(self.eur.id, 30), (self.usd.id, 200)],
        )

    def test_buckets_of_the_company(self):
        self.company.billing_ageing_bounds = "10,20"
        self._make_invoices([(None, 10, n) for n in (0, 10, 11, 21)])
        self.assertEqual(self._section().ageing, [10, 10, 10, 10])

    def test_items_of_a_contact_count_for_the_customer(self):
        self.customer.is_company = True
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self._make_entry(contact, 80, days(-40))
        self.assertEqual(self._section().total, 80)

    def test_addressed_to_who_got_the_newest(self):
        self.customer.is_company = True
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self._make_invoice(self.customer, overdue=1)
        self._make_invoice(contact, overdue=50)
        statement = self._statement()
        self.assertEqual(statement.contact_id, contact.id)
        chosen = self.env["billing.statement"]._get_contacts([statement])
        self.assertEqual(chosen, {self.customer.id: contact})

    def test_ageing_equals_the_receivables(self):
        pick = random.Random(1)
        specs = [(None, pick.randrange(1, 9999) / 100, n) for n in range(-9, 140, 7)]
        self._make_invoices(specs)
        self._make_credit_note(amount=33.33, overdue=40)
        groups = self.env["billing.receivable"]._read_group(
            [("partner_id", "=", self.customer.id)],
            ["bucket"],
            ["residual_currency:sum"],
        )
        found = {key: round(amount, 2) for key, amount in groups}
        section = self._section()
        expected = [found.get(f"b{index}", 0) for index in range(6)]
        self.assertEqual(section.ageing, expected)


@tagged("post_install", "-at_install")
class TestActivity(StatementCase):
    def test_from_opening_to_closing(self):
        before = self._make_invoice(amount=100, overdue=60)
        invoice = self._make_invoice(amount=50, overdue=-20)
        self._make_credit_note(amount=10, overdue=-20)
        self._pay(before, 80, day=days(-5))
        self._pay(invoice, day=days(3))
        section = self._activity(days(-30), TODAY)
        self.assertEqual(section.opening, 100)
        self.assertEqual(
            [(m.row.type, m.row.amount, m.balance) for m in section.movements],
            [
                ("invoice", 50, 150),
                ("credit_note", -10, 140),
                ("other", -80, 60),
            ],
        )
        self.assertEqual((section.closing, section.total), (60, 60))
        self.assertEqual(section.total_of("invoice"), 50)

    def test_payment_at_the_bank(self):
        self._make_entry(
            self.customer, -40, days(-2), journal_id=self._journal("TBNK").id
        )
        [movement] = self._activity().movements
        self.assertEqual(movement.row.type, "payment")

    def test_registered_payment_with_entry(self):
        invoice = self._make_invoice(amount=40)
        journal = self._journal("TBNK")
        outstanding = self._make_account(self.company, "101402", "asset_current")
        outstanding.reconcile = True
        lines = journal.inbound_payment_method_line_ids
        lines.payment_account_id = outstanding
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": journal.id, "payment_date": TODAY})
            ._create_payments()
        )
        self.assertTrue(payment.move_id)
        last = self._activity().movements[-1]
        self.assertEqual((last.row.type, last.balance), ("payment", 0))

    def test_settled_within_the_period(self):
        """Nothing is open any more, and still there is something to tell."""
        self._pay(self._make_invoice(amount=100, overdue=5), day=days(-1))
        statement = self._statement(ACTIVITY)
        self.assertFalse(statement.is_empty)
        self.assertEqual(statement.sections[0].closing, 0)
        self.assertTrue(self._statement(ACTIVITY, TODAY, TODAY).is_empty)

    def test_balance_without_movement(self):
        self._make_invoice(amount=100, overdue=5)
        section = self._activity(days(-1), TODAY)
        self.assertEqual((section.opening, section.movements), (100, []))
        self.assertEqual(section.closing, 100)

    def test_installments_are_movements_of_their_own(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": number}
                    )
                    for number in (10, 40)
                ],
            }
        )
        self._make_invoice(
            amount=100,
            overdue=0,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        section = self._activity()
        self.assertEqual([m.row.amount for m in section.movements], [50, 50])
        self.assertEqual([m.row.due for m in section.movements], [days(-20), days(10)])

    def test_paid_in_another_currency(self):
        """A euro payment settles a dollar invoice: both balances come to nothing."""
        invoice = self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._pay(invoice, 50, day=days(-2), currency=self.eur)
        statement = self._statement(ACTIVITY)
        self.assertEqual(
            {s.currency_id: (s.closing, s.total) for s in statement.sections},
            {self.eur.id: (0, 0), self.usd.id: (0, 0)},
        )
        dollars = next(s for s in statement.sections if s.currency_id == self.usd.id)
        transfer = dollars.movements[-1].row
        self.assertEqual((transfer.type, transfer.amount), ("transfer", -200))
        self.assertEqual(transfer.reference, invoice.name)

    def test_settled_by_another_customer(self):
        invoice = self._make_invoice(amount=100)
        payer = self._make_customer("Payer")
        entry = self._make_entry(payer, -100, days(-1))
        lines = self._receivable_lines(invoice + entry)
        lines.reconcile()
        for customer in (self.customer, payer):
            section = self._activity(customer=customer)
            self.assertEqual((section.closing, section.total), (0, 0), customer.name)
            self.assertEqual(section.movements[-1].row.type, "transfer")

    def test_dates_that_cannot_be(self):
        for dates, message in (
            ((TODAY, days(-1)), "comes after"),
            ((None, TODAY), "first day"),
            ((TODAY, None), "last day"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._statement(ACTIVITY, *dates)


@tagged("post_install", "-at_install")
class TestLedgerOfStatements(RandomLedger):
    """Balances agree with the general ledger to the cent, at any date.

    On the ledger of the receivables, with foreign currencies, exchange differences,
    credit notes, reversals and settlements taken back.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].union(*cls.customers)
        cls.statements = cls.env["billing.statement"]
        cls._settle_across()
        # What one transaction wrote has no statistics: plans would be a lottery.
        cls.env.flush_all()
        cls.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile"
        )

    @classmethod
    def _settle_across(cls):
        """Dollars paid in euros, and a debt paid by somebody else."""
        for customer, payer in ((0, 0), (1, 2)):
            invoice = cls._make_invoice(
                cls.customers[customer], 777.77, 20, currency_id=cls.usd.id
            )
            entry = cls._make_entry(cls.customers[payer], -100.01, days(-9))
            cls._receivable_lines(invoice + entry).reconcile()

    def _receivable(self, day):
        """What is open, by customer and currency."""
        rows = self.env["billing.receivable"].with_context(as_of=day)
        sums = defaultdict(float)
        for row in rows.search([("company_id", "=", self.company.id)]):
            sums[row.partner_id.id, row.currency_id.id] += row.residual_currency
        return {key: round(amount, 2) for key, amount in sums.items() if amount}

    def _closing(self, date_from, date_to):
        statements = self.statements._get_statements(
            self.company, self.partners, ACTIVITY, date_from, date_to
        )
        return {
            (statement.partner_id, section.currency_id): section
            for statement in statements.values()
            for section in statement.sections
        }

    def test_closing_equals_the_receivables_at_every_date(self):
        for day in self._dates():
            receivable = self._receivable(day)
            sections = self._closing(day - timedelta(days=15), day)
            for key in receivable.keys() | sections.keys():
                section = sections.get(key, Section(key[1], 2, ageing=[0.0]))
                place = (day, key)
                self.assertEqual(section.closing, receivable.get(key, 0), place)
                self.assertEqual(section.total, section.closing, place)
                self.assertEqual(round(sum(section.ageing), 2), section.total, place)

    def test_opening_is_the_closing_of_the_day_before(self):
        for day in self._dates()[::3]:
            before = self._closing(LONG_AGO, day - timedelta(days=1))
            after = self._closing(day, TODAY)
            for key in before.keys() | after.keys():
                closing = before[key].closing if key in before else 0
                opening = after[key].opening if key in after else 0
                self.assertEqual(opening, closing, (day, key))

    def test_movements_are_the_journal_items(self):
        """Each posted receivable item is one movement, with its booked amount."""
        self.env.flush_all()
        booked = self.env.execute_query(
            SQL(
                """SELECT line.id, line.amount_currency FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                     JOIN account_move move ON move.id = line.move_id
                    WHERE account.account_type = 'asset_receivable'
                      AND move.state = 'posted' AND line.company_id = %s
                      AND line.amount_currency <> 0 AND line.date <= %s""",
                self.company.id,
                TODAY,
            )
        )
        found = [
            (movement.row.line_id, movement.row.amount)
            for section in self._closing(LONG_AGO, TODAY).values()
            for movement in section.movements
            if movement.row.type != tool.TRANSFER
        ]
        self.assertEqual(sorted(found), sorted(booked))
        self.assertTrue(booked)

    def test_company_currency_equals_the_general_ledger(self):
        """The booked balance of what the statements list is that of the accounts."""
        for day in self._dates()[::4]:
            statements = self.statements._get_statements(
                self.company, self.partners, OPEN_ITEMS, None, day
            )
            listed = [
                item.line_id
                for statement in statements.values()
                for section in statement.sections
                for item in section.items
            ]
            rows = self.env["billing.receivable"].with_context(as_of=day)
            rows = rows.search([("company_id", "=", self.company.id)])
            # What is open by an exchange difference alone has no amount to list.
            unlisted = rows - rows.browse(listed)
            self.assertFalse(any(unlisted.mapped("residual_currency")), day)
            ledger = sum(float(row[2]) for row in self._ledger(day))
            self.assertAlmostEqual(sum(rows.mapped("residual")), ledger, 2, day)


@tagged("post_install", "-at_install")
class TestCompanies(SecondCompany, StatementCase):
    def test_each_company_its_own(self):
        self._make_invoice(amount=100)
        self._make_invoice(amount=40, company=self.other_company)
        self.assertEqual(self._section().total, 100)
        self.assertEqual(self._section(company=self.other_company).total, 40)

    def test_nobody_reads_another_company(self):
        statements = self.env["billing.statement"].with_user(self.other_coordinator)
        statements = statements.with_context(allowed_company_ids=self.other_company.ids)
        args = (self.company, self.customer, OPEN_ITEMS, None, TODAY)
        for method in (statements._get_statements, statements._make_xlsx):
            with self.assertRaises(AccessError):
                method(*args)
        with self.assertRaises(AccessError):
            statements._find_partners(self.company, OPEN_ITEMS, None, TODAY)

    def test_nobody_reads_without_the_receivables(self):
        for user in (self.department, self._make_user("employee", "base.group_user")):
            statements = self.env["billing.statement"].with_user(user)
            with self.assertRaises(AccessError):
                statements._get_statements(
                    self.company, self.customer, OPEN_ITEMS, None, TODAY
                )

    def test_report_of_another_company(self):
        """Whoever calls the report by its address gets no further."""
        data = self.env["billing.statement"]._prepare_report_data(
            self.company, self.customer, OPEN_ITEMS, None, TODAY
        )
        report = self.env["report.billing_coordinator.report_statement"]
        for user in (self.other_coordinator, self.department):
            with self.assertRaises(AccessError):
                report.with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )._get_report_values([], data)


@tagged("post_install", "-at_install")
class TestFiles(StatementCase):
    def _make_some(self):
        self._make_invoice(amount=1200.5, overdue=10, ref="=1+1")
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)

    def _html(self, kind, partners=None):
        statements = self.env["billing.statement"].with_user(self.coordinator)
        data = statements._prepare_report_data(
            self.company, partners or self.customer, kind, days(-90), TODAY
        )
        reports = self.env["ir.actions.report"].with_user(self.coordinator)
        html, _type = reports._render_qweb_html(
            "billing_coordinator.report_statement", [], data=data
        )
        return " ".join(html.decode().split())

    def test_page(self):
        self._make_some()
        html = self._html(OPEN_ITEMS)
        for text in ("Statement of open items", "Amounts in USD", "1,200.50", "=1+1"):
            self.assertIn(text, html)
        self.assertNotIn("Opening balance", html)
        html = self._html(ACTIVITY)
        for text in ("Statement of account", "Opening balance", "Closing balance"):
            self.assertIn(text, html)

    def test_page_for_each_customer(self):
        other = self._make_customer("Customer B")
        self._make_some()
        html = self._html(OPEN_ITEMS, self.customer + other)
        self.assertEqual(html.count("page-break-before: always"), 1)
        self.assertIn("Nothing is open", html)

    def test_pdf(self):
        self._make_some()
        wizard = self.env["billing.statement.wizard"].with_user(self.coordinator)
        wizard = wizard.create({"partner_ids": [Command.set(self.customer.ids)]})
        reports = self.env["ir.actions.report"].with_user(self.coordinator)
        reports = reports.with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content, kind = reports._render_qweb_pdf(
                "billing_coordinator.action_report_statement", wizard.ids
            )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))

    def _book(self, kind, partners=None):
        content = (
            self.env["billing.statement"]
            .with_user(self.coordinator)
            ._make_xlsx(self.company, partners or self.customer, kind, days(-90), TODAY)
        )
        return load_workbook(io.BytesIO(content))

    def test_sheet_of_open_items(self):
        self._make_some()
        sheet = self._book(OPEN_ITEMS)["Customer A"]
        values = [value for row in sheet.values for value in row if value is not None]
        for value in ("Statement of open items", "EUR", "USD", 1200.5, 200, "=1+1"):
            self.assertIn(value, values)
        kinds = {
            cell.data_type for row in sheet for cell in row if cell.value == "=1+1"
        }
        self.assertEqual(kinds, {"s"}, "a text of the customer is no formula")

    def test_sheet_of_activity_adds_up(self):
        self._make_some()
        self._make_entry(self.customer, -300.25, days(-3))
        sheet = self._book(ACTIVITY)["Customer A"]
        closing = {
            row[1]: row[6] for row in sheet.values if row[1] in ("Closing balance",)
        }
        self.assertEqual(closing, {"Closing balance": 200})
        amounts = [row[5] for row in sheet.values if row[1] in ("Invoice", "Entry")]
        self.assertEqual(amounts, [1200.5, -300.25, 200])

    def test_one_list_of_very_many(self):
        customers = self.env["res.partner"].create(
            [{"name": f"Many {n}"} for n in range(101)]
        )
        self._make_invoice(customers[7], 12.5)
        book = self._book(OPEN_ITEMS, customers)
        self.assertEqual(len(book.sheetnames), 1)
        rows = list(book.active.values)
        self.assertEqual(len(rows), 2)
        self.assertEqual((rows[1][0], rows[1][1], rows[1][9]), ("Many 7", "EUR", 12.5))


@tagged("post_install", "-at_install")
class TestWizard(SecondCompany, StatementCase):
    def _wizard(self, *records, **values):
        context = {}
        if records:
            [records] = records
            context = {"active_model": records._name, "active_ids": records.ids}
        wizard = self.env["billing.statement.wizard"].with_user(self.coordinator)
        return wizard.with_context(**context).create(values)

    def test_from_the_worklist(self):
        self._make_invoice()
        wizard = self._wizard(self._row())
        self.assertEqual(wizard.partner_ids, self.customer)
        self.assertEqual(wizard.company_id, self.company)
        self.assertEqual((wizard.date_from, wizard.date_to), (date(2025, 5, 1), TODAY))

    def test_rows_of_two_companies(self):
        self._make_invoice()
        self._make_invoice(self.other_customer, company=self.other_company)
        rows = self._row() + self._row(self.other_customer, self.other_company)
        wizard = self.env["billing.statement.wizard"].with_context(
            active_model=rows._name, active_ids=rows.ids
        )
        with self.assertRaisesRegex(UserError, "several companies"):
            wizard.create({})

    def test_from_a_contact(self):
        self.customer.is_company = True
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self.assertEqual(self._wizard(contact).partner_ids, self.customer)
        action = contact.with_user(self.coordinator).action_open_billing_statement()
        self.assertEqual(action["context"]["default_partner_ids"], self.customer.ids)

    def test_everybody(self):
        """Who has something open; for the activity, who had a movement as well."""
        paid = self._make_customer("Paid")
        self._make_invoice()
        self._pay(self._make_invoice(paid), day=days(-1))
        wizard = self._wizard()
        self.assertEqual(wizard._get_partners(), self.customer)
        wizard.kind = ACTIVITY
        self.assertEqual(wizard._get_partners(), self.customer + paid)

    def test_nobody(self):
        with self.assertRaisesRegex(UserError, "Nobody has anything"):
            self._wizard().action_print()

    def test_first_day_after_the_last(self):
        wizard = self._wizard(self.customer, kind=ACTIVITY, date_from=days(1))
        for action in ("action_print", "action_export", "action_send"):
            with self.assertRaisesRegex(UserError, "comes after"):
                getattr(wizard, action)()

    def test_files(self):
        self._make_invoice()
        wizard = self._wizard(self.customer)
        self.assertEqual(wizard.action_print()["type"], "ir.actions.report")
        self.assertIn(f"/{wizard.id}.xlsx", wizard.action_export()["url"])
        self.assertEqual(
            wizard._get_filename("xlsx"),
            "Statement of open items Customer A 2025-06-16.xlsx",
        )

    def test_too_many_for_a_pdf(self):
        customers = self.env["res.partner"].create(
            [{"name": f"Many {n}"} for n in range(201)]
        )
        with self.assertRaisesRegex(UserError, "at most 200"):
            self._wizard(customers).action_print()


@tagged("post_install", "-at_install")
class TestStatementQueries(StatementCase):
    def _count(self, kind):
        self.env.flush_all()
        self.env.invalidate_all()
        statements = self.env["billing.statement"].with_user(self.coordinator)
        before = self.cr.sql_log_count
        result = statements._get_statements(
            self.company, self.customers, kind, days(-30), TODAY
        )
        statements._get_contacts(result.values())
        return self.cr.sql_log_count - before

    def test_does_not_grow_with_the_customers(self):
        self.customers = self.customer
        self._make_invoice()
        for kind in (OPEN_ITEMS, ACTIVITY):
            self._count(kind)
        few = [self._count(kind) for kind in (OPEN_ITEMS, ACTIVITY)]
        for number in range(12):
            customer = self._make_customer(f"More {number}")
            self.customers += customer
            self._make_invoices([(customer, 10, 5), (customer, 10, 50)])
        more = [self._count(kind) for kind in (OPEN_ITEMS, ACTIVITY)]
        for grown, base in zip(more, few, strict=True):
            self.assertLessEqual(grown, base)
