from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TODAY, BillingCase, SecondCompany, days


@tagged("post_install", "-at_install")
class TestHold(SecondCompany, BillingCase):
    def _hold(self, **values):
        return (
            self.env["billing.hold"]
            .with_user(self.coordinator)
            .create({"partner_id": self.customer.id, "reason": "Talks", **values})
        )

    def test_nobody_on_hold_is_reminded(self):
        self._make_invoice(overdue=40)
        self._hold()
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("wait", "held"))
        self.assertFalse(row._process_one(stages=("auto", "manual")))
        self._run_job()
        self.assertFalse(self._notices())

    def test_held_between_evaluation_and_sending(self):
        self._make_invoice()
        row = self._row()
        self.assertEqual(row.next_action, "auto")
        self._hold()
        self.assertFalse(row._process_one())

    def test_one_invoice(self):
        held, free = self._make_invoices([(None, 100, 40), (None, 60, 10)])
        self._hold(move_id=held.id)
        notice = self._send()
        self.assertEqual(notice.line_ids.move_id, free)
        self.assertEqual(notice.amount, 60)

    def test_what_is_on_hold_in_words(self):
        first, second, _free = self._make_invoices([(None, 5, 9)] * 3)
        self._hold(move_id=first.id)
        self.assertEqual(self._row().hold_text, f"{first.name} is on hold")
        self._hold(move_id=second.id)
        self.assertEqual(self._row().hold_text, "2 invoices are on hold")
        self._hold()
        self.assertEqual(self._row().hold_text, "Everything is on hold")

    def test_ends_by_itself(self):
        self._make_invoice(overdue=10)
        hold = self._hold(date_end=days(3))
        for number, state, sent in (
            (0, "active", 0),
            (3, "active", 0),
            (4, "ended", 1),
        ):
            with self._at(days(number)):
                self.env.invalidate_all()
                self.assertEqual(hold.state, state)
                self.assertEqual(hold.search([("state", "=", state)]) & hold, hold)
                self.assertEqual(len(self._send()), sent, number)

    def test_as_of_a_past_day(self):
        """A look back shows the holds of that day, not those of today."""
        self._make_invoice(overdue=20)
        with self._at(days(-9)):
            hold = self._hold()
        with self._at(days(-5)):
            hold.action_release()
        self._hold(date_end=days(3))
        for day, expected in ((-10, False), (-9, "hold"), (-6, "hold"), (-5, False)):
            row = self._receivables(as_of=days(day))
            self.assertEqual(row.hold_reason, expected, day)
        self.assertEqual(self._receivables().hold_reason, "hold")

    def test_released(self):
        self._make_invoice(overdue=10)
        hold = self._hold()
        self.assertEqual(self._row().hold_ids, hold)
        hold.action_release()
        self.assertEqual(
            (hold.state, hold.released_by_id), ("released", self.coordinator)
        )
        self.assertFalse(self._row().hold_ids)
        self.assertTrue(self._send())

    def test_released_by_the_button_of_the_worklist(self):
        self._make_invoice(overdue=10)
        hold = self._hold()
        row = self._row().with_user(self.coordinator)
        row.action_release_holds()
        self.assertEqual((hold.state, row.next_action), ("released", "auto"))

    def test_search_by_state(self):
        active = self._hold()
        released = self._hold()
        released.action_release()
        ended = self._hold(date_end=TODAY)
        with self._at(days(1)):
            self.env.invalidate_all()
            domain = [("partner_id", "=", self.customer.id)]
            for state, expected in (
                ("active", active),
                ("ended", ended),
                ("released", released),
            ):
                found = active.search([*domain, ("state", "=", state)])
                self.assertEqual(found, expected, state)
                others = active.search([*domain, ("state", "!=", state)])
                self.assertEqual(others, (active + released + ended - expected).sorted(
                    "id", reverse=True))  # fmt: skip

    def test_other_company_goes_on(self):
        self._make_invoice()
        self._make_invoice(company=self.other_company)
        self._hold()
        other = self.env["billing.worklist"].with_company(self.other_company)
        other._refresh(self.other_company, self.customer.ids)
        row = other._get_row(self.other_company, self.customer)
        self.assertEqual(row.next_action, "auto")
        self.assertEqual(self._row().next_action, "wait")

    def test_contact_stands_for_its_company(self):
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self.assertEqual(self._hold(partner_id=contact.id).partner_id, self.customer)

    def test_invoice_of_another_customer(self):
        invoice = self._make_invoice(self.other_customer)
        with self.assertRaisesRegex(ValidationError, "not an invoice of"):
            self._hold(move_id=invoice.id)

    def test_invoice_of_another_company(self):
        invoice = self._make_invoice(company=self.other_company)
        with self.assertRaises(UserError):
            self._hold(move_id=invoice.id)

    def test_ends_before_it_starts(self):
        with self.assertRaisesRegex(ValidationError, "before its first day"):
            self._hold(date_end=days(-1))

    def test_keeps_its_customer(self):
        hold = self._hold()
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            hold.partner_id = self.other_customer

    def test_released_is_not_changed(self):
        hold = self._hold()
        hold.action_release()
        for name, value in (
            ("reason", "Other"),
            ("date_end", days(9)),
            ("released_on", False),
            ("released_by_id", self.manager.id),
        ):
            with self.assertRaisesRegex(UserError, "released or has", msg=name):
                hold.write({name: value})
        hold.action_release()
        self.assertEqual(hold.state, "released")

    def test_ended_is_not_changed(self):
        """Its days are history: it would have held what was sent meanwhile."""
        hold = self._hold(date_end=TODAY)
        with self._at(days(1)):
            self.env.invalidate_all()
            for name, value in (("date_end", days(9)), ("reason", "Other")):
                with self.assertRaisesRegex(UserError, "has ended cannot", msg=name):
                    hold.write({name: value})
            hold.action_release()
            self.assertEqual(hold.state, "ended")

    def test_active_is_extended(self):
        hold = self._hold(date_end=TODAY)
        hold.date_end = days(3)
        with self._at(days(3)):
            self.env.invalidate_all()
            self.assertEqual(hold.state, "active")

    def test_credit_is_never_held(self):
        self._make_credit_note(amount=20)
        self._hold()
        self.assertEqual(self._receivables().mapped("hold_reason"), [False])

    def test_excluded_in_accounting(self):
        """Odoo's own 'no follow-up' counts as well."""
        invoice = self._make_invoice()
        self._receivable_lines(invoice).no_followup = True
        self.assertFalse(self._send())
        self.assertEqual(self._row().wait_reason, "held")
