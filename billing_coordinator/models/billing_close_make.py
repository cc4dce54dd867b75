import logging
from datetime import datetime, time, timedelta

import psycopg2
import pytz

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command, Domain

from ..tools import period
from ..tools.close_check import Period
from .billing_close import LOCKED

_logger = logging.getLogger(__name__)
# Around a period's end; thirty working days and holidays fit in.
DAYS_AROUND = 75


class BillingClose(models.Model):
    """Closes are made on time from the template in force."""

    _inherit = "billing.close"

    job_error = fields.Char(
        "Trouble of the nightly job",
        readonly=True,
        copy=False,
        help="Why the next close could not be made, or the checks not be run.",
    )
    job_at = fields.Datetime(
        "Nightly job done on",
        readonly=True,
        copy=False,
        help="When the nightly job was last done with this close.",
    )

    def _make_tasks(self):
        """The tasks of the template that belong to this month."""
        self.ensure_one()
        template = self.template_id or self.template_id._get_in_force(
            self.company_id, self.date_to
        )
        # In the company's language, whoever makes it.
        wanted = template.with_context(
            lang=self.company_id.partner_id.lang
        ).task_ids.filtered(self._is_due)
        if not wanted:
            raise UserError(self._explain_no_tasks(template))
        self.sudo().template_id = template
        days = self._get_working_days()
        # Who may make a close gets its tasks; those are not made otherwise.
        tasks_sudo = self.env["billing.close.task"].sudo()
        made = dict(
            zip(
                wanted,
                tasks_sudo.create([self._get_task_values(t, days) for t in wanted]),
                strict=True,
            )
        )
        for task, copied in made.items():
            needed = [made[other].id for other in task.depends_ids & wanted]
            copied.depends_ids = [Command.set(needed)]
        tasks_sudo.union(*made.values())._plan_activities()

    def _is_due(self, task):
        """Of this month, and not about an app that is not installed."""
        last_month = int(self.company_id.fiscalyear_last_month)
        available = self.env["billing.close.checks"]._is_available(task.check_code)
        return available and period.is_due_in(task.frequency, self.date_to, last_month)

    def _explain_no_tasks(self, template):
        if not template:
            return self.env._(
                "There is no template for %(period)s: make one, or let one begin"
                " earlier.",
                period=self.display_name,
            )
        return self.env._(
            "The template %(template)s has no task for %(period)s: add some.",
            template=template.name,
            period=self.display_name,
        )

    def _get_task_values(self, task, days):
        self.env["billing.close.checks"]._check_code(task.check_code)
        # A template of all companies may name people whom this one does not have.
        return {
            **task._get_shared_values(),
            "owner_id": task._keep_people(task.owner_id, self.company_id).id,
            "reviewer_id": task._keep_people(task.reviewer_id, self.company_id).id,
            "close_id": self.id,
            "template_task_id": task.id,
            "date_due": self._get_due_date(task.due_days, days),
        }

    def _get_due_date(self, number, days):
        try:
            return period.due_date(number, self.date_to, days)
        except IndexError:  # the company hardly works these months
            last = self.date_to + timedelta(days=DAYS_AROUND)
            return period.due_date(number, self.date_to, self._get_weekdays(last))

    def _get_working_days(self, last=None):
        """Days on which the company works around the period's end, ascending."""
        last = max(self.date_to + timedelta(days=DAYS_AROUND), last or self.date_to)
        calendar = self.company_id.resource_calendar_id
        if not calendar:
            return self._get_weekdays(last)
        first = self.date_to - timedelta(days=DAYS_AROUND)
        zone = pytz.timezone(calendar.tz or "UTC")
        start = zone.localize(datetime.combine(first, time.min))
        end = zone.localize(datetime.combine(last, time.max))
        intervals = calendar.sudo()._work_intervals_batch(start, end)[False]
        return sorted({begin.date() for begin, *_rest in intervals})

    def _get_weekdays(self, last):
        first = self.date_to - timedelta(days=DAYS_AROUND)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if day.weekday() < 5]

    def _get_check_period(self):
        """What the automatic checks look at."""
        self.ensure_one()
        reviews = self.sudo().task_ids.filtered("reviewed_at").mapped("reviewed_at")
        return Period(
            self.company_id.sudo(),
            self.date_from,
            self.date_to,
            reviewed_at=min(reviews, default=None),
        )

    # -- job ---------------------------------------------------------------------------

    @api.model
    def _cron_close(self):
        """Run the checks of what is watched, and make the closes that are due.

        What a run has left is of the next one, a minute later.
        """
        closes = self.search([("state", "!=", LOCKED)])
        closes |= self._get_latest([("state", "=", LOCKED)])
        makers = self._get_latest([("company_id.billing_close_auto", "=", True)])
        left = (closes | makers)._get_left_tonight()
        self.env["ir.cron"]._commit_progress(remaining=len(left))
        for close in left:
            done = close._with_company_lang()._isolated(close in makers)
            if not self.env["ir.cron"]._commit_progress(int(done)):
                break

    def _get_left_tonight(self):
        """Those that the job is not done with this night, the longest ago first.

        The night began when the job was due: Odoo moves that time only once a run has
        left nothing, not when it was cut short or killed.
        """
        due = self.env.ref("billing_coordinator.ir_cron_close").sudo().nextcall
        return self.search(
            Domain("id", "in", self.ids)
            & (Domain("job_at", "=", False) | Domain("job_at", "<", due)),
            order="job_at NULLS FIRST, id",
        )

    @api.model
    def _get_latest(self, domain):
        """The last close of each company, of those that a domain finds."""
        groups = self._read_group(domain, ["company_id"], ["date_to:max"])
        keys = set(groups)
        closes = self.search(
            [("date_to", "in", [day for _company, day in groups]), *domain]
        )
        return closes.filtered(lambda c: (c.company_id, c.date_to) in keys)

    def _make_next(self):
        """The closes of all months up to the one that ends soon."""
        company = self.company_id
        today = fields.Date.context_today(company._billing_with_zone(self))
        until = today + timedelta(days=company.billing_close_lead_days)
        latest = self.with_company(company)
        while True:
            _first, end = period.month_of(latest.date_to + timedelta(days=1))
            if end > until:
                return
            latest = latest.create({"company_id": company.id, "date_to": end})
            latest.task_ids._run_checks()
            latest._write_job_result(False)

    def _refresh(self):
        self.task_ids._run_checks()
        self.lock_for_update()  # nobody signs meanwhile
        self._suspend_moved()

    def _isolated(self, make_next):
        """Trouble with one company or month stops no other; it is kept on the close.

        :return: False where somebody is at work on it: it is to be tried again
        """
        try:
            self._refresh()
            self.env["ir.cron"]._commit_progress()
            if make_next:
                self._make_next()
            self._write_job_result(False)
            self.env["ir.cron"]._commit_progress()
        except (psycopg2.extensions.TransactionRollbackError, LockError):
            self.env.cr.rollback()
            return False
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Close %s failed", self, exc_info=True)
            return self._keep_job_error(error)
        return True

    def _keep_job_error(self, error):
        """False where somebody is signing: the next run meets the error again."""
        try:
            self.exists()._write_job_result(str(error) or type(error).__name__)
            self.env["ir.cron"]._commit_progress()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
            return False
        return True

    def _write_job_result(self, error):
        self.write({"job_error": error, "job_at": fields.Datetime.now()})
