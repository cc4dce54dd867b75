from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BillingCase, SecondCompany
from .late_common import LateRates


class WaiveCase(LateRates, BillingCase):
    """A notice with interest on two invoices and a fee: 2.74, 1.37 and 40."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.fee_amount = 40
        cls.invoices = cls._make_invoices([(None, 1000, 10), (None, 500, 10)])

    def _charge(self, post=False):
        self.company.billing_late_post = post
        self.notice = self._send()
        self.interest, self.other_interest, self.fee = self._charges()
        self.move = self.fee.move_id

    def _waive(self, charges, reason="Goodwill", user=None):
        wizard = self.env["billing.late.waive.wizard"]
        wizard = wizard.with_user(user or self.coordinator)
        wizard = wizard.with_context(active_ids=charges.ids)
        wizard.create({"reason": reason}).action_waive()
        self.env.invalidate_all()

    def _states(self):
        return self._charges().mapped("state")


@tagged("post_install", "-at_install")
class TestWaiveDraft(WaiveCase):
    def test_its_line_leaves_the_draft(self):
        self._charge()
        self._waive(self.interest, "Our mistake")
        self.assertEqual(self._states(), ["waived", "proposed", "proposed"])
        self.assertRecordValues(
            self.interest,
            [{"waive_reason": "Our mistake", "waived_by_id": self.coordinator.id}],
        )
        self.assertTrue(self.interest.waived_on)
        self.assertEqual(self.move.amount_total, 41.37)
        self.move.action_post()
        self.assertEqual(self._states(), ["waived", "charged", "charged"])

    def test_several_at_once(self):
        self._charge()
        self._waive(self.interest + self.fee)
        self.assertEqual(self.move.amount_total, 1.37)

    def test_all_of_them_take_the_draft_along(self):
        self._charge()
        self._waive(self._charges())
        self.assertFalse(self.move.exists())
        self.assertEqual(set(self._states()), {"waived"})

    def test_waived_days_are_not_charged_again(self):
        self.second.charge_interest = True
        self._charge()
        self._waive(self.interest + self.other_interest)
        self._send_on(8)
        self.assertEqual(
            [self._days(charge) for charge in self._charges()[3:]], [(1, 8), (1, 8)]
        )

    def test_not_waived_twice(self):
        self._charge()
        self._waive(self.fee)
        with self.assertRaisesRegex(UserError, "Fee of .* cannot be waived any more"):
            self._waive(self.fee + self.interest)

    def test_a_posted_invoice_that_is_a_draft_again(self):
        """It keeps its number: nothing is left of it but a cancelled invoice."""
        self._charge(post=True)
        self.move.button_draft()
        self.assertEqual(set(self._states()), {"proposed"})
        self._waive(self._charges())
        self.assertEqual(self.move.state, "cancel")
        self.assertEqual(set(self._states()), {"waived"})


@tagged("post_install", "-at_install")
class TestWaivePosted(WaiveCase):
    def test_credit_note_for_that_part(self):
        self._charge(post=True)
        self._waive(self.interest, "Our mistake")
        credit = self.interest.credit_move_id
        self.assertRecordValues(
            credit,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "reversed_entry_id": self.move.id,
                    "amount_total": 2.74,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertIn("Our mistake", credit.ref)
        self.assertEqual(
            credit.invoice_line_ids.name, self.interest.invoice_line_id.name
        )
        self.assertAlmostEqual(self.move.amount_residual, 41.37)
        self.assertEqual(self._states(), ["waived", "charged", "charged"])

    def test_several_share_a_credit_note(self):
        self._charge(post=True)
        self._waive(self._charges())
        credit = self._charges().credit_move_id
        self.assertEqual((len(credit), credit.amount_total), (1, 44.11))
        self.assertEqual(self.move.amount_residual, 0)
        self.assertEqual(self.move.payment_state, "reversed")

    def test_one_after_the_other(self):
        self._charge(post=True)
        for charge in self._charges():
            self._waive(charge)
        self.assertEqual(len(self._charges().credit_move_id), 3)
        self.assertEqual(self.move.amount_residual, 0)

    def test_after_the_customer_has_paid(self):
        """The credit note is the customer's: nothing is left to settle with it."""
        self._charge(post=True)
        self._pay(self.move)
        self._waive(self.fee)
        credit = self.fee.credit_move_id
        self.assertEqual((credit.state, credit.amount_residual), ("posted", 40))


@tagged("post_install", "-at_install")
class TestWaiveCredited(WaiveCase):
    """Somebody credited the invoice by hand before: nothing is credited twice."""

    def setUp(self):
        super().setUp()
        self._charge(post=True)

    def _credit_by_hand(self, lines=None, price=None):
        """A credit note by Odoo's own button; of these lines, at another price."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        wizard = wizard.create({"journal_id": self.move.journal_id.id})
        credit = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        names = (lines or self.move.invoice_line_ids).mapped("name")
        credit.invoice_line_ids.filtered(lambda x: x.name not in names).unlink()
        if price:
            credit.invoice_line_ids.write({"price_unit": price, "name": "Goodwill"})
        credit.action_post()
        lines = self._receivable_lines(self.move + credit)
        # Odoo settles the invoice at once when the amounts are the same.
        lines.filtered(lambda line: not line.reconciled).reconcile()
        return credit

    def _credits(self):
        return self.move.reversal_move_ids

    def _notification(self, charges):
        wizard = self.env["billing.late.waive.wizard"].with_user(self.coordinator)
        wizard = wizard.with_context(active_ids=charges.ids)
        return wizard.create({"reason": "Goodwill"}).action_waive()

    def test_all_of_it(self):
        by_hand = self._credit_by_hand()
        action = self._notification(self._charges())
        self.assertEqual(self._credits(), by_hand)
        self.assertEqual(set(self._states()), {"waived"})
        self.assertEqual(self._charges().credit_move_id, by_hand)
        message = action["params"]["message"]
        self.assertIn(f"{self.move.name} was credited with {by_hand.name}", message)
        self.assertIn("no other credit note", message)

    def test_reverse_and_create(self):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        wizard.create({"journal_id": self.move.journal_id.id}).modify_moves()
        self._waive(self._charges())
        self.assertEqual(len(self._credits()), 1)

    def test_one_of_its_lines(self):
        """The fee is credited: of all three, only the interest is left to credit."""
        by_hand = self._credit_by_hand(self.fee.invoice_line_id)
        action = self._notification(self._charges())
        credit = self._credits() - by_hand
        self.assertEqual(credit.amount_total, 4.11)
        self.assertEqual(self.move.amount_residual, 0)
        self.assertIn("4.11\xa0€ more", action["params"]["message"])

    def test_the_line_that_is_waived(self):
        by_hand = self._credit_by_hand(self.fee.invoice_line_id)
        self._waive(self.fee)
        self.assertEqual(self._credits(), by_hand)
        self.assertAlmostEqual(self.move.amount_residual, 4.11)

    def test_another_line(self):
        self._credit_by_hand(self.fee.invoice_line_id)
        action = self._notification(self.interest)
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(self.interest.credit_move_id.amount_total, 2.74)
        self.assertAlmostEqual(self.move.amount_residual, 1.37)

    def test_a_sum(self):
        """20 of 44.11: afterwards the invoice is owed as far as it is not waived."""
        self._credit_by_hand(self.fee.invoice_line_id, 20)
        self._waive(self.fee)
        self.assertEqual(self.fee.credit_move_id.amount_total, 20)
        self.assertAlmostEqual(self.move.amount_residual, 4.11)
        self._waive(self.interest + self.other_interest)
        self.assertEqual(self.interest.credit_move_id.amount_total, 4.11)
        self.assertEqual(self.move.amount_residual, 0)
        self.assertEqual(sum(self._credits().mapped("amount_total")), 44.11)

    def test_credit_note_that_is_a_draft_is_none(self):
        self._credit_by_hand().button_draft()
        self._waive(self._charges())
        self.assertEqual(self.move.amount_residual, 0)

    def test_with_taxes(self):
        """What was credited and what is credited, with their taxes, are the fee."""
        self.move.button_draft()
        group = self.env["account.tax.group"].create(
            {"name": "Tax", "company_id": self.company.id}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "Tax 20",
                "amount": 20,
                "company_id": self.company.id,
                "country_id": self.company.country_id.id,
                "tax_group_id": group.id,
                "price_include_override": "tax_included",
            }
        )
        self.move.invoice_line_ids.tax_ids = tax
        self.move.action_post()
        self.assertEqual(self.move.amount_total, 44.11)
        self._credit_by_hand(self.fee.invoice_line_id, 10)
        self._waive(self.fee)
        self.assertAlmostEqual(self.move.amount_residual, 4.11)


@tagged("post_install", "-at_install")
class TestCancel(WaiveCase):
    def test_cancelling_the_notice_deletes_the_draft(self):
        self._charge()
        self.notice.with_user(self.coordinator).action_cancel("Too early")
        self.assertEqual(set(self._states()), {"cancelled"})
        self.assertFalse(self.move.exists())
        self.assertFalse(self.notice.late_charge_text)

    def test_cancelled_days_are_charged_by_the_next_notice(self):
        self._charge()
        self.notice.action_cancel("Too early")
        self._send_on(1)
        self.assertEqual(
            [self._days(c) for c in self._charges()[3:] if c.date_from],
            [(-9, 1), (-9, 1)],
        )
        self.assertEqual(self._charges()[5].fee_amount, 40)

    def test_waived_rows_stay_waived(self):
        self._charge()
        self._waive(self.interest)
        self.notice.action_cancel("Too early")
        self.assertEqual(self._states(), ["waived", "cancelled", "cancelled"])

    def test_refused_when_the_invoice_is_posted(self):
        self._charge(post=True)
        with self.assertRaisesRegex(UserError, "Waive the charges first"):
            self.notice.action_cancel("Too early")
        self.assertEqual(self.notice.state, "queued")
        self._waive(self._charges())
        self.notice.action_cancel("Too early")
        self.assertEqual(self.notice.state, "cancelled")

    def test_letter_that_was_settled_before_it_was_printed(self):
        """It never goes out, so what it charged is given up, posted or not."""
        for post in (False, True):
            customer = self._make_customer(f"Letter {post}")
            invoice = self._make_invoice(customer, 1000)
            self.company.billing_late_post = post
            self.first.write({"send_email": False, "send_letter": True})
            notice = self._send(customer)
            self._pay(invoice)
            notice.with_user(self.coordinator).action_print_letters()
            self.assertEqual(notice.state, "cancelled")
            states = set(self._charges(customer).mapped("state"))
            self.assertEqual(states, {"waived" if post else "cancelled"})

    def test_deleting_the_draft_frees_the_days(self):
        self._charge()
        self.move.with_user(self.coordinator).unlink()
        self.env.flush_all()
        self.assertEqual(set(self._states()), {"cancelled"})
        self.second.charge_interest = True
        self._send_on(8)
        self.assertEqual(self._days(self._charges()[3]), (-9, 8))

    def test_days_of_a_draft_that_went_after_a_newer_charge(self):
        """Exactly the days that no charge in force covers: the gap, then the new."""
        self.plan.stage_ids.charge_interest = True
        self._charge()
        self._send_on(8)
        self.move.unlink()
        self.env.flush_all()
        self._send_on(23)
        mine = self._charges().filtered(lambda c: c.origin_id == self.invoices[0])
        self.assertEqual(
            [(charge.state, *self._days(charge)) for charge in mine],
            [
                ("cancelled", -9, 0),
                ("proposed", 1, 8),
                ("proposed", -9, 0),
                ("proposed", 9, 23),
            ],
        )
        self.assertEqual(
            mine[2:].mapped("interest_amount"),
            [mine[0].interest_amount, 4.11],
        )
        self.assertEqual(len(mine[2:].invoice_line_id), 2)

    def test_deleting_a_line_of_the_draft_frees_its_days(self):
        self._charge()
        self.interest.invoice_line_id.unlink()
        self.env.flush_all()
        self.assertEqual(self._states(), ["cancelled", "proposed", "proposed"])

    def test_cancelled_invoice_that_comes_back_too_late(self):
        """Its days were charged elsewhere in the meantime: refused, not doubled."""
        self._charge()
        self.move.button_cancel()
        self.assertEqual(set(self._states()), {"cancelled"})
        self.second.charge_interest = True
        self._send_on(8)
        with self.assertRaisesRegex(Exception, "days_once"):
            with self.cr.savepoint():
                self.move.button_draft()
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestRights(SecondCompany, WaiveCase):
    def test_nobody_types_in_a_charge(self):
        self._charge()
        for user in (self.coordinator, self.manager):
            charge = self.fee.with_user(user)
            for name in ("state", "waived_on", "fee_amount", "date_to"):
                with self.assertRaises(AccessError, msg=name):
                    charge.write({name: False})
            with self.assertRaises(AccessError):
                charge.copy()
            with self.assertRaises(AccessError):
                charge.unlink()

    def test_charge_of_another_company_is_not_waived(self):
        self._charge()
        with self.assertRaises(AccessError):
            self._waive(self.fee, user=self.other_coordinator)
        self.assertEqual(self.fee.state, "proposed")

    def test_who_does_not_collect_waives_nothing(self):
        self._charge()
        invoicing = self._make_user("invoicing", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._waive(self.fee, user=invoicing)

    def test_links_of_notice_and_invoices(self):
        self._charge()
        notice = self.notice.with_user(self.coordinator)
        self.assertEqual(notice.late_charge_count, 3)
        action = notice.action_open_late_charges()
        charges = self.env["billing.late.charge"]
        self.assertEqual(charges.search(action["domain"]), self._charges()[::-1])
        for move, count in ((self.move, 3), (self.invoices[0], 1)):
            move = move.with_user(self.coordinator)
            self.assertEqual(move.billing_late_charge_count, count)
            action = move.action_open_billing_late_charges()
            self.assertEqual(charges.search_count(action["domain"]), count)
        self.assertEqual(self.fee.action_open_invoice()["res_id"], self.move.id)

    def test_names(self):
        self._charge()
        self.assertEqual(
            self._charges().mapped("display_name"),
            [
                f"Interest on {self.invoices[0].name}",
                f"Interest on {self.invoices[1].name}",
                f"Fee of {self.notice.name}",
            ],
        )
        self.assertEqual(self.rate.display_name, "10 % from 01/01/2020")
