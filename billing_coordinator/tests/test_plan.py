from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, SecondCompany, days


@tagged("post_install", "-at_install")
class TestPlanInput(SecondCompany, BillingCase):
    def _make_stages(self, *rules):
        template = self.env.ref("billing_coordinator.mail_template_followup_first")
        return self.env["billing.followup.plan"].create(
            {
                "name": "Input",
                "stage_ids": [
                    Command.create(
                        {
                            "name": f"Stage {number}",
                            "sequence": number,
                            "trigger": trigger,
                            "delay": delay,
                            "mail_template_id": template.id,
                        }
                    )
                    for number, (trigger, delay) in enumerate(rules, 1)
                ],
            }
        )

    def test_first_stage_after_previous(self):
        with self.assertRaisesRegex(ValidationError, "first stage"):
            self._make_stages(("previous", 7))

    def test_first_stage_after_previous_once_the_first_is_gone(self):
        plan = self._make_stages(("due", 7), ("previous", 7))
        with self.assertRaisesRegex(ValidationError, "first stage"):
            plan.stage_ids[0].unlink()

    def test_first_stage_after_previous_by_moving_it(self):
        plan = self._make_stages(("due", 7), ("previous", 7))
        with self.assertRaises(ValidationError):
            plan.stage_ids[1].sequence = 0

    def test_same_days_twice(self):
        with self.assertRaisesRegex(ValidationError, "must come later"):
            self._make_stages(("due", 7), ("due", 7))

    def test_days_that_go_back(self):
        for rules in (
            [("due", 15), ("due", 7)],
            [("month_end", 0), ("due", 15)],
            [("due", 5), ("previous", 0)],
        ):
            with self.assertRaises(ValidationError, msg=rules):
                self._make_stages(*rules)

    def test_days_changed_to_go_back(self):
        with self.assertRaises(ValidationError):
            self.plan.write(
                {"stage_ids": [Command.update(self.first.id, {"delay": 20})]}
            )

    def test_two_stages_changed_together(self):
        """Only what stands at the end must be in order."""
        self.plan.write(
            {
                "stage_ids": [
                    Command.update(self.first.id, {"delay": 20}),
                    Command.update(self.second.id, {"delay": 25}),
                ]
            }
        )
        self.assertEqual(self.plan.stage_ids.mapped("nominal_days"), [20, 25, 30])

    def test_negative_days_after_anything_but_the_due_date(self):
        for rules in ([("month_end", -3)], [("due", 3), ("previous", -1)]):
            with self.assertRaises(ValidationError, msg=rules):
                self._make_stages(*rules)

    def test_several_courtesy_reminders(self):
        plan = self._make_stages(("due", -10), ("due", -3), ("due", 0))
        self.assertEqual(plan.stage_ids.mapped("nominal_days"), [-10, -3, 0])

    def test_nominal_days_follow_the_stage_before(self):
        plan = self._make_stages(("due", 7), ("previous", 10), ("previous", 10))
        plan.stage_ids[0].delay = 9
        self.assertEqual(plan.stage_ids.mapped("nominal_days"), [9, 19, 29])

    def test_text_is_missing(self):
        with self.assertRaisesRegex(ValidationError, "choose its text"):
            self.first.mail_template_id = False

    def test_nothing_to_send_needs_no_text(self):
        self.first.write({"send_email": False, "mail_template_id": False})
        self._make_invoice()
        notice = self._send()
        self.assertEqual((notice.subject, notice.state), (self.first.name, "sent"))

    def test_text_in_use_cannot_be_deleted(self):
        template = self.env["mail.template"].create(
            {"name": "Own", "model_id": self.env.ref(
                "billing_coordinator.model_billing_followup_notice").id}
        )  # fmt: skip
        self.first.mail_template_id = template
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            template.unlink()

    def test_negative_interval(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.plan.min_interval = -1
            self.env.flush_all()

    def test_negative_limits_of_the_company(self):
        for name in ("billing_bank_freshness", "billing_minimum_claim"):
            with self.assertRaises(ValidationError, msg=name):
                self.company[name] = -1

    def test_plan_of_another_company(self):
        plan = self._make_plan("Elsewhere", company_id=self.other_company.id)
        invoice = self._make_invoice()
        for record in (self.company, self.customer, invoice):
            with self.assertRaises(UserError, msg=record._name):
                record.billing_plan_id = plan
                self.env.flush_all()

    def test_plan_in_use_cannot_move_to_another_company(self):
        with self.assertRaisesRegex(ValidationError, "is used in"):
            self.plan.company_id = self.other_company

    def test_plan_of_an_invoice_cannot_move_to_another_company(self):
        plan = self._make_plan("Moving")
        self._make_invoice(billing_plan_id=plan.id)
        with self.assertRaisesRegex(ValidationError, "is used in Follow-up Ltd"):
            plan.company_id = self.other_company

    def test_plan_of_a_customer_cannot_move_to_another_company(self):
        plan = self._make_plan("Moving")
        self.customer.billing_plan_id = plan
        with self.assertRaisesRegex(ValidationError, "is used in Follow-up Ltd"):
            plan.company_id = self.other_company
        plan.company_id = self.company

    def test_used_plan_and_stage_cannot_be_deleted(self):
        self._make_invoice()
        self._send()
        self.company.billing_plan_id = False
        self.other_company.billing_plan_id = False
        for record in (self.first, self.plan):
            with self.assertRaises(UserError, msg=record._name):
                record.unlink()

    def test_unused_plan_can_be_deleted(self):
        plan = self._make_plan("Unused")
        stages = plan.stage_ids
        plan.unlink()
        self.assertFalse(stages.exists())

    def test_manager_deletes_an_unused_stage(self):
        self.last.with_user(self.manager).unlink()
        self.assertEqual(len(self.plan.stage_ids), 2)

    def test_copy(self):
        self.last.user_id = self.coordinator
        copy = self.plan.copy()
        self.assertEqual(copy.name, "Test plan (copy)")
        self.assertEqual(copy.stage_ids[-1].user_id, self.coordinator)
        self.assertEqual(copy.stage_ids.mapped("delay"), [7, 15, 30])


@tagged("post_install", "-at_install")
class TestPlanChoice(SecondCompany, BillingCase):
    def test_default_plan_of_the_addon(self):
        plan = self.env.ref("billing_coordinator.followup_plan_default")
        self.assertEqual(plan.stage_ids.mapped("nominal_days"), [-3, 7, 15, 30])
        self.assertEqual(self._make_company("New Ltd").billing_plan_id, plan)
        second, final = plan.stage_ids[2:]
        self.assertEqual(second.activity_type_id.category, "phonecall")
        self.assertTrue(final.send_letter and final.escalate)
        self.assertEqual(len(plan.stage_ids.mail_template_id), 4)

    def test_invoice_before_customer_before_company(self):
        invoice = self._make_invoice()
        row = self._receivables()
        self.assertEqual(row.plan_id, self.plan)
        customer_plan, invoice_plan = self._make_plan("C"), self._make_plan("I")
        self.customer.billing_plan_id = customer_plan
        self.env.flush_all()
        row.invalidate_recordset()
        self.assertEqual(row.plan_id, customer_plan)
        invoice.billing_plan_id = invoice_plan
        self.env.flush_all()
        row.invalidate_recordset()
        self.assertEqual(row.plan_id, invoice_plan)
        self.assertEqual(self._row().next_stage_id, invoice_plan.stage_ids[0])

    def test_plan_of_the_customer_in_each_company(self):
        plan = self._make_plan("Only here")
        self.customer.billing_plan_id = plan
        self._make_invoice()
        self._make_invoice(company=self.other_company)
        self.env.flush_all()
        rows = self.env["billing.receivable"].with_context(
            allowed_company_ids=(self.company + self.other_company).ids
        )
        found = rows.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(
            {row.company_id: row.plan_id for row in found},
            {self.company: plan, self.other_company: self.plan},
        )

    def test_no_plan_at_all(self):
        self.company.billing_plan_id = False
        self._make_invoice(overdue=90)
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("wait", "no_plan"))
        self.assertFalse(self._send())

    def test_plan_of_the_parent_company(self):
        """A branch may use the plan of its parent."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        plan = self._make_plan("Of the parent", company_id=self.company.id)
        branch.billing_plan_id = plan
        policy = self.env["billing.worklist"]._get_policy(branch)
        self.assertIn(plan.id, policy.plans)

    def test_plan_changed_in_the_middle(self):
        """The customer goes on at the place that matches the days reached."""
        self._make_invoice(overdue=16)
        self._send()
        self.customer.billing_plan_id = self._make_plan("Other", (5, 14, 40))
        with self._at(days(1)):
            notice = self._send()
        self.assertEqual(notice.stage_id.delay, 14)

    def test_archived_plan_goes_on(self):
        """Archived, it is not offered any more; who is under it is still reminded."""
        self.plan.active = False
        self._make_invoice()
        self.assertEqual(self._row().next_action, "auto")
