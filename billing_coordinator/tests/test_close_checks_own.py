from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import billing_close_check_figure
from .close_check_common import CloseCheckCase
from .common import days


@tagged("post_install", "-at_install")
class TestOwnCheck(CloseCheckCase):
    """A check by domain and threshold, without code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("account.group_account_readonly")

    def _make_check(self, user=None, **values):
        user = user or self.manager
        checks = self.env["billing.close.check"].with_user(user)
        checks = checks.with_context(allowed_company_ids=user.company_ids.ids)
        defaults = {
            "name": "Without a reference",
            "model": "account.move",
            "domain": "[('move_type', '=', 'out_invoice'), ('ref', '=', False)]",
            "date_field": "invoice_date",
        }
        return checks.create({**defaults, **values})

    def _run_own(self, check, **kwargs):
        return self._run("own", check=check.sudo(False), **kwargs)

    def assertOwn(self, check, records, figure=None):
        found = self._run_own(check)
        self.assertEqual(self._open(found), records)
        self.assertEqual(found.figure, len(records) if figure is None else figure)

    def test_count(self):
        check = self._make_check()
        self._in_may(ref="PO 1")
        self._make_invoice(overdue=-40)  # of June
        self._elsewhere()
        self.assertOwn(check, self.env["account.move"])
        self.assertOwn(check, self._in_may())

    def test_sum(self):
        check = self._make_check(
            name="Small invoices", measure="sum", sum_field="amount_total"
        )
        self.assertEqual(check.unit, "money")
        self.assertOwn(check, self.env["account.move"], 0)
        invoices = self._in_may() + self._in_may(currency_id=self.usd.id)
        found = self._run_own(check)
        self.assertEqual(found.figure, 125)  # 100 dollars at 4
        self.assertEqual(set(self._open(found)), set(invoices))

    def test_sum_in_company_currency(self):
        check = self._make_check(measure="sum", sum_field="amount_untaxed_signed")
        self._in_may(currency_id=self.usd.id)
        self.assertEqual(self._run_own(check).figure, 25)

    def test_sum_of_numbers(self):
        check = self._make_check(
            model="account.move.line",
            domain="[('display_type', '=', 'product')]",
            date_field="date",
            measure="sum",
            sum_field="quantity",
        )
        self.assertEqual(check.unit, "count")
        self._in_may()
        self.assertEqual(self._run_own(check).figure, 1)

    def test_moment(self):
        check = self._make_check(
            model="billing.promise", domain="[]", date_field="made_on"
        )
        with self._at(days(-16)):  # the last day of May
            promise = self.env["billing.promise"]._make(
                self._receivable_lines(self._in_may()), [(days(3), 50)]
            )
        self.env["billing.promise"]._make(
            self._receivable_lines(self._in_may()), [(days(3), 50)]
        )
        self.assertOwn(check, promise)

    def test_shared_records_count(self):
        check = self._make_check(
            name="Without address",
            model="res.partner",
            domain="[('name', 'like', 'Customer A'), ('city', '=', False)]",
            date_field=False,
        )
        self.assertOwn(check, self.customer)
        self.customer.company_id = self.other_company
        self.assertOwn(check, self.env["res.partner"])

    def test_every_company(self):
        """A check of all companies, by an author who is in both."""
        self.manager.company_ids += self.other_company
        check = self._make_check(company_id=False)
        mine, theirs = self._in_may(), self._elsewhere()
        self.assertOwn(check, mine)
        found = self._run_own(
            check,
            period=self._period(self.other_company),
            user=self.other_accountant,
        )
        self.assertEqual(self._open(found, user=self.other_accountant), theirs)

    def test_check_stays_with_its_tasks(self):
        self.manager.company_ids += self.other_company
        check = self._make_check()
        check.company_id = self.other_company
        check.company_id = self.company
        template = self.env["billing.close.template"].create(
            {"name": "Own", "company_id": self.company.id}
        )
        self.env["billing.close.template.task"].create(
            {
                "template_id": template.id,
                "name": "References",
                "check_code": "own",
                "check_id": check.id,
            }
        )
        check.company_id = False
        with self.assertRaisesRegex(ValidationError, "not of Elsewhere Ltd: Refere"):
            check.company_id = self.other_company

    def test_tasks_of_others_are_not_named(self):
        """Whose company it is not learns that there are some, and no more."""
        check = self._make_check(company_id=False)
        template = self.env["billing.close.template"].create(
            {"name": "Theirs", "company_id": self.other_company.id}
        )
        self.env["billing.close.template.task"].create(
            {
                "template_id": template.id,
                "name": "Sell the factory",
                "check_code": "own",
                "check_id": check.id,
            }
        )
        with self.assertRaises(ValidationError) as caught:
            check.company_id = self.company
        self.assertNotIn("factory", str(caught.exception))
        self.assertIn("of other companies", str(caught.exception))

    def test_form(self):
        checks = self.env["billing.close.check"].with_user(self.manager)
        with Form(checks) as form:
            form.name = "Draft credit notes"
            form.model = "account.move"
            form.domain = "[('move_type', '=', 'out_refund')]"
        self.assertEqual(form.record.author_id, self.manager)
        with Form(form.record) as form:
            form.model = "account.payment"
            self.assertEqual(form.domain, "[]")

    # -- rights ------------------------------------------------------------------------

    def test_who_may_write(self):
        with self.assertRaises(AccessError):
            self._make_check(user=self.accountant)
        check = self._make_check()
        self.assertTrue(check.with_user(self.accountant).name)

    def test_author_cannot_be_lent(self):
        """The rights are those of who wrote, whatever the client says."""
        admin = self.env.ref("base.user_admin")
        check = self._make_check(author_id=admin.id)
        self.assertEqual(check.author_id, self.manager)
        check.write({"author_id": admin.id})
        self.assertEqual(check.author_id, self.manager)
        second = self._make_user("second", "group_billing_manager")
        check.with_user(second).name = "Renamed"
        self.assertEqual(check.author_id, self.manager)
        check.with_user(second).domain = "[]"
        self.assertEqual(check.author_id, second)

    def test_reads_what_the_author_may_read(self):
        """Record rules of the author hold, whoever runs it."""
        check = self._make_check(model="billing.ticket", domain="[]", date_field=False)
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Question",
                "kind": "inquiry",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
            }
        )
        self.assertOwn(check, ticket)
        self.env["ir.rule"].create(
            {
                "name": "Hidden from the author",
                "model_id": self.env["ir.model"]._get_id("billing.ticket"),
                "domain_force": "[('id', '=' if user.login != 'billing_test_manager'"
                f" else '!=', {ticket.id})]",
            }
        )
        found = self._run_own(check, user=self.accountant)
        self.assertEqual(self._open(found), ticket)
        self.assertEqual(found.figure, 0)

    def test_author_who_left(self):
        check = self._make_check()
        self.manager.active = False
        with self.assertRaisesRegex(UserError, "reads with the rights of Manager"):
            self._run_own(check)

    def test_author_without_the_company(self):
        self.manager.company_ids += self.other_company
        check = self._make_check(company_id=False)
        self.manager.company_ids -= self.other_company
        period = self._period(self.other_company)
        with self.assertRaisesRegex(UserError, "no access to Elsewhere Ltd"):
            self._run_own(check, period=period, user=self.other_accountant)

    def test_secrets_are_refused(self):
        """What accountants may not read tells nothing, whatever the author may."""
        self.manager.group_ids += self.env.ref("base.group_system")
        for model, domain in (
            ("res.users", "[('password', 'like', 'a%')]"),
            ("res.partner", "[('user_ids.password', 'like', 'a%')]"),
            ("res.partner", "[('user_ids', 'any', [('password', '!=', 'x')])]"),
            ("res.partner", "[('user_ids', 'not any', [('api_key_ids.key', '=', 1)])]"),
            ("account.move", "[('create_uid.rule_groups.name', '=', 'x')]"),
        ):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self._make_check(model=model, domain=domain, date_field=False)
        for model in ("ir.config_parameter", "ir.mail_server", "ir.model"):
            with self.subTest(model), self.assertRaises(ValidationError):
                self._make_check(model=model, domain="[]", date_field=False)

    def test_bad_conditions(self):
        for domain, reason in (
            ("[('nothing', '=', 1)]", "has no field nothing"),
            ("[('partner_id.nothing', '=', 1)]", "has no field nothing"),
            ("[('partner_id', 'any', [('nothing', '=', 1)])]", "no field nothing"),
            ("[('partner_id', 'any!', [('name', '=', 'A')])]", "no list of|found"),
            ("[('id', 'child of', 1)]", "no list of|cannot be found"),
            ("[('date', '=', 'yesteryear')]", "cannot be found"),
            ("[('id', '=', uid)]", "no list of conditions"),
            ("__import__('os').getcwd()", "no list of conditions"),
            ("[('id', '=', 1)", "no list of conditions"),
            ("['&']", "no list of conditions"),
            ("{'id': 1}", "no list of conditions"),
            ("1", "no list of conditions"),
            ("[" * 5000, "no list of conditions"),
        ):
            with (
                self.subTest(domain[:60]),
                self.assertRaisesRegex(ValidationError, reason),
            ):
                self._make_check(domain=domain)

    def test_bad_fields(self):
        for values, reason in (
            ({"date_field": "nothing"}, "has no field nothing"),
            ({"date_field": "name"}, "no date that is stored"),
            ({"measure": "sum", "sum_field": "name"}, "Choose a number"),
            ({"measure": "sum", "sum_field": "nothing"}, "has no field nothing"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, reason):
                self._make_check(**values)

    def test_field_that_is_gone(self):
        check = self._make_check()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_close_check SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", check.id],
        )
        check.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "cannot be found.*gone"):
            self._run_own(check)

    def test_what_an_uninstalled_app_leaves(self):
        for column, reason in (
            ("model", "is no kind of records any more"),
            ("date_field", "has no field gone"),
        ):
            check = self._make_check()
            self.env.flush_all()
            self.env.cr.execute(
                f"UPDATE billing_close_check SET {column} = 'gone' WHERE id = %s",
                [check.id],
            )
            check.invalidate_recordset()
            with self.subTest(column), self.assertRaisesRegex(UserError, reason):
                self._run_own(check)

    def test_which_check(self):
        with self.assertRaisesRegex(UserError, "which check of your own"):
            self._run("own")

    # -- time --------------------------------------------------------------------------

    def _sleep(self, seconds):
        """A check whose query takes so long."""

        def measure(check, *_args):
            check.env.cr.execute("SELECT pg_sleep(%s)", [seconds])
            return 3

        return patch.object(type(self.env["billing.close.check"]), "_measure", measure)

    def _get_limit(self):
        self.env.cr.execute("SHOW statement_timeout")
        return self.env.cr.fetchone()[0]

    @mute_logger("odoo.sql_db")
    def test_time_limit(self):
        """One that takes too long says so, and stops no other; the limit is its own."""
        self.env["billing.close.template"].create(
            {
                "name": "Two checks",
                "company_id": self.company.id,
                "date_from": "2025-01-01",
                "task_ids": [
                    Command.create(
                        {
                            "name": "Heavy",
                            "check_code": "own",
                            "check_id": self._make_check().id,
                        }
                    ),
                    Command.create({"name": "Drafts", "check_code": "draft_invoices"}),
                ],
            }
        )
        self._in_may(post=False)
        closes = self.env["billing.close"]
        close = closes.create({"company_id": self.company.id, "date_to": "2025-05-31"})
        heavy, drafts = close.task_ids.sorted("id").with_user(self.accountant)
        with (
            patch.object(billing_close_check_figure, "TIME_LIMIT", 0.2),
            self._sleep(5),
        ):
            close.with_user(self.accountant).action_run_checks()
        self.assertEqual(heavy.check_state, "error")
        self.assertEqual(
            heavy.check_text,
            "This check took longer than 0.2 seconds. Narrow its filter.",
        )
        self.assertEqual((drafts.check_state, drafts.check_figure), ("fail", 1))
        self.assertEqual(self._get_limit(), "0")
        with self._sleep(0):
            close.with_user(self.accountant).action_run_checks()
        self.assertEqual(heavy.check_figure, 3)
        self.assertEqual(self._get_limit(), "0")

    @mute_logger("odoo.sql_db")
    def test_time_limit_of_writing_a_check(self):
        """The records are looked up once when a check is saved."""
        moves = self.env.registry["account.move"]

        def search(model, *_args, **_kwargs):
            model.env.cr.execute("SELECT pg_sleep(5)")

        with (
            patch.object(billing_close_check_figure, "TIME_LIMIT", 0.2),
            patch.object(moves, "search", search),
            self.assertRaisesRegex(ValidationError, "took longer than 0.2 seconds"),
        ):
            self._make_check()
