from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, SecondCompany
from .match_common import MatchCase


@tagged("post_install", "-at_install")
class TestPropose(SecondCompany, MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matches = cls.env["billing.payment.match"]
        cls.invoice = cls._make_invoice()

    def _look(self, *lines):
        """Proposals of the lines, as a coordinator has them made."""
        lines = self.env["account.bank.statement.line"].union(*lines)
        matches = self.matches.with_user(self.coordinator)
        self.assertTrue(matches._propose(lines.with_user(self.coordinator)))
        return self.matches.search([("statement_line_id", "in", lines.ids)])

    def _line(self, amount, text, name="", **values):
        return self._make_bank_line(amount, text, partner_name=name, **values)

    def test_invoice_named_by_its_customer_is_clear(self):
        open_amount = self._item(self.invoice).amount_residual
        line = self._line(open_amount, self.invoice.name, self.customer.name)
        match = self._look(line)[:1]
        self.assertTrue(match.is_clear)
        self.assertEqual((match.rank, match.state), (1, "proposed"))
        self.assertEqual(match.partner_id, self.customer)
        self.assertEqual(match.line_ids.move_line_id, self._item(self.invoice))
        self.assertEqual(match.line_ids.amount, open_amount)
        self.assertIn(self.invoice.name, match.reason_text)

    def test_nothing_fits(self):
        self.assertFalse(self._look(self._line(3.33, "Refund of a tax", "Tax office")))

    def test_two_lines_never_get_the_same_item_as_clear(self):
        amount = self._item(self.invoice).amount_residual
        lines = [
            self._line(amount, self.invoice.name, self.customer.name) for _i in range(2)
        ]
        self.assertEqual(len(self._look(*lines).filtered("is_clear")), 1)

    def test_again_replaces_what_was_proposed(self):
        line = self._line(50, self.invoice.name, self.customer.name)
        first = self._look(line)
        second = self._look(line)
        self.assertEqual(len(first), len(second))
        self.assertFalse(first.exists() & second)

    def test_what_is_paid_meanwhile_is_proposed_no_more(self):
        amount = self._item(self.invoice).amount_residual
        line = self._line(amount, self.invoice.name, self.customer.name)
        self.assertTrue(self._look(line))
        self._pay(self.invoice)
        self.assertNotIn(self.invoice.name, self._look(line).mapped("line_ids.name"))

    def test_applying_drops_rivals_of_other_lines(self):
        amount = self._item(self.invoice).amount_residual
        lines = [
            self._line(amount, self.invoice.name, self.customer.name) for _i in range(2)
        ]
        self._look(lines[0])
        self._look(lines[1])
        own = self.matches.search([("statement_line_id", "=", lines[0].id)], limit=1)
        own.with_user(self.coordinator).action_apply()
        rivals = [("statement_line_id", "=", lines[1].id), ("state", "=", "proposed")]
        names = self.matches.search(rivals).mapped("line_ids.name")
        self.assertNotIn(self.invoice.name, names)

    def test_set_aside_is_left_alone(self):
        line = self._line(10, "later", self.customer.name)
        self.matches.create({"statement_line_id": line.id, "state": "skipped"})
        left = self.env["account.bank.statement.line"].search(
            self.matches._get_left_domain()
        )
        self.assertNotIn(line, left)

    def test_known_bank_account(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "DE89 3704 0044 0532 0130 00", "partner_id": self.other.id}
        )
        invoice = self._make_invoice(self.other)
        amount = self._item(invoice).amount_residual
        number = "DE89370400440532013000"
        line = self._line(amount, "thanks", account_number=number)
        match = self._look(line)[:1]
        self.assertEqual(match.partner_id, self.other)
        self.assertIn("account", [reason[0] for reason in match.reasons])

    def test_customer_number_in_the_text(self):
        self.customer.ref = "K-77012"
        amount = self._item(self.invoice).amount_residual
        match = self._look(self._line(amount, "our number K77012", "Someone"))[:1]
        self.assertEqual(match.partner_id, self.customer)
        self.assertIn("K77012", match.reason_text)

    def test_customer_of_the_parent_is_known_by_account_in_its_branch(self):
        customer = self._make_customer("Of the parent", company_id=self.company.id)
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        number = "DE89370400440532013000"
        self.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": customer.id}
        )
        line = self._line(10, "thanks", account_number=number)
        self.env.flush_all()
        for company, known in (
            (branch, {number: (customer.id,)}),
            (self.other_company, {}),
        ):
            accounts, _names = self.matches._load_payers(company, line)
            self.assertEqual(accounts, known)

    def test_confirmed_name_is_evidence_the_next_time(self):
        line = self._line(10, "thanks", "Somebody Quite Different")
        self.env["billing.payer"]._learn(line, self.customer)
        amount = self._item(self.invoice).amount_residual
        line = self._line(amount, "thanks again", "Somebody quite different Ltd")
        match = self._look(line)[:1]
        self.assertEqual(match.partner_id, self.customer)
        self.assertIn("remembered_name", [reason[0] for reason in match.reasons])

    def test_forgotten_payer_is_no_evidence(self):
        line = self._line(10, "thanks", "Somebody Quite Different")
        self.env["billing.payer"]._learn(line, self.customer)
        payers = self.env["billing.payer"].with_user(self.coordinator).search([])
        payers.unlink()
        match = self._look(self._line(10, "again", "Somebody Quite Different"))
        reasons = [reason[0] for each in match for reason in each.reasons]
        self.assertNotIn("remembered_name", reasons)

    def test_discount_is_proposed_until_its_day(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        invoice = self._make_invoice(self.other, invoice_payment_term_id=term.id)
        item = self._item(invoice)
        paid = item.discount_amount_currency
        day = item.discount_date
        line = self._line(paid, invoice.name, self.other.name, day=day)
        match = self._look(line)[:1]
        self.assertAlmostEqual(match.granted, item.amount_residual - paid, 2)
        late = self._line(
            paid, invoice.name, self.other.name, day=day + timedelta(days=1)
        )
        self.assertFalse(self._look(late)[:1].granted)

    def test_charges_that_the_bank_tells(self):
        amount = self._item(self.invoice).amount_residual
        line = self._line(
            amount - 7, self.invoice.name, self.customer.name, billing_charges=-7
        )
        match = self._look(line)[:1]
        self.assertEqual((match.kept, match.line_ids.kept), (7, 7))
        self.assertAlmostEqual(match.line_ids.amount, amount - 7, 2)

    def test_returned_payment_names_the_earlier_line(self):
        amount = self._item(self.invoice).amount_residual
        first = self._line(
            amount, self.invoice.name, self.customer.name, billing_end_to_end="E2E-1"
        )
        self._match(first, (self.invoice, amount))
        back = self._line(
            -amount,
            "RETURN",
            self.customer.name,
            billing_end_to_end="E2E-1",
            billing_is_return=True,
            billing_return_reason="AC04",
        )
        match = self._look(back)[:1]
        self.assertEqual(match.returned_line_id, first)
        self.assertTrue(match.is_clear)
        match.with_user(self.coordinator).action_apply()
        self.assertOpen(invoice=amount)

    def test_payment_in_transit_stands_for_its_invoice(self):
        payment = self._register_payment(self.invoice, payment_date=TODAY)
        line = self._line(payment.amount, self.invoice.name, self.customer.name)
        match = self._look(line)[:1]
        self.assertEqual(match.line_ids.kind, "payment")
        self.assertEqual(match.line_ids.payment_id, payment)
        self.assertFalse(match.line_ids.move_line_id)
        match.with_user(self.coordinator).action_apply()
        self.assertOpen(invoice=0)

    def test_number_of_queries_does_not_grow(self):
        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.matches._propose(lines)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        lines = self.env["account.bank.statement.line"]
        for number in range(12):
            invoice = self._make_invoice(self.other)
            lines |= self._line(10 + number, invoice.name, self.other.name)
        count(lines)
        self.assertEqual(count(lines[:2]), count(lines))

    # -- who sees what --------------------------------------------------------------

    def test_items_of_another_company_are_never_proposed(self):
        partner = self._make_customer("Shared")
        theirs = self._make_invoice(partner, company=self.other_company)
        amount = self._item(theirs).amount_residual
        line = self._line(amount, theirs.name, partner.name)
        self.assertNotIn(theirs.line_ids, self._look(line).line_ids.move_line_id)

    def test_lines_of_another_company_are_refused(self):
        line = self._make_bank_line(10, company=self.other_company)
        matches = self.matches.with_user(self.coordinator)
        self.assertEqual(matches.action_match_again(line.ids), 0)

    def test_departments_have_no_matches(self):
        with self.assertRaises(AccessError):
            self.matches.with_user(self.department).action_match_again()
