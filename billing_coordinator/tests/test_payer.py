from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY, SecondCompany, days
from .match_common import MatchCase

IBAN = "DE89370400440532013000"


@tagged("post_install", "-at_install")
class TestPayer(SecondCompany, MatchCase):
    """Who pays for whom is learned from people, counted, and can be forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payers = cls.env["billing.payer"]

    def _line(self, name="Alder Foods GmbH", account="DE89 3704 0044 0532 0130 00"):
        return self._make_bank_line(
            10, "thanks", partner_name=name, account_number=account
        )

    def _known(self, kind, company=None):
        known = self.payers._get_known(company or self.company)
        return known.filtered(lambda payer: payer.kind == kind)

    def test_name_and_account_are_learned(self):
        self.payers._learn(self._line(), self.customer)
        name, account = self._known("name"), self._known("account")
        self.assertEqual(name.label, "Alder Foods GmbH")
        self.assertEqual(account.value, IBAN)
        self.assertEqual((name | account).partner_id, self.customer)
        self.assertEqual(set((name | account).mapped("last_on")), {TODAY})

    def test_written_otherwise_it_is_the_same_payer(self):
        self.payers._learn(self._line(), self.customer)
        with self._at(days(3)):
            again = self._line("ALDER FOODS", account=IBAN)
            self.payers._learn(again, self.customer)
        self.assertEqual(self._known("name").count, 2)
        self.assertEqual(self._known("account").count, 2)
        self.assertEqual(self._known("name").last_on, days(3))

    def test_nothing_is_learned_of_an_unnamed_payer(self):
        self.payers._learn(self._line(False, False), self.customer)
        self.assertFalse(self.payers._get_known(self.company))

    def test_one_payer_for_several_customers(self):
        line = self._line()
        self.payers._learn(line, self.customer)
        self.payers._learn(line, self.other)
        both = self.customer | self.other
        self.assertEqual(self._known("name").partner_id, both)
        _accounts, names = self.env["billing.payment.match"]._load_payers(
            self.company, line
        )
        self.assertEqual(names[self._known("name")[0].value], tuple(sorted(both.ids)))

    def test_what_is_undone_is_unlearned(self):
        line = self._line()
        self.payers._learn(line, self.customer)
        self.payers._learn(line, self.customer)
        self.payers._unlearn(line, self.customer)
        self.assertEqual(self._known("name").count, 1)
        self.payers._unlearn(line, self.customer)
        self.payers._unlearn(line, self.customer)  # forgotten before: no trouble
        self.assertFalse(self.payers._get_known(self.company))

    def test_a_person_teaches_and_the_job_does_not(self):
        invoices = self._make_invoice(), self._make_invoice()
        for invoice, automatic in zip(invoices, (True, False), strict=True):
            self.assertFalse(self._known("name"))
            match = self._propose(self._line(), (invoice, 10), difference=-90)
            match = match.with_context(billing_match_automatic=automatic)
            match.with_user(self.coordinator)._apply()
        self.assertEqual(self._known("name").count, 1)
        self.assertEqual(self._known("name").partner_id, self.customer)

    def test_coordinators_forget_and_invent_nothing(self):
        self.payers._learn(self._line(), self.customer)
        payers = self._known("name").with_user(self.coordinator)
        with self.assertRaises(AccessError):
            payers.count = 100
        with self.assertRaises(AccessError):
            payers.create(
                {"partner_id": self.customer.id, "kind": "name", "value": "X"}
            )
        payers.unlink()
        self.assertFalse(self._known("name"))

    def test_another_company_knows_nothing_of_it(self):
        self.payers._learn(self._line(), self.customer)
        self.assertFalse(self.payers._get_known(self.other_company))
        elsewhere = self.payers.with_user(self.other_coordinator)
        elsewhere = elsewhere.with_context(allowed_company_ids=self.other_company.ids)
        self.assertFalse(elsewhere.search([]))
        with self.assertRaises(AccessError):
            self.payers.with_user(self.department).search([])
