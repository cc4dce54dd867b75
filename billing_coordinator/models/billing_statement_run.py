from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .billing_statement import KINDS

# Statements to at most so many customers are sent at once, others in the background.
SEND_AT_ONCE = 5


class BillingStatementRun(models.Model):
    """Statements of account that were sent to many customers: how far, what failed.

    Nobody types anything in: a run is made by the wizard or by the schedule.
    """

    _name = "billing.statement.run"
    _description = "Statements sent"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    kind = fields.Selection(KINDS, required=True)
    date_from = fields.Date("From")
    date_to = fields.Date("To", required=True)
    period = fields.Date(
        "Month",
        help="First day of the month that the schedule sent it in; empty for what a"
        " person sent.",
    )
    requested_by_id = fields.Many2one("res.users", "Requested by")
    line_ids = fields.One2many("billing.statement.run.line", "run_id", "Customers")
    failed_line_ids = fields.One2many(
        "billing.statement.run.line",
        "run_id",
        "Failures",
        domain=[("state", "=", "failed")],
    )
    line_count = fields.Integer("Customers", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    queued_count = fields.Integer("In the mail queue", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    skipped_count = fields.Integer("Left out", compute="_compute_counts")
    progress = fields.Integer(
        "Progress (%)",
        compute="_compute_counts",
        help="Customers whose statement was made, left out or failed.",
    )
    state = fields.Selection(
        [
            ("running", "In progress"),
            ("failed", "Done, with failures"),
            ("done", "Done"),
        ],
        compute="_compute_counts",
        search="_search_state",
    )

    _period_uniq = models.UniqueIndex(
        "(company_id, period) WHERE period IS NOT NULL",
        "The statements of this month have been made already.",
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = self.env["billing.statement.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        by_run = {(run.id, state): count for run, state, count in counts}
        for run in self:
            run_id = run._origin.id
            for state in ("waiting", "queued", "sent", "failed", "skipped"):
                run[f"{state}_count"] = by_run.get((run_id, state), 0)
            total = sum(n for (key, _state), n in by_run.items() if key == run_id)
            run.line_count = total
            run.progress = 100 * (total - run.waiting_count) // total if total else 100
            run.state = "failed" if run.failed_count else "done"
            if run.waiting_count:
                run.state = "running"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain("line_ids", "any", [("state", "=", "waiting")])
        failed = Domain("line_ids", "any", [("state", "=", "failed")])
        domains = {
            "running": waiting,
            "failed": ~waiting & failed,
            "done": ~waiting & ~failed,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends_context("lang")
    @api.depends("kind", "date_from", "date_to")
    def _compute_display_name(self):
        statements = self.env["billing.statement"]
        for run in self:
            title = statements._get_title(run.kind)
            period = statements._get_period(run.kind, run.date_from, run.date_to)
            run.display_name = f"{title}, {period}"

    # -- making a run --------------------------------------------------------------

    @api.model
    def _make(self, company, partners, kind, date_from, date_to, **values):
        """A run for customers, none of them sent yet.

        Whoever may read the receivables of the company and the customers may send
        them; the run itself can only be read.
        """
        self.env["billing.statement"]._check_company_access(company)
        self.env["billing.statement"]._check_dates(kind, date_from, date_to)
        self.browse().check_access("read")
        partners.check_access("read")
        quiet_sudo = self.sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        run_sudo = quiet_sudo.create(
            {
                "company_id": company.id,
                "kind": kind,
                "date_from": date_from if kind == "activity" else False,
                "date_to": date_to,
                "line_ids": [
                    Command.create({"partner_id": partner_id})
                    for partner_id in partners.ids
                ],
                **values,
            }
        )
        return run_sudo.with_env(self.env)

    def _send(self):
        """Send a few statements at once and many in the background."""
        lines = self.line_ids.filtered(lambda line: line.state == "waiting")
        if len(lines) > SEND_AT_ONCE:
            self.env.ref("billing_coordinator.ir_cron_statement_send").sudo()._trigger()
        else:
            lines._process_now()

    # -- actions -------------------------------------------------------------------

    def action_retry(self):
        """Send what failed once more, to the addresses as they are now."""
        self.check_access("read")
        if not self.failed_line_ids:
            raise UserError(self.env._("Nothing failed: there is nothing to repeat."))
        self.failed_line_ids.action_retry()

    def action_refresh(self):
        """Show how far the run is now: the client reads the record again."""
        self.check_access("read")

    def action_open_lines(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_statement_run_line_action"
        )
        return dict(action, domain=[("run_id", "=", self.id)], context={})
