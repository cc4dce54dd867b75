from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, days
from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestNotice(NoticeCase):
    def test_what_is_written(self):
        first, second = self._make_invoices([(None, 100, 20), (None, 60, 3)])
        credit = self._make_credit_note(amount=15)
        notice = self._send()
        self.assertRecordValues(
            notice,
            [
                {
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "contact_id": self.customer.id,
                    "email": self.customer.email,
                    "currency_id": self.eur.id,
                    "plan_id": self.plan.id,
                    "stage_id": self.first.id,
                    "date": TODAY,
                    "amount": 145,
                    "company_amount": 145,
                    "responsible_id": self.manager.id,
                    "state": "queued",
                }
            ],
        )
        lines = [
            (
                line.move_id,
                line.residual,
                line.days_overdue,
                line.stage_id,
                line.advances,
            )
            for line in notice.line_ids
        ]
        none = self.first.browse()
        self.assertEqual(
            sorted(lines, key=lambda line: line[1]),
            [
                (credit, -15, 10, none, False),
                (second, 60, 3, none, False),
                (first, 100, 20, self.first, True),
            ],
        )
        self.assertEqual(
            lines and sum(notice.line_ids.mapped("residual")), notice.amount
        )

    def test_text(self):
        invoice = self._make_invoice(amount=1234.5)
        notice = self._send()
        self.assertIn(notice.name, notice.subject)
        for words in (self.customer.name, invoice.name, "1,234.50", self.company.name):
            self.assertIn(words, notice.body)

    def test_nothing_in_a_text_is_run(self):
        """Neither what a customer is called nor what a person writes into a draft."""
        evil = "<script>alert(1)</script>"
        self.customer.name = f"Evil {evil}"
        self._make_invoice()
        notice = self._send()
        for text in (notice.body, notice.mail_message_id.body):
            self.assertIn("Evil &lt;script&gt;", text)
            self.assertNotIn("<script", text)
        self.assertIn("100.00", notice.mail_message_id.body)
        other = self._make_customer("Other")
        self._make_invoice(other)
        draft = self._row(other).with_user(self.coordinator)._prepare_notices()
        draft.body = f"<p>Please pay {evil}</p>"
        draft.action_issue()
        self.assertNotIn("script", draft.mail_message_id.body)
        self.assertIn("Please pay", draft.mail_message_id.body)

    def test_address_without_a_name(self):
        """Odoo lets an invoice address have no name: the customer's is written."""
        address = self._make_customer(
            "Office", parent_id=self.customer.id, type="invoice"
        )
        address.name = False
        self._make_invoice(address)
        notice = self._send()
        self.assertEqual(notice.contact_id, address)
        self.assertIn("Dear Customer A,", notice.body)

    def test_text_of_every_default_stage(self):
        self.company.billing_plan_id = self.env.ref(
            "billing_coordinator.followup_plan_default"
        )
        for stage in self.company.billing_plan_id.stage_ids:
            customer = self._make_customer(stage.name)
            self._make_invoice(customer, overdue=stage.delay)
            worklist = self._row(customer)
            [[currency_id, decision]] = worklist._decide_locked().items()
            decision.stage = decision.stage._replace(id=stage.id)
            notice = self.env["billing.followup.notice"]._create_from_decision(
                worklist, self.eur.browse(currency_id), decision
            )
            self.assertIn(self.company.name, notice.subject)
            self.assertIn(customer.name, notice.body)
            self.assertNotIn("t-out", notice.body)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.first.mail_template_id
        template.with_context(lang="fr_FR").subject = "Rappel {{ object.name }}"
        self.first.with_context(lang="fr_FR").name = "Premier rappel"
        self.customer.lang = "fr_FR"
        self._make_invoice(amount=1234.5)
        notice = self._send()
        self.assertEqual(notice.subject, f"Rappel {notice.name}")
        self.assertIn("Premier rappel", notice.body)
        self.assertNotIn("1,234.50", notice.body)
        other = self._make_customer("English")
        self._make_invoice(other)
        self.assertNotIn("Rappel", self._send(other).subject)

    def test_foreign_currency(self):
        """Claimed in the currency of the invoices, in a notice of its own."""
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._make_invoice(amount=70)
        notices = self._send().sorted("amount")
        self.assertEqual(
            [(n.currency_id, n.amount, n.company_amount) for n in notices],
            [(self.eur, 70, 70), (self.usd, 200, 100)],
        )

    def test_company_minimum_in_company_currency(self):
        self.company.billing_minimum_claim = 100.01
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self.assertFalse(self._send())
        self.company.billing_minimum_claim = 100
        self.assertTrue(self._send())

    def test_credit_covers_everything(self):
        self._make_invoice(amount=100)
        self._make_credit_note(amount=100)
        row = self._row()
        self.assertEqual((row.wait_reason, row.amount_due), ("credited", 0))
        self.assertFalse(row._process_one())

    def test_payment_not_yet_reconciled_reduces(self):
        self._make_invoice(amount=100)
        self._make_entry(self.customer, -30, TODAY)
        notice = self._send()
        self.assertEqual(notice.amount, 70)

    def test_contact_of_the_invoice(self):
        contact = self._make_customer("Accounts", parent_id=self.customer.id)
        self._make_invoice(contact)
        notice = self._send()
        self.assertEqual(
            (notice.partner_id, notice.contact_id), (self.customer, contact)
        )

    def test_contact_with_an_address_comes_first(self):
        contact = self._make_customer("Silent", parent_id=self.customer.id, email=False)
        self._make_invoice(contact)
        self.assertEqual(self._send().contact_id, self.customer)

    def test_chatter_of_customer_and_invoices(self):
        invoices = self._make_invoices([(None, 100, 10), (None, 60, 12)])
        notice = self._send()
        for record in (self.customer, *invoices):
            message = record.message_ids.filtered(
                lambda m: notice.name in (m.body or "")
            )
            self.assertEqual(len(message), 1, record)
            self.assertTrue(message.is_internal)

    def test_activity_and_escalation(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.first.write(
            {"activity_type_id": call.id, "activity_note": "Ask", "escalate": True}
        )
        self.customer.billing_responsible_id = self.coordinator
        self._make_invoice()
        self._send()
        found = self._row().activity_ids.sorted("id")
        self.assertEqual(
            found.mapped(lambda a: (a.user_id, a.activity_type_id == call)),
            [(self.coordinator, True), (self.manager, False)],
        )

    def test_activity_of_the_person_of_the_stage(self):
        """The collector gets it; who left or works elsewhere does not."""
        call = self.env.ref("mail.mail_activity_data_call")
        collector = self._make_user("collector", "group_billing_coordinator")
        self.first.write({"activity_type_id": call.id, "user_id": collector.id})
        self.assertIn("then: Call (Collector)", self.first.summary)
        self.customer.billing_responsible_id = self.coordinator
        others = [self._make_customer(name) for name in ("B", "C")]
        for other in others:
            other.billing_responsible_id = self.coordinator
        self._make_invoices([(c, 100, 10) for c in (self.customer, *others)])
        expected = [collector, self.coordinator, self.coordinator]
        for number, customer in enumerate((self.customer, *others)):
            if number == 1:
                collector.active = False
            if number == 2:
                elsewhere = self._make_company("Elsewhere Ltd")
                collector.write(
                    {
                        "active": True,
                        "company_ids": [Command.set(elsewhere.ids)],
                        "company_id": elsewhere.id,
                    }
                )
            self._send(customer)
            activity = self._row(customer).activity_ids
            self.assertEqual(activity.user_id, expected[number], number)

    def test_attachments(self):
        self.first.write({"attach_invoices": True, "attach_statement": True})
        invoices = self._make_invoices([(None, 100, 10), (None, 60, 12)])
        not_due = self._make_invoice(amount=7, overdue=-20)
        reports = self.registry["ir.actions.report"]
        render = reports._render_qweb_pdf
        printed = {}

        def _render_qweb_pdf(report, xmlid, ids=None, data=None):
            html = report._render_qweb_html(xmlid, ids, data=data)[0]
            printed[xmlid] = html.decode()
            return render(report, xmlid, ids, data=data)

        with patch.object(reports, "_render_qweb_pdf", _render_qweb_pdf):
            notice = self._send()
        attached = notice.mail_message_id.attachment_ids
        self.assertEqual(len(attached), 3)
        statement = printed["billing_coordinator.action_report_statement"]
        for invoice in invoices + not_due:
            self.assertIn(invoice.name, statement)
        for invoice in invoices:
            self.assertIn(
                invoice._get_invoice_report_filename(), attached.mapped("name")
            )

    def test_follow_up_line_on_the_invoice(self):
        invoice = self._make_invoice()
        self.assertEqual(invoice.billing_followup_status, "No reminder yet")
        self._send()
        self.env.invalidate_all()
        self.assertIn(self.first.name, invoice.billing_followup_status)

    def test_invoice_opens_the_follow_up_of_the_customer(self):
        invoice = self._make_invoice().with_user(self.coordinator)
        view = invoice.get_view(view_type="form")
        self.assertIn('name="action_open_billing_worklist"', view["arch"])
        action = invoice.action_open_billing_worklist()
        row = self.env["billing.worklist"].browse(action["res_id"])
        self.assertEqual(action["res_model"], "billing.worklist")
        self.assertEqual(row.partner_id, self.customer)


@tagged("post_install", "-at_install")
class TestNoticeHistory(NoticeCase):
    def test_database_refuses_a_stage_twice(self):
        invoice = self._make_invoice()
        notice = self._send()
        line = notice.line_ids
        again = line.copy({"notice_id": notice.copy().id})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            again._advance()
            self.env.flush_all()
        self.assertEqual(invoice.billing_notice_line_ids, line + again)

    def test_sent_twice_on_one_day(self):
        self._make_invoice()
        row = self._row()
        self.assertTrue(row._process_one())
        self.assertFalse(row._process_one())
        self.assertEqual(len(self._notices()), 1)

    def test_stages_follow_one_another(self):
        """A year overdue at the start: one stage at a time, not all at once."""
        self._make_invoice(overdue=365)
        for number, stage in enumerate(self.plan.stage_ids):
            with self._at(days(number)):
                self.assertEqual(self._send().stage_id, stage)
        with self._at(days(9)):
            self.assertFalse(self._send())
            self.assertEqual(self._row().next_action, "decide")

    def test_min_interval(self):
        self.plan.min_interval = 7
        self._make_invoice(overdue=365)
        self.assertTrue(self._send())
        for number, sent in ((1, 0), (6, 0), (7, 1), (13, 0), (14, 1)):
            with self._at(days(number)):
                self.assertEqual(len(self._send()), sent, number)

    def test_cancelled_gives_the_stage_back(self):
        self._make_invoice()
        notice = self._send()
        row = self._row()
        self.assertEqual((row.stage_id, row.next_action), (self.first, "wait"))
        mail = notice.mail_message_id.sudo().mail_ids
        notice.with_user(self.coordinator).action_cancel("Too early")
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(mail.state, "cancel")
        row = self._row()
        self.assertEqual((row.stage_id.id, row.next_action), (False, "auto"))
        again = self._send()
        self.assertEqual((again.stage_id, len(self._notices())), (self.first, 2))

    def test_cancelled_returns_to_the_stage_before(self):
        self._make_invoice(overdue=365)
        self._send()
        with self._at(days(1)):
            second = self._send()
            self.assertEqual(self._row().stage_id, self.second)
            second.action_cancel()
            self.assertEqual(self._row().stage_id, self.first)

    def test_sent_cannot_be_cancelled(self):
        self._make_invoice()
        notice = self._send()
        self._deliver(notice)
        with self.assertRaisesRegex(UserError, "has been sent"):
            notice.action_cancel()

    def test_issued_is_immutable(self):
        self._make_invoice()
        notice = self._send().with_user(self.manager)
        for name, value in (
            ("amount", 1),
            ("stage_id", self.last.id),
            ("partner_id", self.company.partner_id.id),
            ("date", days(-1)),
            ("currency_id", self.usd.id),
            ("company_id", self.env.ref("base.main_company").id),
            ("subject", "Other"),
            ("body", "Other"),
            ("line_ids", [(5, 0, 0)]),
            ("contact_id", self.company.partner_id.id),
            ("send_email", False),
            ("send_letter", True),
        ):
            with self.assertRaises(UserError, msg=name):
                notice.write({name: value})

    def test_lines_of_issued_are_immutable(self):
        self._make_invoice()
        line = self._send().line_ids.with_user(self.manager)
        for name, value in (
            ("residual", 1),
            ("stage_id", self.last.id),
            ("move_line_id", False),
            ("notice_id", line.notice_id.copy({"name": "other"}).id),
            ("date", days(-1)),
            ("advances", False),
            ("reaches_stage", False),
        ):
            with self.assertRaises(UserError, msg=name):
                line.write({name: value})
        for context in ({}, {"_force_unlink": True}):  # as at uninstall
            with self.assertRaises(UserError):
                line.with_context(**context).unlink()

    def test_no_line_is_added_to_issued(self):
        self._make_invoice()
        notice = self._send().with_user(self.coordinator)
        values = {
            "notice_id": notice.id,
            "company_id": self.company.id,
            "currency_id": self.eur.id,
            "label": "Smuggled",
            "date": TODAY,
        }
        with self.assertRaises(UserError):
            notice.line_ids.create(values)

    def test_nobody_writes_the_fate_by_hand(self):
        """What became of a notice is not typed in, by RPC either."""
        self._make_invoice()
        notice = self._send().with_user(self.coordinator)
        with self.assertRaises(UserError):
            notice.issued_on = False
        self._deliver(notice)
        with self.assertRaises(UserError):
            notice.cancelled_on = "2025-06-16 10:00:00"

    def test_cancelled_stays_cancelled(self):
        self._make_invoice()
        notice = self._send()
        notice.action_cancel()
        with self.assertRaises(UserError):
            notice.cancelled_on = False
        notice.action_cancel()

    def test_stage_is_not_counted_by_hand(self):
        """A draft advances nothing until it is issued, whatever is written."""
        self._make_invoice()
        self._row().action_prepare()
        line = self._notices().line_ids.with_user(self.coordinator)
        line.advances = True
        self.assertFalse(line.advances)

    def test_issued_cannot_be_deleted(self):
        self._make_invoice()
        notice = self._send()
        notice = notice.with_user(self.manager)
        for context in ({}, {"_force_unlink": True}):  # as at uninstall
            with self.assertRaisesRegex(UserError, "cannot be deleted"):
                notice.with_context(**context).unlink()

    def test_invoice_reset_to_draft_and_posted_again(self):
        """History stays; the invoice is taken up again where it was."""
        invoice = self._make_invoice()
        notice = self._send()
        invoice.button_draft()
        self.assertEqual(notice.line_ids.residual, 100)
        self.assertEqual(self._row().next_action, "none")
        invoice.action_post()
        self.assertEqual(self._row().stage_id, self.first)
        self.assertFalse(self._send())
        with self._at(days(5)):
            self.assertEqual(self._send().stage_id, self.second)

    def test_receivable_line_replaced_in_draft(self):
        """A changed invoice gets new journal items; the number on the notice stays."""
        invoice = self._make_invoice()
        notice = self._send()
        number = invoice.name
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.assertEqual((notice.amount, notice.line_ids.residual), (100, 100))
        self.assertEqual(notice.line_ids.label, number)
        self.assertEqual(notice.line_ids.move_id, invoice)
        self.assertEqual(self._row().amount_due, 80)

    def test_deleted_invoice(self):
        invoice = self._make_invoice()
        notice = self._send()
        number = invoice.name
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        line = notice.line_ids
        self.assertEqual(
            (line.label, line.residual, line.move_id.id), (number, 100, False)
        )

    def test_customer_with_notices_cannot_be_deleted(self):
        self._make_invoice()
        self._send()
        with self.assertRaises(Exception), mute_logger("odoo.sql_db"):  # noqa: B017
            self.customer.unlink()


@tagged("post_install", "-at_install")
class TestNumber(NoticeCase):
    def test_each_company_has_its_numbers(self):
        """A sequence of the company is used; two companies may have one number."""
        other = self._make_company("Elsewhere Ltd")
        companies = self.company + other
        self.env["ir.sequence"].create(
            [
                {
                    "name": company.name,
                    "code": "billing.followup.notice",
                    "prefix": "OWN",
                    "company_id": company.id,
                }
                for company in companies
            ]
        )
        notices = self.env["billing.followup.notice"].create(
            [
                {
                    "company_id": company.id,
                    "partner_id": self.customer.id,
                    "currency_id": self.eur.id,
                    "stage_id": self.first.id,
                }
                for company in companies
            ]
        )
        self.assertEqual(notices.mapped("name"), ["OWN1", "OWN1"])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            notices[0].copy({"name": "OWN1"})
