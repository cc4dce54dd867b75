import io
import json
from unittest.mock import patch
from urllib.parse import urlencode

from lxml import html
from openpyxl import load_workbook

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..controllers import portal
from .common import TODAY, Ledger, days


class PortalCase(Ledger, HttpCase):
    """Two customers, each with a contact person who logs in to the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(cls._at(TODAY))
        cls._set_up_company()
        cls.other_company = cls._make_company("Elsewhere Ltd")
        cls.customer.is_company = True
        cls.neighbour = cls._make_customer("Neighbour", is_company=True)
        cls.user = cls._make_portal_user("own", cls.customer)
        cls.person = cls._make_portal_user(
            "person", cls._make_customer("Person", parent_id=cls.customer.id)
        )
        cls.stranger = cls._make_portal_user(
            "stranger", cls._make_customer("Stranger", parent_id=cls.neighbour.id)
        )
        cls.invoice = cls._make_invoice(amount=120, overdue=10, ref="PO 7")
        cls.theirs = cls._make_invoice(cls.neighbour, 77.77, 20)

    @classmethod
    def _make_portal_user(cls, login, partner):
        return new_test_user(
            cls.env,
            f"billing_portal_{login}",
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            email=partner.email,
        )

    def _page(self, user, path="/my/billing", **params):
        self.authenticate(user.login, user.login)
        query = f"?{urlencode(params)}" if params else ""
        answer = self.url_open(f"{path}{query}")
        self.assertEqual(answer.status_code, 200)
        return answer

    def _text(self, user, **params):
        tree = html.fromstring(self._page(user, **params).text)
        [main] = tree.xpath("//main")
        return " ".join(main.text_content().split())

    def _statement(self, user, company=None, kind="open_items", kept="xlsx", **params):
        return self._page(
            user,
            "/my/billing/statement",
            company_id=(company or self.company).id,
            kind=kind,
            report_type=kept,
            **params,
        )

    def _cells(self, answer):
        book = load_workbook(io.BytesIO(answer.content))
        return [cell for row in book.active.values for cell in row if cell is not None]


@tagged("post_install", "-at_install")
class TestPortalBilling(PortalCase):
    def test_open_items(self):
        for user in (self.user, self.person):
            answer = self._page(user)
            self.assertIn(f"/my/invoices/{self.invoice.id}", answer.text)
            text = self._text(user)
            for part in ("Follow-up Ltd", self.invoice.name, "PO 7", "120.00", " 10 "):
                self.assertIn(part, text)

    def test_nobody_sees_another_customer(self):
        for user in (self.user, self.person):
            text = self._page(user).text
            self.assertNotIn(self.theirs.name, text)
            self.assertNotIn("77.77", text)
        text = self._page(self.stranger).text
        self.assertIn(self.theirs.name, text)
        self.assertNotIn(self.invoice.name, text)
        self.assertNotIn("120.00", text)

    def test_statement_is_that_of_the_user(self):
        """A request names no customer: what it adds makes no difference."""
        for kind in ("open_items", "activity"):
            cells = self._cells(
                self._statement(
                    self.stranger,
                    kind=kind,
                    partner_id=self.customer.id,
                    partner_ids=self.customer.id,
                    date_from="2024-01-01",
                )
            )
            self.assertIn(77.77, cells)
            self.assertNotIn(120, cells)

    def test_backend_is_closed(self):
        wizard = self.env["billing.statement.wizard"].create(
            {"partner_ids": [Command.set(self.customer.ids)]}
        )
        self.authenticate(self.user.login, self.user.login)
        data = self.env["billing.statement"]._prepare_report_data(
            self.company, self.neighbour, "open_items", None, TODAY
        )
        for path in (
            f"/billing_coordinator/statement/{wizard.id}.xlsx",
            f"/report/html/billing_coordinator.report_statement/{wizard.id}",
            "/report/html/billing_coordinator.report_statement?"
            + urlencode({"options": json.dumps(data)}),
        ):
            answer = self.url_open(path)
            self.assertGreaterEqual(answer.status_code, 400, path)
            self.assertNotIn("77.77", answer.text)

    def test_coordinator_downloads(self):
        """The file of the dialog, for who opened it and nobody else."""
        wizard = self.env["billing.statement.wizard"].with_user(self.coordinator)
        wizard = wizard.create({"partner_ids": [Command.set(self.customer.ids)]})
        path = f"/billing_coordinator/statement/{wizard.id}.xlsx"
        self.assertIn(120, self._cells(self._page(self.coordinator, path)))
        self.authenticate(self.manager.login, self.manager.login)
        self.assertGreaterEqual(self.url_open(path).status_code, 400)
        missing = path.replace(str(wizard.id), "999999999")
        self.assertEqual(self.url_open(missing).status_code, 404)

    def test_drafts_and_paid_invoices_are_not_open(self):
        draft = self._make_invoices([(None, 31.31, 10)], post=False)
        paid = self._make_invoice(amount=42.42)
        self._pay(paid)
        text = self._page(self.user).text
        for hidden in ("31.31", "42.42", paid.name):
            self.assertNotIn(hidden, text)
        self.assertEqual(draft.state, "draft")

    def test_each_company_apart(self):
        invoice = self._make_invoice(amount=55.55, company=self.other_company)
        text = self._text(self.user)
        for part in ("Elsewhere Ltd", invoice.name, "55.55", "Follow-up Ltd"):
            self.assertIn(part, text)
        cells = self._cells(self._statement(self.user, self.other_company))
        self.assertIn(55.55, cells)
        self.assertNotIn(120, cells)

    def test_each_currency_apart(self):
        self._make_invoice(amount=200, overdue=3, currency_id=self.usd.id)
        text = self._text(self.user)
        self.assertIn("$ 200.00", text)
        self.assertIn("120.00", text)

    def test_very_many_open_items(self):
        self._make_invoice(amount=31.31, overdue=1)
        with patch.object(portal, "SHOWN", 1):
            text = self._text(self.user)
        self.assertIn("The oldest 1 of 2 open items", text)
        self.assertNotIn("31.31", text)
        self.assertIn("151.31", text)

    def test_company_that_has_nothing_for_the_customer(self):
        for company in (self.other_company.id, 0, "x", ""):
            answer = self._page(
                self.user,
                "/my/billing/statement",
                company_id=company,
                kind="open_items",
            )
            self.assertIn("not complete", answer.text, company)

    def test_statement_as_pdf(self):
        answer = self._statement(self.user, kept="pdf")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn(".pdf", answer.headers["Content-Disposition"])

    def test_activity(self):
        cells = self._cells(
            self._statement(
                self.user,
                kind="activity",
                date_from=str(days(-60)),
                date_to=str(TODAY),
            )
        )
        for part in ("Opening balance", "Closing balance", 120):
            self.assertIn(part, cells)

    def test_bad_dates(self):
        for dates, message in (
            ({"date_from": "nonsense"}, "not complete"),
            ({"date_to": "2025-13-45"}, "not complete"),
            ({"date_from": "2025-06-10", "date_to": "2025-06-01"}, "comes after"),
        ):
            answer = self._statement(self.user, kind="activity", **dates)
            self.assertIn(message, answer.text)

    def test_what_an_address_says_is_not_shown(self):
        self.assertNotIn("Click", self._page(self.user, error="Click here").text)

    def test_nothing_in_the_account(self):
        nobody = self._make_portal_user("nobody", self._make_customer("Nobody"))
        self.assertIn("nothing in your account", self._text(nobody))
        self._pay(self.invoice)
        self.assertIn("Nothing is open", self._text(self.user))

    def test_count_on_the_home_page(self):
        self._make_invoice(amount=5)
        for user, count in ((self.user, 2), (self.person, 2), (self.stranger, 1)):
            self.authenticate(user.login, user.login)
            answer = self.url_open(
                "/my/counters",
                data=json.dumps({"params": {"counters": ["billing_count"]}}),
                headers={"Content-Type": "application/json"},
            )
            self.assertEqual(answer.json()["result"]["billing_count"], count)

    def test_somebody_who_is_not_logged_in(self):
        self.authenticate(None, None)
        answer = self.url_open("/my/billing")
        self.assertIn("/web/login", answer.url)
