from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import days
from .test_ticket_resolve import ResolveCase


@tagged("post_install", "-at_install")
class TestTicketAmounts(ResolveCase):
    """What became of an invoice, and what of it is withheld."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def _pay_at_bank(self, invoice, amount, **values):
        return self._pay(invoice, amount, journal_id=self._journal("TBNK").id, **values)

    def _assert_amounts(self, line, **expected):
        """The named amounts, the others zero; together they are the original."""
        self.env.invalidate_all()
        amounts = {
            name: round(line[f"amount_{name}"], 2)
            for name in ("credited", "paid", "written_off", "residual")
        }
        self.assertEqual(amounts, dict.fromkeys(amounts, 0) | expected)
        self.assertAlmostEqual(sum(amounts.values()), line.amount_original, 2)

    def test_every_kind(self):
        ticket = self._make_ticket(self.invoice, 40)
        line = ticket.line_ids
        self._assert_amounts(line, residual=100)
        payment = self._pay_at_bank(self.invoice, 10)
        self._assert_amounts(line, residual=90, paid=10)
        self._resolve(ticket, "credited")
        self._assert_amounts(line, residual=50, paid=10, credited=40)
        other = self._make_ticket(self.invoice, 20)
        self._resolve(other, "written_off")
        everything = {"residual": 30, "paid": 10, "credited": 40, "written_off": 20}
        self._assert_amounts(line, **everything)
        self._assert_amounts(other.line_ids, **everything)
        self._receivable_lines(payment).remove_move_reconcile()
        self._assert_amounts(line, residual=40, credited=40, written_off=20)

    def test_registered_payment(self):
        line = self._make_ticket(self.invoice, 40).line_ids
        journal = self._journal("TBNK")
        journal.inbound_payment_method_line_ids.payment_account_id = self._account(
            "asset_current"
        )
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        register.create({"journal_id": journal.id, "amount": 30})._create_payments()
        self._assert_amounts(line, residual=70, paid=30)

    def test_foreign_currency(self):
        """Paid at another rate: the exchange difference is no part of it."""
        invoice = self._make_invoice(
            amount=400,
            overdue=30,
            currency_id=self.usd.id,
            invoice_date=days(-60),
            date=days(-60),
        )
        ticket = self._make_ticket(invoice, 100)
        [item] = self._receivable_lines(invoice)
        self._pay_at_bank(invoice, 25, currency=self.usd, foreign=-100)
        self._resolve(ticket, "credited")
        other = self._make_ticket(invoice, 100)
        self._resolve(other, "written_off", user=self.manager)
        self._assert_amounts(
            ticket.line_ids, paid=100, credited=100, written_off=100, residual=100
        )
        self._pay_at_bank(invoice, 25, currency=self.usd, foreign=-100)
        self.assertTrue(item.matched_credit_ids.exchange_move_id)
        self._assert_amounts(ticket.line_ids, paid=200, credited=100, written_off=100)

    def test_several_installments(self):
        invoice = self._halves()
        line = self._make_ticket(invoice, 60).line_ids
        self._pay_at_bank(invoice, 55)
        self._assert_amounts(line, residual=45, paid=55)

    def test_departments_see_them(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited")
        self.env.invalidate_all()
        seen = ticket.with_user(self.member)
        self.assertEqual(seen.settlement_count, 1)
        [values] = seen.line_ids.read(["amount_credited", "settlement_state"])
        self.assertEqual(
            (values["amount_credited"], values["settlement_state"]), (40, "done")
        )

    def test_query_budget(self):
        """One query for the amounts of however many lines."""
        invoices = self._make_invoices([(None, 100, 5)] * 12)
        ticket = self._make_ticket()
        ticket.line_ids = [Command.create({"move_id": move.id}) for move in invoices]
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["billing.ticket.line"].search(
            [("move_id", "in", invoices.ids)]
        )
        lines.mapped("move_id.name")
        with self.assertQueryCount(1):
            lines.mapped("amount_credited")
            lines.mapped("amount_paid")
            lines.mapped("amount_written_off")

    # -- what is withheld --------------------------------------------------------------

    def test_payment_goes_to_the_undisputed_part_first(self):
        self._make_ticket(self.invoice, 40)
        for paid, withheld in ((50, 40), (15, 35), (30, 5)):
            self._pay(self.invoice, paid)
            self.assertEqual(self._receivables().withheld, withheld)

    def test_several_tickets(self):
        first = self._make_ticket(self.invoice, 40)
        self._make_ticket(self.invoice, 25)
        self.assertEqual(self._receivables().withheld, 65)
        self._resolve(first, "rejected")
        self.assertEqual(self._receivables().withheld, 25)

    def _halves(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": number}
                    )
                    for number in (0, 30)
                ],
            }
        )
        return self._make_invoice(
            self._make_customer("Customer B"),
            amount=100,
            invoice_date=days(-40),
            date=days(-40),
            invoice_payment_term_id=term.id,
        )

    def test_installments_as_of(self):
        """The day's open amounts count, not those of today."""
        invoice = self._halves()
        customer = invoice.partner_id
        self._make_ticket(invoice, 60)
        first, second = self._receivable_lines(invoice).sorted("date_maturity")
        with self._at(days(5)):
            self._pay(invoice, 50, day=days(5))
        self.env.flush_all()

        def withheld(day):
            rows = self._receivables(customer, as_of=days(day))
            return {row.move_line_id: row.withheld for row in rows}

        self.assertEqual(withheld(1), {first: 50, second: 10})
        self.assertEqual(withheld(5), {second: 50})

    def test_foreign_currency_is_withheld_in_it(self):
        invoice = self._make_invoice(
            self._make_customer("Customer C"), amount=400, currency_id=self.usd.id
        )
        ticket = self._make_ticket(invoice, 100)
        row = self._receivables(invoice.partner_id)
        self.assertEqual((row.withheld, row.residual_currency), (100, 400))
        self.assertAlmostEqual(
            ticket.amount_disputed, invoice.amount_total_signed / 4, 2
        )

    def test_ageing_has_both_parts(self):
        """The whole amount in its bucket, and a flag; as of a day too."""
        self._make_ticket(self.invoice)
        for context in ({}, {"as_of": days(0)}):
            rows = self._receivables(**context)
            self.assertEqual((rows.residual, rows.overdue), (100, 100))
            self.assertEqual(rows.hold_reason, "disputed")
            groups = (
                self.env["billing.receivable"]
                .with_context(**context)
                ._read_group(
                    [("partner_id", "=", self.customer.id)],
                    ["hold_reason"],
                    ["residual:sum"],
                )
            )
            self.assertEqual(groups, [("disputed", 100)])

    # -- promises ----------------------------------------------------------------------

    def _promise(self, amount, **values):
        promises = self.env["billing.promise"].with_user(self.coordinator)
        return promises._make(
            self._receivable_lines(self.invoice), [(days(3), amount)], **values
        )

    def test_promising_what_is_in_dispute(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self.assertRaisesRegex(ValidationError, "40.00.* is in dispute"):
            self._promise(60.01)
        promise = self._promise(60)
        self.assertEqual(self._receivables().withheld, 100)
        self._pay(self.invoice, 60)
        self.assertEqual(promise.amount_paid, 60)
        self.assertEqual(self._receivables().withheld, 40)
        self._resolve(ticket, "credited")
        self.assertEqual((promise.amount_paid, ticket.state), (60, "closed"))

    def test_disputing_what_is_promised(self):
        """What is in dispute need not be paid meanwhile, what is credited never."""
        promise = self._promise(100)
        ticket = self._make_ticket(self.invoice, 40)
        self.assertEqual(promise.line_ids.remaining, 60)
        self.assertEqual(self._receivables().withheld, 100)
        self._resolve(ticket, "credited")
        self.assertEqual((promise.state, promise.line_ids.remaining), ("open", 60))
        self._pay(self.invoice, 60, day=days(2))
        with self._at(days(9)):
            promise.with_user(self.env.user)._judge()
        self.assertEqual((promise.state, promise.judged_amount), ("kept", 60))

    def test_promise_in_place_of_another(self):
        self._promise(50)
        self._make_ticket(self.invoice, 40)
        wizard = self.env["billing.promise.wizard"].with_user(self.coordinator)
        context = {"active_model": "account.move", "active_ids": self.invoice.ids}
        form = Form(wizard.with_context(**context))
        self.assertEqual(form.free_amount, 10)
        form.replace = True
        self.assertEqual(form.free_amount, 60)

    # -- what a notice says ------------------------------------------------------------

    def test_words_of_the_notice(self):
        invoice = self._make_invoice(amount=200, overdue=9)
        self._make_ticket(self.invoice, 40)
        self._make_ticket(invoice, 50)
        promised = self.env["billing.promise"]
        promised._make(self._receivable_lines(invoice), [(days(3), 70)])
        third = self._make_invoice(amount=300, overdue=8)
        promised._make(self._receivable_lines(third), [(days(4), 20)])
        lines = self._send().line_ids.sorted("residual")
        euro = self.eur.format
        self.assertEqual(
            [line._get_number() for line in lines],
            [
                f"{self.invoice.name}, without {euro(40)} that is in dispute",
                f"{invoice.name}, without {euro(70)} that is promised and {euro(50)}"
                " that is in dispute",
                f"{third.name}, without {euro(20)} that is promised",
            ],
        )
        self.assertEqual(lines.mapped("disputed"), [40, 50, 0])
