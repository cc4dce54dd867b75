from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.billing_coordinator.demo import billing_demo, catalogue, generator
from odoo.addons.billing_coordinator.demo.write_setup import SetupWriter

TODAY = date(2025, 6, 16)


def outstanding(demo):
    """[(days overdue, invoice)] of the installments left open by the demo data."""
    settled = {
        (part.invoice, part.installment)
        for receipt in demo.receipts
        if receipt.matched
        for part in receipt.settles
        if part.share == 1
    }
    returned = {
        note.invoice
        for note in demo.credit_notes
        if note.applied and note.share == 1
    }  # fmt: skip
    return [
        ((demo.today - due).days, invoice)
        for invoice in demo.invoices
        for index, due in enumerate(invoice.due_dates)
        if (invoice.key, index) not in settled and invoice.key not in returned
    ]


class TestDemoGenerator(BaseCase):
    """What the demo data must show on whatever day it is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.days = [TODAY + timedelta(days=offset) for offset in range(0, 400, 45)]
        cls.demos = [generator.build(day) for day in cls.days]

    def test_same_day_same_data(self):
        again = generator.build(TODAY)
        self.assertEqual(vars(again), vars(self.demos[0]))
        other = generator.build(TODAY, seed=1)
        self.assertNotEqual(other.invoices, again.invoices)

    def test_size(self):
        demo = self.demos[0]
        self.assertEqual(len(demo.customers), 60)
        self.assertEqual(
            Counter(invoice.company for invoice in demo.invoices),
            {"us": 1200, "ie": 300},
        )
        self.assertEqual({row.currency for row in demo.invoices}, {"USD", "EUR"})
        billed = {invoice.customer for invoice in demo.invoices}
        self.assertEqual(billed, {customer.key for customer in demo.customers})

    def test_keys_are_unique(self):
        for name in ("customers", "invoices", "drafts"):
            keys = [row.key for row in getattr(self.demos[0], name)]
            self.assertEqual(len(keys), len(set(keys)), name)

    def test_a_minority_of_the_customers_is_overdue(self):
        for demo in self.demos:
            late = {row.customer for days, row in outstanding(demo) if days > 0}
            with self.subTest(today=demo.today):
                self.assertTrue(12 <= len(late) <= 21, len(late))

    def test_every_stage_has_something(self):
        stages = ((-3, 0), (1, 7), (8, 15), (16, 30), (31, 120))
        for demo in self.demos:
            overdue = [days for days, _invoice in outstanding(demo)]
            for low, high in stages:
                with self.subTest(today=demo.today, stage=(low, high)):
                    self.assertTrue(any(low <= days <= high for days in overdue))

    def test_nothing_happens_in_the_future(self):
        for demo in self.demos:
            for row in (*demo.invoices, *demo.receipts, *demo.costs, *demo.advances):
                self.assertLess(row.date, demo.today)

    def test_receipts_follow_their_invoices(self):
        for demo in self.demos:
            dates = {invoice.key: invoice.date for invoice in demo.invoices}
            for receipt in demo.receipts:
                for part in receipt.settles:
                    self.assertGreaterEqual(receipt.date, dates[part.invoice])

    def test_the_bank_is_fresh_and_not_all_matched(self):
        for demo in self.demos:
            yesterday = demo.today - timedelta(days=1)
            for company in catalogue.CUSTOMERS:
                costs = demo.of_company("costs", company)
                self.assertIn(yesterday, {cost.date for cost in costs})
            self.assertTrue(any(not receipt.matched for receipt in demo.receipts))

    def test_no_address_is_a_strangers(self):
        for customer in self.demos[0].customers:
            self.assertRegex(customer.email or "example.com", r"(^|[@.])example\.com$")
        kinds = Counter(customer.email_kind for customer in self.demos[0].customers)
        self.assertTrue({"none", "malformed", "blacklisted"} <= set(kinds))
        self.assertGreater(kinds["good"], 50)

    def test_tickets_of_every_kind(self):
        for demo in self.demos:
            tickets = demo.tickets
            with self.subTest(today=demo.today):
                self.assertTrue(18 <= len(tickets) <= 30, len(tickets))
                states = {row.state for row in tickets}
                self.assertLessEqual(
                    {"new", "in_progress", "waiting_department", "closed"}, states
                )
                late = [
                    row
                    for row in tickets
                    if row.deadline < demo.today and not row.resolution
                ]
                self.assertTrue(2 <= len(late) <= 8, len(late))
                about = [row.invoice for row in tickets if row.invoice]
                self.assertEqual(len(about), len(set(about)))
                for row in tickets:
                    self.assertLessEqual(row.made, demo.today)

    def test_disputed_invoices_are_overdue_and_unpaid(self):
        for demo in self.demos:
            disputed = {row.key for row in demo.invoices if row.note}
            open_keys = {row.key for days, row in outstanding(demo) if days > 0}
            self.assertTrue(disputed)
            self.assertLessEqual(disputed, open_keys)


@tagged("post_install", "-at_install")
class TestDemoWriter(TransactionCase):
    """A small part of the demo data, written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        currency = cls.env.ref("base.USD")
        (currency + cls.env.ref("base.EUR")).active = True
        cls.company = cls.env["res.company"].create(
            {
                "name": "Small demo",
                "currency_id": currency.id,
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.demo = cls._few_customers(generator.build(TODAY))
        # In a database with demo data the records would be those of the demo.
        module = patch("odoo.addons.billing_coordinator.demo.write_setup.MODULE", "x")
        cls.startClassPatcher(module)
        for name in ("write_customers", "write_invoices"):
            path = f"odoo.addons.billing_coordinator.demo.{name}.MODULE"
            cls.startClassPatcher(patch(path, "x"))
        cls.env["billing.demo"]._fill(cls.demo, "us", cls.company)

    @classmethod
    def _few_customers(cls, demo):
        chosen = {"us_00", "us_08", "us_09", "us_39", "us_43"}
        customers = demo.of_company("customers", "us")
        chosen |= {row.key for row in customers if row.behaviour == "disputing"}
        for name in ("invoices", "receipts", "drafts", "advances", "tickets"):
            rows = [row for row in getattr(demo, name) if row.customer in chosen]
            setattr(demo, name, rows)
        kept = {invoice.key for invoice in demo.invoices}
        notes = [note for note in demo.credit_notes if note.invoice in kept]
        demo.credit_notes = [replace(note, applied=True) for note in notes]
        demo.customers = [row for row in demo.customers if row.key in chosen]
        return demo

    def _lines(self, *domain):
        lines = self.env["account.move.line"]
        return lines.search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                *domain,
            ]
        )

    def test_open_installments_are_those_of_the_plan(self):
        planned = Counter(days for days, _row in outstanding(self.demo))
        lines = self._lines(
            ("move_id.move_type", "=", "out_invoice"), ("reconciled", "=", False)
        )
        written = Counter((TODAY - line.date_maturity).days for line in lines)
        self.assertEqual(written, planned)

    def test_receivables_tie_out(self):
        lines = self._lines()
        self.assertAlmostEqual(
            sum(lines.mapped("balance")), sum(lines.mapped("amount_residual")), 2
        )

    def test_disputed_invoices_have_a_ticket(self):
        """What they say is in the ticket: no invoice shows it."""
        domain = [("company_id", "=", self.company.id)]
        lines = self.env["billing.ticket.line"].search(domain)
        notes = [row.note for row in self.demo.invoices if row.note]
        disputed = [row for row in self.demo.tickets if row.share == 1.0]
        self.assertTrue(notes)
        self.assertGreaterEqual(len(disputed), len(notes))
        self.assertEqual(
            len(self.env["billing.ticket"].search(domain)), len(self.demo.tickets)
        )
        self.assertFalse(any(lines.move_id.mapped("narration")))
        for line in lines.filtered("is_open"):
            self.assertLessEqual(line.amount_disputed, line.amount_residual)

    def test_departments_are_asked(self):
        """A department that is waited for was asked: its members find the question."""
        domain = [("company_id", "=", self.company.id)]
        tickets = self.env["billing.ticket"].search(domain)
        waiting = tickets.filtered(lambda t: t.state == "waiting_department")
        self.assertTrue(waiting)
        for name in ("question", "asked_on", "question_deadline"):
            self.assertTrue(all(waiting.mapped(name)), name)
        self.assertTrue(self.company.billing_writeoff_account_id)
        self.assertTrue(self.company.billing_writeoff_journal_id)
        self.assertTrue(self.company.billing_match_charges_account_id)

    def test_numbers_have_no_gap(self):
        domain = [
            ("company_id", "=", self.company.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
        ]
        moves = self.env["account.move"].search(domain)
        self.assertEqual(len(moves), len(self.demo.invoices))
        self.assertFalse(moves.filtered("made_sequence_gap"))
        names = moves.filtered(lambda move: move.date.year == TODAY.year).mapped("name")
        self.assertEqual(max(names), f"INV/{TODAY.year}/{len(names):05}")

    def test_statements_follow_one_another(self):
        domain = [("company_id", "=", self.company.id)]
        statements = self.env["account.bank.statement"].search(domain)
        self.assertTrue(statements)
        self.assertTrue(all(statements.mapped("is_complete")))
        self.assertTrue(all(statements.mapped("is_valid")))
        self.assertEqual(max(statements.mapped("date")), TODAY - timedelta(days=1))

    def test_lines_of_the_bank_wait_with_proposals(self):
        """Some are clear, some need a person: what makes the review worth a look."""
        domain = [("company_id", "=", self.company.id), ("state", "=", "proposed")]
        matches = self.env["billing.payment.match"].search(domain)
        self.assertTrue(matches.filtered("is_clear"))
        best = matches.filtered(lambda match: match.rank == 1)
        self.assertTrue(best.filtered("difference"))
        self.assertTrue(best.filtered("kept"))
        self.assertTrue(best.filtered("returned_line_id"))

    def test_cheques_in_the_bank_are_matched(self):
        payments = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        banked = [row for row in self.demo.receipts if row.banked]
        matched = payments.filtered("is_matched")
        self.assertEqual(len(matched), len(banked) + len(self.demo.advances))

    def test_a_company_keeps_its_currency_and_country(self):
        company = self.env["res.company"].create(
            {
                "name": "Irish demo",
                "currency_id": self.env.ref("base.EUR").id,
                "country_id": self.env.ref("base.ie").id,
            }
        )
        env = self.env(context={"allowed_company_ids": company.ids})
        SetupWriter(env, self.demo, "ie").write()
        self.assertEqual(company.currency_id.name, "EUR")
        self.assertEqual(company.account_sale_tax_id.country_id.code, "IE")
        self.assertEqual(company.account_sale_tax_id.amount, 23.0)

    def test_a_company_with_entries_is_left_alone(self):
        self.env["ir.model.data"].create(
            {
                "module": "x",
                "name": "company",
                "model": "res.company",
                "res_id": self.company.id,
            }
        )
        count = len(self._lines())
        with patch.object(billing_demo, "COMPANIES", {"us": "x.company"}):
            self.env["billing.demo"]._install()
        self.assertEqual(len(self._lines()), count)
