import logging

import psycopg2

from odoo import fields, models

_logger = logging.getLogger(__name__)
MORNING = 6  # o'clock, where the person is
SATURDAY = 5
TEMPLATE = "billing_coordinator.mail_template_close_digest"


class ResUsers(models.Model):
    """The morning's mail about a person's tasks of a close."""

    _inherit = "res.users"

    billing_close_digest = fields.Boolean(
        "Morning digest of close tasks",
        default=True,
        help="A mail on weekdays, after six in the morning by your time zone, about"
        " what is late, due, suspended or waits for your review in a month-end close.",
    )
    billing_close_digest_date = fields.Date(
        "Last digest of close tasks", readonly=True, copy=False
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["billing_close_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["billing_close_digest"]

    def _billing_close_now(self):
        """It is the morning of the person that counts."""
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self.tz or "UTC"), fields.Datetime.now()
        )

    def _billing_close_wants_digest(self):
        now = self._billing_close_now()
        last = self.billing_close_digest_date
        return bool(
            self.active
            and not self.share
            and self.email
            and self.billing_close_digest
            and (not last or last < now.date())
            and now.weekday() < SATURDAY
            and now.hour >= MORNING
        )

    def _billing_close_digest_isolated(self):
        """Trouble with one person's mail keeps no other's back."""
        try:
            self._billing_close_send_digest()
            self.env["ir.cron"]._commit_progress()
        except psycopg2.extensions.TransactionRollbackError:
            # Another run has this person: it sends.
            self.env.cr.rollback()
        except Exception:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others get theirs; the next run tries again.
            self.env.cr.rollback()
            _logger.warning("No close digest for %s", self, exc_info=True)

    def _billing_close_send_digest(self):
        """Mark and queue in one transaction, so that there is one mail a day.

        Who has nothing to do in the morning is marked too: what comes up during the
        day is told the next morning.
        """
        user = self.try_lock_for_update(allow_referencing=True)
        user.invalidate_recordset(["billing_close_digest_date"])
        if not (user and user._billing_close_wants_digest()):
            return
        user.billing_close_digest_date = user._billing_close_now().date()
        if user._billing_close_get_digest():
            user.env.ref(TEMPLATE).send_mail(user.id)

    def _billing_close_get_digest(self):
        """What the mail lists: ``[(title, tasks)]`` that this person may read."""
        self.ensure_one()
        user = self.with_user(self).with_context(
            allowed_company_ids=self.sudo().company_ids.ids, lang=self.lang
        )
        tasks = user.env["billing.close.task"]
        if not tasks.has_access("read"):
            return []
        return tasks._get_digest_sections(user, self._billing_close_now().date())
