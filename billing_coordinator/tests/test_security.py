from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .security_common import SecurityCase

NONE, READ, WORK, ALL = "----", "r---", "rwc-", "rwcu"
MODELS = {
    # model: (department, invoicing, read-only, coordinator, manager)
    "billing.receivable": (NONE, READ, READ, READ, READ),
    "billing.close": (NONE, NONE, NONE, READ, ALL),
    "billing.close.check": (NONE, NONE, NONE, READ, ALL),
    "billing.close.signoff": (NONE, NONE, NONE, READ, READ),
    "billing.close.task": (NONE, NONE, NONE, READ, ALL),
    "billing.close.template": (NONE, NONE, NONE, READ, ALL),
    "billing.close.template.task": (NONE, NONE, NONE, READ, ALL),
    "billing.followup.plan": (NONE, READ, READ, READ, ALL),
    "billing.followup.stage": (NONE, READ, READ, READ, ALL),
    "billing.allowance": (NONE, NONE, NONE, READ, READ),
    "billing.allowance.line": (NONE, NONE, NONE, READ, READ),
    "billing.allowance.rate": (NONE, NONE, NONE, READ, "rw--"),
    "billing.allowance.specific": (NONE, NONE, NONE, READ, ALL),
    "billing.priority.rule": (NONE, NONE, NONE, READ, ALL),
    "billing.hold": (NONE, NONE, NONE, WORK, WORK),
    "billing.promise": (NONE, NONE, NONE, WORK, WORK),
    "billing.promise.line": (NONE, NONE, NONE, READ, READ),
    "billing.late.charge": (NONE, NONE, NONE, READ, READ),
    "billing.late.rate": (NONE, NONE, NONE, READ, ALL),
    "billing.worklist": (NONE, NONE, NONE, "rw--", "rw--"),
    "billing.followup.notice": (NONE, READ, NONE, ALL, ALL),
    "billing.followup.notice.line": (NONE, READ, NONE, ALL, ALL),
    "billing.team": (READ, NONE, NONE, READ, ALL),
    "billing.ticket": (READ, NONE, NONE, WORK, WORK),
    "billing.ticket.cause": (READ, NONE, NONE, READ, ALL),
    "billing.ticket.line": (READ, NONE, NONE, ALL, ALL),
    "billing.ticket.reason": (READ, NONE, NONE, READ, ALL),
    "billing.payer": (NONE, NONE, NONE, "r--u", "r--u"),
    "billing.payment.match": (NONE, NONE, NONE, READ, READ),
    "billing.payment.match.line": (NONE, NONE, NONE, READ, READ),
    "billing.statement.mapping": (NONE, NONE, NONE, ALL, ALL),
    "billing.statement.run": (NONE, NONE, NONE, READ, READ),
    "billing.statement.run.line": (NONE, NONE, NONE, READ, READ),
}
# Odoo's own public methods that we extend; they do what the user may.
ODOO_S_OWN = {"mail_allowed_qweb_expressions", "message_new", "message_update"}
# What pages read by RPC; each checks the access to the record.
READERS = {"get_board", "get_cockpit", "get_timeline"}
# What the screen of bank matching calls: its access is tested in test_match_review.
REVIEW = {
    "get_review",
    "get_review_above",
    "get_review_line",
    "review_accept",
    "review_accept_above",
    "review_again",
    "review_skip",
    "review_undo",
    "review_unskip",
    "search_review_items",
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(SecurityCase):
    def test_matrix(self):
        users = (
            self.department,
            self.invoicing,
            self.auditor,
            self.coordinator,
            self.manager,
        )
        for model, rights in MODELS.items():
            for user, allowed in zip(users, rights, strict=True):
                records = self._as(self.env[model], user)
                found = "".join(
                    letter if records.has_access(operation) else "-"
                    for letter, operation in OPERATIONS.items()
                )
                self.assertEqual(found, allowed, (model, user.login))

    def test_matrix_knows_every_model(self):
        permanent = {n for n, m in self._own_models().items() if not m._transient}
        self.assertEqual(permanent, set(MODELS))

    def test_no_access_line_repeats_another(self):
        """A group that contains another one has its rights already."""
        rights = self.env["ir.model.access"].search(
            [
                ("model_id.model", "in", list(self._own_models())),
                ("group_id", "=", self.manager_group.id),
            ]
        )
        fields = [f"perm_{name}" for name in ("read", "write", "create", "unlink")]
        for line in rights:
            same = rights.search(
                [
                    ("model_id", "=", line.model_id.id),
                    ("group_id", "in", self.manager_group.all_implied_ids.ids),
                    ("id", "!=", line.id),
                    *((name, "=", line[name]) for name in fields),
                ]
            )
            self.assertFalse(same, line.name)

    def test_others_get_nothing(self):
        """But departments answer tickets, and customers read their own."""
        answer = {"billing.ticket.answer.wizard"}
        for user, allowed in (
            (self.employee, set()),
            (self.department, answer | {m for m, r in MODELS.items() if r[0] != NONE}),
            (self.portal, {"billing.ticket"}),
        ):
            found = {
                model
                for model in self._own_models()
                for operation in OPERATIONS.values()
                if self._as(self.env[model], user).has_access(operation)
            }
            self.assertEqual(found, allowed, user.login)
        self.assertFalse(
            self._as(self.env["billing.ticket"], self.portal).has_access("write")
        )

    def test_department_reads_no_accounting(self):
        for model in ("account.move", "account.move.line", "account.payment"):
            self.assertFalse(
                self.env[model].with_user(self.department).has_access("read")
            )

    def test_each_group_contains_the_one_before(self):
        department, coordinator, accountant, manager = (
            self.env.ref(f"billing_coordinator.group_billing_{name}")
            for name in ("department", "coordinator", "accountant", "manager")
        )
        self.assertLessEqual(department, coordinator.all_implied_ids)
        self.assertLessEqual(coordinator, accountant.all_implied_ids)
        self.assertLessEqual(coordinator, manager.all_implied_ids)


@tagged("post_install", "-at_install")
class TestSecondCompany(SecurityCase):
    def test_sees_nothing(self):
        for record in self._records():
            self.assertTrue(record, record._name)
            theirs = self._as(record, self.other_coordinator)
            with self.assertRaises(AccessError, msg=record._name):
                theirs.read(["display_name"])
            domain = [("id", "in", record.ids)]
            self.assertFalse(theirs.search(domain), record._name)
            self.assertEqual(theirs.search_count(domain), 0, record._name)
            self.assertFalse(theirs.search_read(domain, ["display_name"]))

    def test_sums_show_nothing(self):
        for record in self._records():
            theirs = self._as(record, self.other_coordinator).browse()
            groups = theirs.formatted_read_group([], ["id"], ["__count"])
            ids = {group["id"] for group in groups}
            if groups and isinstance(next(iter(ids)), tuple):
                ids = {group["id"][0] for group in groups}
            self.assertFalse(ids & set(record.ids), record._name)

    def test_receivables_as_of_a_date_show_nothing(self):
        model = self._as(self.env["billing.receivable"], self.other_coordinator)
        model = model.with_context(as_of=TODAY)
        self.assertFalse(model.search([("company_id", "=", self.company.id)]))

    def test_changes_nothing(self):
        for record in (
            self.hold,
            self.late_charge,
            self.late_rate,
            self.row,
            self.notice,
            self.preview,
        ):
            theirs = self._as(record, self.other_coordinator)
            with self.assertRaises(AccessError, msg=record._name):
                theirs.write({"write_date": False})
        values = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "reason": "x",
        }
        with self.assertRaises(AccessError):
            self._as(self.hold, self.other_coordinator).create(values)

    def test_cannot_pretend_to_be_in_the_company(self):
        model = self.env["billing.worklist"].with_user(self.other_coordinator)
        model = model.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            model.search([])

    def test_presses_no_button(self):
        for record in self._records_with_actions():
            for name in _public_actions(record):
                theirs = self._as(record, self.other_coordinator)
                with (
                    self.assertRaises(AccessError, msg=f"{record._name}.{name}"),
                    mute_logger("odoo.addons.base.models.ir_rule"),
                ):
                    getattr(theirs, name)()
                    self.env.flush_all()

    def test_customer_of_both_companies(self):
        """Each sees its own part of what the same customer owes."""
        self._make_invoice(company=self.other_company, amount=40)
        self.env["billing.worklist"]._refresh(self.other_company)
        partner = self._as(self.customer, self.other_coordinator)
        partner.invalidate_recordset()
        self.assertEqual(partner.billing_amount_due, 40)
        self.assertFalse(partner.billing_notice_ids)
        own = self.customer.with_user(self.coordinator)
        own.invalidate_recordset()
        self.assertEqual(own.billing_amount_due, 100)
        self.assertEqual(own.billing_notice_ids, self.notice)

    def test_plan_of_the_parent_is_seen_in_the_branch(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        user = self._make_user("branch", "group_billing_coordinator", company=branch)
        self.assertTrue(self._as(self.own_plan, user).read(["name"]))
        self.assertTrue(self._as(self.own_plan.stage_ids, user).read(["name"]))


def _public_actions(record):
    """Names of the methods that anyone may call by RPC on existing records."""
    own = [
        cls
        for cls in type(record).mro()
        if cls.__module__.startswith("odoo.addons.billing_coordinator")
    ]
    names = {
        name
        for cls in own
        for name in vars(cls)
        if name.startswith("action_") or name in READERS
    }
    model_methods = {"action_open_worklist", "action_open_preview"}
    return sorted(names - model_methods)


@tagged("post_install", "-at_install")
class TestRpc(SecurityCase):
    """What a client can call without a button."""

    def _call(self, record, name, user):
        with mute_logger("odoo.addons.base.models.ir_model"):
            getattr(self._as(record, user), name)()
            self.env.flush_all()

    def test_outsiders(self):
        for user in (self.employee, self.department, self.portal):
            for record in self._records_with_actions():
                for name in _public_actions(record):
                    with self.assertRaises(
                        AccessError, msg=f"{record._name}.{name} {user.login}"
                    ):
                        self._call(record, name, user)

    def test_who_only_reads_notices_changes_none(self):
        before = self.notice.read(["state", "letter_state", "cancelled_on"])
        self.notice.flush_recordset()
        for name in _public_actions(self.notice):
            try:
                self._call(self.notice, name, self.invoicing)
            except (AccessError, UserError):
                self.env.invalidate_all()
        self.assertEqual(self.notice.read(list(before[0])[1:]), before)

    def test_fate_of_a_notice_is_not_typed_in(self):
        """Neither of one that was issued nor of a draft or a new one."""
        customer = self._make_customer("Drafted")
        self._make_invoice(customer)
        self._row(customer).action_prepare()
        draft = self._notices(customer)
        now = "2025-06-16 10:00:00"
        message = self.notice.mail_message_id.id
        new = {
            "company_id": self.company.id,
            "partner_id": customer.id,
            "currency_id": self.eur.id,
            "stage_id": self.first.id,
        }
        for name, value in {
            "state": "sent",
            "issued_on": now,
            "issued_by_id": self.manager.id,
            "cancelled_on": now,
            "cancel_reason": "x",
            "letter_state": "printed",
            "letter_printed_on": now,
            "mail_message_id": message,
            "address_problem": "missing",
            "failure_reason": "x",
            "failure_handed_over": True,
            "failure_handled": True,
            "email": "x@example.com",
        }.items():
            for user in (self.coordinator, self.manager):
                model = self._as(draft, user)
                for record in (draft, self.notice):
                    with self.assertRaisesRegex(UserError, "by the system", msg=name):
                        self._as(record, user).write({name: value})
                with self.assertRaisesRegex(UserError, "by the system", msg=name):
                    model.create(dict(new, **{name: value}))
                made = model.with_context(**{f"default_{name}": value}).create(new)
                untouched = "draft" if name == "state" else False
                self.assertEqual(made[name] or False, untouched, name)

    def test_figures_of_the_worklist_are_not_typed_in(self):
        for name, value in {
            "amount_due": 1,
            "next_action": "none",
            "last_call_date": TODAY,
            "partner_id": self.customer.id,
            "priority": 100,
            "run_error": False,
            "send_requested_on": TODAY,
            "stage_id": False,
        }.items():
            for user in (self.coordinator, self.manager):
                with self.assertRaisesRegex(UserError, "by the system", msg=name):
                    self._as(self.row, user).write({name: value})

    def test_coordinator_decides_the_fate_by_buttons(self):
        failed, letter = self._make_customer("F", email=False), self._make_customer("L")
        for customer in (failed, letter):
            self._make_invoice(customer)
            self._row(customer).with_user(self.coordinator).action_send_now()
        notice = self._as(self._notices(failed), self.coordinator)
        notice.action_retry()
        notice.action_letter_instead()
        notice.action_print_letters()
        notice.action_mark_printed()
        self.assertEqual((notice.state, notice.letter_state), ("sent", "printed"))
        notice = self._as(self._notices(letter), self.coordinator)
        notice.action_cancel("Too early")
        self.assertEqual(notice.state, "cancelled")
        notice = notice.copy()
        self.assertEqual(notice.state, "draft")

    def test_coordinator_logs_a_call_for_a_failure(self):
        customer = self._make_customer("F", email=False)
        self._make_invoice(customer)
        row = self._row(customer).with_user(self.coordinator)
        row.action_send_now()
        wizard = self._as(self.env["billing.call.wizard"], self.coordinator)
        wizard = wizard.create({"worklist_ids": row.ids, "outcome": "reached"})
        wizard.action_log()
        self.assertTrue(self._notices(customer).failure_handled)

    def test_worklist_is_opened_by_those_who_may(self):
        for user in (self.employee, self.department, self.invoicing, self.portal):
            with self.assertRaises(AccessError, msg=user.login):
                self._as(self.env["billing.worklist"], user).action_open_worklist()
            with self.assertRaises(AccessError, msg=user.login):
                self._as(self.env["billing.followup.run"], user).action_open_preview()

    def test_nothing_public_but_actions(self):
        """Every other method of ours is private to the server."""
        inherited = {
            *dir(self.env.registry["base"]),
            *dir(self.env.registry["mail.thread"]),
        }
        for name, model in self._own_models().items():
            for cls in model.mro():
                if not cls.__module__.startswith("odoo.addons.billing_coordinator"):
                    continue
                public = {
                    method
                    for method, value in vars(cls).items()
                    if callable(value)
                    and not method.startswith(("_", "action_"))
                    and method not in inherited
                    and method not in READERS
                    and method not in REVIEW
                    and method not in ODOO_S_OWN
                }
                self.assertFalse(public, name)


@tagged("post_install", "-at_install")
class TestBystanders(SecurityCase):
    """People without our groups work in Odoo as before."""

    def _open_form(self, record, user):
        record = self._as(record, user)
        view = record.get_view(view_type="form")
        arch = etree.fromstring(view["arch"])
        names = {
            node.get("name")
            for node in arch.xpath("//field[not(ancestor::field)]")
            if node.get("name") in record._fields
        }
        self.env.flush_all()
        self.env.invalidate_all()
        return record.web_read(dict.fromkeys(names, {}))[0]

    def test_form_of_an_invoice(self):
        for user in (self.invoicing, self.auditor, self.coordinator):
            values = self._open_form(self.invoice, user)
            self.assertEqual(values["id"], self.invoice.id)

    def test_form_of_a_customer(self):
        for user in (self.employee, self.department, self.invoicing, self.coordinator):
            values = self._open_form(self.customer, user)
            self.assertEqual(values["id"], self.customer.id)

    def test_all_our_fields_can_be_read(self):
        """An export or an integration reads every field there is."""
        for record, users in (
            (self.customer, (self.employee, self.department, self.invoicing)),
            (self.invoice, (self.invoicing, self.auditor)),
        ):
            for user in users:
                theirs = self._as(record, user)
                allowed = theirs.fields_get(attributes=["type"])
                names = [name for name in allowed if name.startswith("billing_")]
                self.env.invalidate_all()
                self.assertTrue(theirs.read(names))

    def test_employee_learns_nothing_about_the_debts(self):
        theirs = self._as(self.customer, self.employee)
        names = set(theirs.fields_get(attributes=["type"]))
        self.assertFalse({"billing_amount_due", "billing_worklist_id"} & names)
        with self.assertRaises(AccessError):
            theirs.read(["billing_amount_due"])

    def test_employee_reads_no_amount_on_the_contact(self):
        self.customer.company_id = False
        notes = self.customer.with_user(self.employee).message_ids
        text = " ".join(str(body) for body in notes.mapped("body"))
        self.assertIn(self.notice.name, text)
        self.assertNotIn("100.00", text)

    def test_invoicing_without_our_groups(self):
        """Create, post, pay and reset an invoice."""
        account = self._account("income")
        values = {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "invoice_date": TODAY,
            "journal_id": self._journal("TINV").id,
            "invoice_line_ids": [
                Command.create({"name": "x", "price_unit": 5, "account_id": account.id})
            ],
        }
        move = self.env["account.move"].with_user(self.invoicing).create(values)
        move.action_post()
        self.assertEqual(move.billing_followup_status, "No reminder yet")
        move.button_draft()
        move.unlink()

    def test_invoicing_reposts_a_reminded_invoice(self):
        move = self.invoice.with_user(self.invoicing)
        move.button_draft()
        move.action_post()
        self.assertEqual(self.notice.state, "queued")

    def test_employee_edits_a_contact(self):
        editor = self._make_user("editor", "base.group_partner_manager")
        self.customer.with_user(editor).write(
            {"name": "New name", "email": "n@example.com"}
        )
        contact = self.env["res.partner"].with_user(editor).create({"name": "Contact"})
        contact.parent_id = self.customer.id
        self.env.flush_all()
        self.assertEqual(self.customer.name, "New name")
        self.assertEqual(contact.commercial_partner_id, self.customer)


@tagged("post_install", "-at_install")
class TestWorkOfEachRole(SecurityCase):
    def test_coordinator_configures_nothing(self):
        for record, values in (
            (self.plan, {"name": "x"}),
            (self.first, {"delay": 1}),
            (self.company, {"billing_bank_freshness": 0}),
        ):
            with self.assertRaises(AccessError, msg=record._name):
                record.with_user(self.coordinator).write(values)

    def test_manager_configures(self):
        plan = self.plan.copy().with_user(self.manager)
        plan.write({"name": "Other", "min_interval": 3})
        plan.stage_ids[2].unlink()
        plan.stage_ids[1].delay = 20
        self.assertEqual(plan.stage_ids.mapped("delay"), [7, 20])
        plan.unlink()
        self.assertFalse(plan.exists())

    def test_administrator_changes_the_settings(self):
        administrator = self._make_user(
            "administrator", "base.group_system", "group_billing_manager"
        )
        settings = self.env["res.config.settings"].with_user(administrator)
        settings.create({"billing_minimum_claim": 12}).execute()
        self.assertEqual(self.company.billing_minimum_claim, 12)

    def test_coordinator_works(self):
        customer = self._make_customer("Daily")
        self._make_invoice(customer)
        row = self._row(customer).with_user(self.coordinator)
        row.action_send_now()
        self.assertEqual(row.notice_ids.state, "queued")
        self.assertEqual(row.notice_ids.issued_by_id, self.coordinator)
