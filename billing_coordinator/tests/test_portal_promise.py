from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged

from .common import days
from .test_portal_billing import PortalCase


@tagged("post_install", "-at_install")
class TestPortalPromise(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"billing_promise_portal": True, "billing_promise_max_days": 10}
        )

    def _promise(self, user, day=4, amount=100, **values):
        """Send the form; return the page that answers."""
        self.authenticate(user.login, user.login)
        answer = self.url_open(
            "/my/billing/promise",
            data={
                "csrf_token": Request.csrf_token(self),
                "company_id": self.company.id,
                "currency_id": self.eur.id,
                "amount": amount,
                "date": days(day),
                **values,
            },
        )
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def _promises(self):
        return self.env["billing.promise"].search([])

    def test_contact_promises_for_the_company(self):
        text = self._promise(self.person)
        self.assertIn("We noted", text)
        self.assertIn("You told us that you pay", text)
        promise = self._promises()
        self.assertRecordValues(
            promise,
            [
                {
                    "partner_id": self.customer.id,
                    "contact_id": self.person.partner_id.id,
                    "channel": "portal",
                    "user_id": False,
                    "amount": 100,
                    "date": days(4),
                }
            ],
        )
        self.assertEqual(promise.line_ids.move_id, self.invoice)

    def test_form_only_where_the_company_allows_it(self):
        self.assertIn("When will you pay?", self._page(self.user).text)
        self.company.billing_promise_portal = False
        self.assertNotIn("When will you pay?", self._page(self.user).text)
        self.assertIn("Please contact us", self._promise(self.user))
        self.assertFalse(self._promises())

    def test_what_is_in_dispute_is_not_proposed(self):
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Too much",
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create({"move_id": self.invoice.id, "amount_disputed": 50})
                ],
            }
        )
        self.assertIn('value="70.00"', self._page(self.user).text)
        ticket.line_ids.amount_disputed = 120
        self.assertNotIn("When will you pay?", self._page(self.user).text)

    def test_limits(self):
        self.company.billing_promise_max_amount = 50
        self.assertIn("50.00", self._promise(self.user))
        self.assertIn("06/26/2025", self._promise(self.user, day=11, amount=10))
        self.assertIn("in the past", self._promise(self.user, day=-1, amount=10))
        self.company.billing_promise_max_amount = 0
        self.assertIn("more than the", self._promise(self.user, amount=120.01))
        self.assertFalse(self._promises())

    def test_promised_already(self):
        """A customer cannot withdraw: the page says so, and not how."""
        self._promise(self.user, amount=100)
        text = self._promise(self.user, amount=20.01)
        self.assertIn("You promised", text)
        self.assertIn("please contact us if that changes", text)
        self.assertNotIn("withdraw", text)
        self.assertEqual(len(self._promises()), 1)

    def test_credited_part_may_be_promised_no_more(self):
        """The form proposes what is open beside what promises still wait for."""
        self._promise(self.user, amount=100)
        self.company.billing_promise_max_amount = 100
        refund = self._make_credit_note(self.customer, amount=30)
        self._receivable_lines(self.invoice + refund).reconcile()
        self.assertIn('value="20.00"', self._page(self.user).text)
        self.assertIn("We noted", self._promise(self.user, amount=20))

    def test_promised_again_and_again(self):
        """After two in a row that were not kept the customer has to get in touch."""
        for number in (1, 2):
            self.assertIn("We noted", self._promise(self.user))
            self._break_promise()
            self.assertEqual(len(self._promises()), number)
        page = self._page(self.user).text
        self.assertNotIn("When will you pay?", page)
        self.assertIn("Please contact us to agree", page)
        self.assertIn("Please contact us", self._promise(self.user))
        self.assertEqual(len(self._promises()), 2)

    def test_kept_after_all(self):
        for state in ("broken", "broken", "kept"):
            self._promises()._make(
                self._receivable_lines(self.invoice), [(days(4), 10)]
            )
            self._break_promise(state)
        self.assertIn("We noted", self._promise(self.user))

    def _break_promise(self, state="broken"):
        self._promises().filtered(lambda p: p.state == "open")._close(state)
        self.env.flush_all()

    def test_nonsense(self):
        for values in (
            {"amount": "much"},
            {"amount": "inf"},
            {"date": "soon"},
            {"company_id": "x"},
            {"company_id": self.other_company.id},
        ):
            text = self._promise(self.user, **values)
            self.assertIn("Please enter an amount and a day", text, values)
        self.assertIn(
            "Nothing is open", self._promise(self.user, currency_id=self.usd.id)
        )
        self.assertFalse(self._promises())

    def test_nobody_promises_for_another(self):
        """A request names no customer and no invoice: it is always one's own."""
        self._promise(self.stranger, amount=70, partner_id=self.customer.id)
        promise = self._promises()
        self.assertEqual(promise.partner_id, self.neighbour)
        self.assertEqual(promise.line_ids.move_id, self.theirs)
        self.assertNotIn("You told us", self._page(self.user).text)
        self.assertNotIn("We noted", self._page(self.user, promised=promise.id).text)

    def test_nobody_without_a_token(self):
        self.authenticate(self.user.login, self.user.login)
        answer = self.url_open("/my/billing/promise", data={"amount": 5})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self._promises())
