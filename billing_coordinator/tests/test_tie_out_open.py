from odoo.fields import Command
from odoo.tests import tagged

from ..models import billing_tie_out_receivable
from ..tools import tie_out
from .common import TODAY, days
from .tie_out_common import TieOutCase


@tagged("post_install", "-at_install")
class TestTieOutTransit(TieOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100, overdue=20)

    def _pay_in_transit(self, amount, day, invoice=None):
        payment = self._register_payment(
            invoice or self.invoice, amount=amount, payment_date=day
        )
        self.assertEqual(payment.outstanding_account_id, self.transit)
        self.assertTrue(payment.move_id)
        return payment

    def test_payments_by_age(self):
        payments = [
            self._pay_in_transit(amount, days(-age))
            for amount, age in ((1, 0), (2, 7), (4, 8), (8, 30), (16, 31), (32, 61))
        ]
        section = self._section("transit")
        self.assertTies(section)
        self.assertEqual(
            self._amounts(section, tie_out.OTHER),
            {"age0": 3, "age1": 12, "age2": 16, "age3": 32},
        )
        balance, _amount = self._booked(self.transit, TODAY)
        self.assertEqual((section.rows[0].amount, balance), (63, 63))
        found = self._records(section, "age1").payment_id
        self.assertEqual(found, payments[2] + payments[3])

    def test_payment_that_the_bank_confirmed(self):
        """It was under way until the day of the bank."""
        payment = self._pay_in_transit(60, days(-10))
        before = self._tie_out(days(-4))
        bank_line = self._make_bank_line(60, day=days(-3))
        self._match_bank_line(bank_line, self._outstanding(payment))
        self.assertTrue(payment.is_matched)
        self.assertFalse(self._sections("transit"))
        self.assertEqual(self._tie_out(days(-4)), before)
        section = self._section("transit", days(-4))
        self.assertEqual(self._amounts(section), {"ledger": 60, "age0": 60})
        found = self._records(section, "age0", days(-4))
        self.assertEqual(found.payment_id, payment)

    def _outstanding(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.transit
        )

    def test_confirmed_in_part(self):
        payment = self._pay_in_transit(60, days(-10))
        self._match_bank_line(
            self._make_bank_line(45, day=days(-3)), self._outstanding(payment)
        )
        section = self._section("transit")
        self.assertTies(section)
        self.assertEqual(self._amounts(section), {"ledger": 15, "age1": 15})

    def test_foreign_currency_as_booked(self):
        """Two dollars a euro when it was paid; four since."""
        invoice = self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._pay_in_transit(100, days(-50), invoice)
        section = self._section("transit")
        self.assertEqual(section.currency_id, self.usd.id)
        self.assertTies(section)
        [row] = [row for row in section.rows if row.key == "age2"]
        self.assertEqual((row.amount, row.company_amount), (100, 50))

    def test_account_without_reconciliation(self):
        """It keeps no open items: which payments are under way, nobody knows."""
        self.transit.reconcile = False
        payment = self._pay_in_transit(60, days(-10))
        section = self._section("transit")
        self.assertExplained(section, {"no_reconcile": 60})
        self.assertEqual(self._records(section, "no_reconcile").payment_id, payment)

    def test_payment_without_entry_stands_apart(self):
        methods = self.bank.inbound_payment_method_line_ids
        methods.payment_account_id = False
        payment = self._register_payment(self.invoice, amount=70, payment_date=days(-9))
        self.assertFalse(payment.move_id)
        self.assertFalse(self._sections("transit"))
        section = self._section("unbooked")
        self.assertFalse(section.compares)
        self.assertTrue(section.ties)
        self.assertEqual(self._amounts(section), {"age1": 70})
        self.assertEqual(self._records(section, "age1"), payment)
        self.assertFalse(self._sections("unbooked", days(-10)))
        payment.action_reject()
        self.assertFalse(self._sections("unbooked"))

    def test_payment_without_entry_that_was_called_paid(self):
        """The bank knows nothing of it: follow-up and matching wait for it too."""
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        payment = self._register_payment(self.invoice, payment_date=days(-9))
        payment.action_validate()
        self.assertEqual((payment.state, payment.move_id.ids), ("paid", []))
        section = self._section("unbooked")
        self.assertEqual(self._amounts(section), {"age1": 100})
        self.assertEqual(self._records(section, "age1"), payment)
        bank_line = self._make_bank_line(100)
        self._match_bank_line(bank_line, self._receivable_lines(self.invoice))
        self.assertFalse(self._sections("unbooked"))


@tagged("post_install", "-at_install")
class TestTieOutCredits(TieOutCase):
    def test_by_customer_largest_first(self):
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        other = self._make_customer("Other")
        self._make_invoice(amount=500)
        self._make_credit_note(amount=20)
        self._make_entry(contact, -15, days(-2))
        self._make_entry(other, -50, days(-1))
        section = self._section("credits")
        self.assertFalse(section.compares)
        self.assertEqual(
            [(row.partner_id, row.amount, row.count) for row in section.rows],
            [(other.id, -50, 1), (self.customer.id, -35, 2)],
        )
        rows = self.env["billing.receivable"].with_context(as_of=TODAY)
        found = rows.search(section.rows[1].domain)
        self.assertEqual(sorted(found.mapped("residual")), [-20, -15])

    def test_applied_later(self):
        invoice = self._make_invoice(amount=100)
        credit = self._make_credit_note(amount=30)
        before = self._tie_out(days(-1))
        self._make_entry(self.customer, -70, TODAY)
        items = self._receivable_lines(invoice + credit)
        items.reconcile()
        self.assertEqual(self._section("credits").rows[0].amount, -70)
        # Both are from before that day: so they are settled from then on.
        self.assertFalse(self._sections("credits", days(-1)))
        self.assertEqual(self._kinds(before), {"credits", "receivable"})

    def _kinds(self, sections):
        return {section.kind for section in sections}

    def test_without_customer(self):
        self._make_entry(self.customer.browse(), -5, days(-2))
        section = self._section("credits")
        self.assertEqual(section.rows[0].partner_id, None)
        rows = self.env["billing.receivable"].search(section.rows[0].domain)
        self.assertEqual(rows.mapped("residual"), [-5])

    def test_very_many_customers_are_summed_up(self):
        self.patch(billing_tie_out_receivable, "MAX_CUSTOMERS", 2)
        for number in range(4):
            customer = self._make_customer(f"Many {number}")
            self._make_entry(customer, -10 - number, days(-2))
        section = self._section("credits")
        self.assertEqual([row.amount for row in section.rows], [-13, -12, -21])
        self.assertEqual(section.total(tie_out.OTHER), -46)
        rows = self._records(section, "other_customers")
        self.assertEqual(sorted(rows.mapped("residual")), [-11, -10])


@tagged("post_install", "-at_install")
class TestTieOutReceivable(TieOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._account("asset_receivable")
        cls.invoice = cls._make_invoice(amount=100, overdue=10)

    def test_ties(self):
        self._pay(self.invoice, 30, day=days(-5))
        self._make_credit_note(amount=10)
        section = self._section("receivable")
        self.assertTies(section)
        self.assertEqual(self._amounts(section), {"ledger": 60, "open_items": 60})
        self.assertEqual(section.rows[0].amount, self._booked(self.account, TODAY)[0])
        rows = self._records(section, "open_items")
        self.assertEqual(sum(rows.mapped("residual")), 60)

    def test_earlier_day_is_the_same_before_and_after_a_payment(self):
        before = self._tie_out(days(-6))
        self._pay(self.invoice, day=days(-5))
        self.assertEqual(self._tie_out(days(-6)), before)
        section = self._section("receivable", days(-6))
        self.assertEqual(self._amounts(section), {"ledger": 100, "open_items": 100})
        self.assertFalse(self._sections("receivable"))

    def test_wrong_open_amount(self):
        item = self._receivable_lines(self.invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = 93 WHERE id = %s", item.ids
        )
        section = self._section("receivable")
        self.assertEqual(section.company_difference, 7)
        self.assertFalse(section.ties)
        self.assertFalse(section.company_unexplained)
        self.assertEqual(self._records(section, "residual"), item)

    def test_item_that_is_closed_without_a_settlement(self):
        """The open items leave it out; the ledger does not."""
        item = self._receivable_lines(self.invoice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET reconciled = TRUE WHERE id = %s", item.ids
        )
        section = self._section("receivable")
        self.assertExplained(section, {"residual": 100})
        self.assertEqual(self._records(section, "residual"), item)

    def test_settled_by_an_entry_that_is_not_posted(self):
        entry = self._pay(self.invoice, 40, day=days(-3))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'draft' WHERE move_id = %s",
            entry.ids,
        )
        section = self._section("receivable")
        self.assertExplained(section, {"not_posted": 40})
        found = self._records(section, "not_posted")
        self.assertEqual(found, self._receivable_lines(self.invoice + entry))

    def test_settled_on_another_account(self):
        entry = self._pay(self.invoice, 40, day=days(-3))
        other = self._make_account(self.company, "101009", "asset_receivable")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET account_id = %s WHERE id = %s",
            [other.id, self._receivable_lines(entry).id],
        )
        sections = {s.account_id: s for s in self._sections("receivable")}
        self.assertExplained(sections[self.account.id], {"other_account": 40})
        self.assertExplained(sections[other.id], {"other_account": -40})

    def test_settled_in_another_currency_is_right(self):
        """Dollars paid with euros: both currencies tie with what crossed over."""
        invoice = self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._pay(invoice, 40, day=days(-55))
        sections = {s.currency_id: s for s in self._sections("receivable")}
        dollars, euros = sections[self.usd.id], sections[self.eur.id]
        self.assertTies(dollars)
        self.assertTies(euros)
        crossed = [
            next(row for row in section.rows if row.key == "other_currency")
            for section in (dollars, euros)
        ]
        self.assertEqual([row.company_amount for row in crossed], [40, -40])
        self.assertEqual(
            [row.amount for row in crossed], [80, -40], "at the rate of the day"
        )
        self.assertEqual(
            dollars.rows[0].amount, self._booked(self.account, TODAY, self.usd)[1]
        )

    def test_settled_by_a_branch_is_right(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        everywhere = self._make_user("everywhere", "group_billing_coordinator")
        everywhere.company_ids = [Command.set((self.company + branch).ids)]
        entry = self._make_entry(self.customer, -25, days(-3), company_id=branch.id)
        self.assertEqual(entry.company_id, branch)
        self._receivable_lines(self.invoice + entry).reconcile()
        own = self._section("receivable")
        self.assertTies(own)
        self.assertEqual(
            self._amounts(own),
            {"ledger": 100, "open_items": 75, "other_company": 25},
        )
        sections = self._sections(
            "receivable", companies=self.company + branch, user=everywhere
        )
        self.assertEqual(len(sections), 2)
        for section in sections:
            self.assertTies(section)
        self.assertEqual(sum(s.rows[0].amount for s in sections), 75)
