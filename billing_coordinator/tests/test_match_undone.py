from odoo.tests import tagged

from .match_common import MatchCase


@tagged("post_install", "-at_install")
class TestMatchUndone(MatchCase):
    """What a person took back, the job does not apply again by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_match_auto = True
        cls.invoice = cls._make_invoice()
        cls.line = cls._make_bank_line(
            100, cls.invoice.name, partner_name=cls.customer.name
        )

    def _run(self):
        with self._scheduler() as env:
            env["billing.payment.match"]._cron_match()
        self.env.invalidate_all()

    def _matches(self, state):
        domain = [("statement_line_id", "=", self.line.id), ("state", "=", state)]
        return self.env["billing.payment.match"].search(domain, order="rank")

    def test_undone_by_a_person(self):
        self._run()
        self._matches("applied").with_user(self.coordinator).action_undo("Wrong")
        self._run()
        self.assertFalse(self.line.is_reconciled)
        self.assertOpen(invoice=100)
        # A person sees the proposal, and may still apply it.
        proposed = self._matches("proposed")[:1]
        self.assertTrue(proposed)
        proposed.with_user(self.coordinator).action_apply()
        self.assertOpen(invoice=0)
