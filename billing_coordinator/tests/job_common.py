from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import mute_logger

from .common import BillingCase

JOB = "odoo.addons.billing_coordinator.models.billing_worklist_job"
PROCESS = "odoo.addons.billing_coordinator.models.billing_worklist_process"


class JobCase(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other companies of the database are none of this job's business.
        others = cls.env["res.company"].sudo().search([("id", "!=", cls.company.id)])
        others.billing_plan_id = False
        cls.customers = cls.customer
        for name in ("Customer B", "Customer C"):
            cls.customers += cls._make_customer(name)

    @contextmanager
    def _failing_for(self, customer, error):
        """Make the notice of one customer fail when it is to go out."""
        issue = self.registry["billing.followup.notice"]._issue

        def _issue(notice):
            if notice.partner_id.id == customer.id:
                raise error
            return issue(notice)

        model = self.registry["billing.followup.notice"]
        with patch.object(model, "_issue", _issue), mute_logger(JOB, PROCESS):
            yield

    def _issued(self):
        domain = [("company_id", "=", self.company.id), ("issued_on", "!=", False)]
        return self.env["billing.followup.notice"].search(domain, order="partner_id")

    def _queued_mails(self):
        notices = self._issued()
        return notices.mail_message_id.sudo().mail_ids
