from ast import literal_eval

from lxml import etree

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import TODAY, BillingCase, days


class WizardCase(BillingCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice()
        self.row = self._row().with_user(self.coordinator)

    def _wizard(self, name, records=None, **values):
        records = records if records is not None else self.row
        model = self.env[f"billing.{name}.wizard"].with_user(self.coordinator)
        model = model.with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        )
        with Form(model) as form:
            for field, value in values.items():
                setattr(form, field, value)
        return form.record


@tagged("post_install", "-at_install")
class TestCall(WizardCase):
    def _call(self, outcome, **values):
        """Press the button of the outcome, as the dialog does."""
        call = self._wizard("call", **values)
        return call.with_context(call_outcome=outcome).action_log()

    def test_call_is_written_down(self):
        self._call("reached", note="Will look into it")
        self.assertIn("Call: Reached", self.row.message_ids[0].body)
        self.assertIn("Will look into it", self.row.message_ids[0].body)
        self.assertEqual(self.row.last_call_date, TODAY)
        self.assertEqual(self.row.last_contact_date, TODAY)
        self.assertEqual((self.row.postponed_until, self.row.next_action), (
            days(7), "wait"))  # fmt: skip
        self.assertEqual(self.row.activity_ids.date_deadline, days(7))

    def test_call_is_told_from_other_messages(self):
        self._call("reached")
        subtype = self.env.ref("billing_coordinator.mt_call")
        self.assertEqual(self.row.message_ids[0].subtype_id, subtype)
        self.assertTrue(subtype.internal)

    def test_followers_get_no_mail(self):
        self.row.message_subscribe(self.manager.partner_id.ids)
        self._call("reached")
        self.assertFalse(self.row.message_ids[0].notified_partner_ids)

    def test_every_button_of_the_dialog_is_an_outcome(self):
        view = self.env["billing.call.wizard"].get_view(view_type="form")
        buttons = etree.fromstring(view["arch"]).xpath("//button[@name='action_log']")
        outcomes = [
            literal_eval(button.get("context"))["call_outcome"] for button in buttons
        ]
        selection = self.env["billing.call.wizard"]._fields["outcome"]
        self.assertEqual(outcomes, selection.get_values(self.env))

    def test_unknown_outcome(self):
        with self.assertRaisesRegex(UserError, "no outcome of a call"):
            self._call("gossip")

    def test_without_a_button(self):
        call = self._wizard("call")
        call.outcome = "promised"
        call.action_log()
        self.assertIn("Call: Promised to pay", self.row.message_ids[0].body)

    def test_next_contact_depends_on_the_outcome(self):
        for outcome, after in (
            ("reached", 7), ("promised", 7), ("disputed", 7), ("no_answer", 1),
            ("wrong", 1),
        ):  # fmt: skip
            self._call(outcome)
            self.assertEqual(self.row.postponed_until, days(after), outcome)

    def test_next_contact_of_the_user_stays(self):
        self._call("no_answer", next_contact=days(3))
        self.assertEqual(self.row.postponed_until, days(3))
        self.assertEqual(self.row.activity_ids.date_deadline, days(3))

    def test_reminders_go_on(self):
        self._call("reached", hold_reminders=False, plan_call=False)
        self.assertFalse(self.row.postponed_until)
        self.assertEqual(self.row.next_action, "auto")
        self.assertFalse(self.row.activity_ids)

    def test_call_again_while_reminders_go_on(self):
        self._call("reached", hold_reminders=False)
        self.assertFalse(self.row.postponed_until)
        self.assertEqual(self.row.activity_ids.date_deadline, days(7))

    def test_a_promise_goes_on_with_its_dialog(self):
        closed = self._call("reached")
        self.assertEqual(closed["type"], "ir.actions.act_window_close")
        action = self._call("promised")
        self.assertEqual(action["res_model"], "billing.promise.wizard")
        wizard = self.env["billing.promise.wizard"].with_user(self.coordinator)
        promise = Form(wizard.with_context(**action["context"]))
        self.assertEqual(promise.partner_id, self.customer)

    def test_closes_the_calls_that_were_due(self):
        call = self.env.ref("mail.mail_activity_data_call")
        for day in (TODAY, days(3)):
            self.row.activity_schedule(
                activity_type_id=call.id, date_deadline=day, user_id=self.manager.id
            )
        self._call("reached", plan_call=False)
        self.assertEqual(self.row.activity_ids.mapped("date_deadline"), [days(3)])

    def test_takes_over_what_did_not_arrive(self):
        self.customer.email = False
        self._send()
        self.assertEqual(self._row().next_action, "fix")
        self._call("no_answer")
        self.assertEqual(self._row().next_action, "fix")
        self._call("promised")
        self.assertNotEqual(self._row().next_action, "fix")

    def test_next_contact_in_the_past(self):
        with self.assertRaisesRegex(ValidationError, "after today"):
            self._wizard("call", next_contact=TODAY)


@tagged("post_install", "-at_install")
class TestPostpone(WizardCase):
    def test_postponed_and_resumed(self):
        self._wizard("postpone", date=days(4), reason="Holiday").action_postpone()
        self.assertEqual((self.row.next_action, self.row.wait_reason), (
            "wait", "postponed"))  # fmt: skip
        self.assertIn("Holiday", self.row.message_ids[0].body)
        self._run_job()
        self.assertFalse(self._notices())
        self.row.action_resume()
        self._run_job()
        self.assertEqual(len(self._notices()), 1)

    def test_not_into_the_past(self):
        with self.assertRaisesRegex(ValidationError, "after today"):
            self._wizard("postpone", date=TODAY, reason="x")


@tagged("post_install", "-at_install")
class TestHoldWizard(WizardCase):
    def test_customer(self):
        self._wizard("hold", reason="Talks", date_end=days(9)).action_hold()
        self.assertEqual((self.row.next_action, self.row.wait_reason), ("wait", "held"))
        hold = self.row.hold_ids
        self.assertEqual((hold.date_end, hold.move_id.id), (days(9), False))

    def test_from_an_invoice(self):
        other = self._make_invoice(amount=5)
        self._wizard("hold", self.invoice, reason="Wrong goods").action_hold()
        self.assertEqual(self._send().line_ids.move_id, other)

    def test_from_a_contact(self):
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self._wizard("hold", contact, reason="Talks").action_hold()
        self.assertEqual(self._row().wait_reason, "held")

    def test_several_customers(self):
        other = self._make_customer("Other")
        self._make_invoice(other)
        rows = self.row + self._row(other).with_user(self.coordinator)
        self._wizard("hold", rows, reason="Strike").action_hold()
        self.assertEqual(rows.mapped("wait_reason"), ["held", "held"])

    def _offered(self, **values):
        """The invoices that the dialog offers, in words, as a coordinator sees them."""
        wizard = self.env["billing.hold.wizard"].with_user(self.coordinator)
        names = {"partner_id": self.customer.id, "company_id": self.company.id}
        domain = safe_eval(wizard._fields["move_id"].domain, {**names, **values})
        moves = self.env["account.move"].with_user(self.coordinator)
        offered = moves.with_context(billing_show_open=True).name_search("", domain)
        return [name for _id, name in offered]

    def test_offers_the_open_invoices_of_the_customer(self):
        """With what is open of each and since when: a number alone says little."""
        paid, part = self._make_invoices([(None, 50, 5), (None, 80, 20)])
        self._pay(paid)
        self._pay(part, 30)
        self._make_invoices([(None, 70, 5)], post=False)
        self._make_credit_note()
        self._make_invoice(self._make_customer("Other"))
        own = {"partner_id": self.customer.id}
        opening = self._make_entry(self.customer, 40, days(-3), **own)
        offered = {name.replace("\xa0", " ") for name in self._offered()}
        self.assertEqual(
            offered,
            {
                f"{self.invoice.name}: 100.00 €, due 06/06/2025",
                f"{part.name}: 50.00 €, due 05/27/2025",
                f"{opening.name}: 40.00 €, due 06/13/2025",
            },
        )

    def test_hold_of_the_menu_offers_the_same(self):
        fields = (self.env[f"billing.hold{end}"]._fields for end in ("", ".wizard"))
        self.assertEqual(*(field["move_id"].domain for field in fields))

    def test_name_of_an_invoice_elsewhere(self):
        self.assertEqual(self.invoice.display_name, self.invoice.name)

    def test_items_of_a_promise_are_told_apart(self):
        """Installments of one invoice have one number: amount and day tell which."""
        items = self._receivable_lines(self.invoice).with_user(self.coordinator)
        self._pay(self.invoice, 30)
        [name] = items.with_context(billing_show_open=True).mapped("display_name")
        self.assertEqual(
            name.replace("\xa0", " "), f"{self.invoice.name}: 70.00 €, due 06/06/2025"
        )

    def test_names_in_one_query(self):
        moves = self._make_invoices([(None, 5, 5)] * 6)
        moves = moves.with_context(billing_show_open=True)
        moves.fetch(["name", "ref", "state", "move_type"])
        self.assertIn("due", self.invoice.with_env(moves.env).display_name)  # warm
        with self.assertQueryCount(1):
            moves.mapped("display_name")

    def test_of_nobody(self):
        wizard = self.env["billing.hold.wizard"].create({"reason": "x"})
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            wizard.action_hold()


@tagged("post_install", "-at_install")
class TestOtherWizards(WizardCase):
    def test_assign(self):
        self._wizard("assign", user_id=self.coordinator).action_assign()
        self.assertEqual(self.row.responsible_id, self.coordinator)
        self.assertEqual(self._send().responsible_id, self.coordinator)

    def test_assign_to_nobody_means_the_manager(self):
        self._wizard("assign", user_id=self.coordinator).action_assign()
        self._wizard("assign", user_id=self.env["res.users"]).action_assign()
        self.assertEqual(self.row.responsible_id, self.manager)

    def test_cancel_with_a_reason(self):
        notice = self._send()
        self._wizard("notice.cancel", notice, reason="Wrong text").action_cancel()
        self.assertEqual((notice.state, notice.cancel_reason), (
            "cancelled", "Wrong text"))  # fmt: skip
        self.assertEqual(self._row().next_action, "auto")

    def test_receivables_as_of_a_date(self):
        wizard = self._wizard("receivable.date", date=days(-3))
        action = wizard.action_open()
        self.assertEqual(action["context"], {"as_of": "2025-06-13"})
        with self.assertRaisesRegex(ValidationError, "past day"):
            self._wizard("receivable.date", date=days(1))
