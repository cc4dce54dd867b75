from odoo import api, fields, models
from odoo.tools.misc import format_date

from .billing_close import LOCKED
from .billing_close_task_sign import ACCOUNTANT, MANAGER

# So many locked periods are compared.
PERIODS = 12


class BillingClose(models.Model):
    """The close on one page, in a number of queries that no number of tasks changes."""

    _inherit = "billing.close"

    def action_open_board(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "billing_coordinator.billing_close_board_action"
        )
        return action | {"context": {"active_id": self.id, "active_model": self._name}}

    @api.model
    @api.readonly
    def get_board(self, close_id=None, company_id=None):
        """All that the board shows, in one call.

        :param close_id: the close to show; by default the one that is worked on, of
            ``company_id`` or else of the user's present company
        """
        self.check_access("read")
        close = self.browse(close_id or ()).exists()
        close.check_access("read")
        company = close.company_id or self._get_board_company(company_id)
        series = self._get_series(company)
        close = close or self._get_current(series)
        values = {
            "can_make": self.has_access("create"),
            "company_id": company.id,
            "companies": self._get_board_companies(),
            "close": False,
        }
        if not close:
            values |= self._get_board_start(company)
        else:
            tasks = close.task_ids.sorted(lambda task: task._get_board_order())
            values |= {
                "close": close._get_board_values(series, tasks),
                "tasks": tasks._get_board_rows(),
                "people": tasks._get_board_people(),
                "history": close._get_history(series),
            }
        return values

    def _get_board_start(self, company):
        """What a company without a close needs first."""
        templates = self.env["billing.close.template"]
        day = self._get_default_date_to()
        return {
            "has_template": bool(templates._get_in_force(company, day)),
            "can_make_template": templates.has_access("create"),
        }

    # -- which close -------------------------------------------------------------------

    @api.model
    def _get_board_company(self, company_id):
        company = self.env["res.company"].browse(company_id or ())
        return company if company in self.env.companies else self.env.company

    @api.model
    def _get_board_companies(self):
        return [
            {"id": company.id, "name": company.name} for company in self.env.companies
        ]

    @api.model
    def _get_series(self, company):
        """All closes of a company, the oldest first."""
        return self.search_fetch(
            [("company_id", "=", company.id)],
            ["company_id", "date_to", "state", "days_to_close"],
            order="date_to",
        )

    @api.model
    def _get_current(self, series):
        """The oldest that is not locked, as closes are locked in order; or the last."""
        left = series.filtered(lambda close: close.state != LOCKED)
        return left[:1] or series[-1:]

    # -- what is shown -----------------------------------------------------------------

    def _get_board_values(self, series, tasks):
        self.ensure_one()
        user = self.env.user
        leads = user.has_group(MANAGER) or user.has_group(ACCOUNTANT)
        ids = series.ids
        place = ids.index(self.id)
        mine = tasks.filtered(lambda task: task._get_turn() == user)
        return {
            "id": self.id,
            "name": self.display_name,
            "company": self.company_id.name,
            "state": self.state,
            "state_label": dict(self._fields["state"]._description_selection(self.env))[
                self.state
            ],
            "total": len(tasks),
            "done": len(tasks.filtered("is_done")),
            "percent": self.progress,
            "late": len(tasks.filtered("is_late")),
            "mine": len(mine.filtered(lambda task: not task._is_blocked())),
            "mine_waiting": len(mine.filtered(lambda task: task._is_blocked())),
            "due": self._get_due_words(),
            "days_to_close": self.days_to_close,
            "locked_by": self.locked_uid.sudo().name or False,
            "locked_on": format_date(self.env, self.date_locked),
            "job_error": self.job_error,
            "previous_id": ids[place - 1] if place else False,
            "next_id": ids[place + 1] if place + 1 < len(ids) else False,
            "can_check": leads
            and self.state != LOCKED
            and any(tasks.mapped("check_code")),
            "can_lock": self.can_lock,
        }

    def _get_due_words(self):
        """Until when, and how long that is: ``{"date", "days"}``, days < 0 are late."""
        if not self.date_due:
            return False
        today = fields.Date.context_today(self)
        return {
            "date": format_date(self.env, self.date_due, date_format="EEE d MMM"),
            "days": (self.date_due - today).days,
        }

    def _get_history(self, series):
        """Days to close of the last locked periods up to this one."""
        until = series[: series.ids.index(self.id) + 1]
        locked = until.filtered(lambda close: close.state == LOCKED)[-PERIODS:]
        days = locked.mapped("days_to_close")
        return {
            "average": round(sum(days) / len(days), 1) if days else False,
            "periods": [
                {
                    "id": close.id,
                    "name": close.display_name,
                    "short": format_date(self.env, close.date_to, date_format="MMM"),
                    "year": close.date_to.year,
                    "days": close.days_to_close,
                }
                for close in locked
            ],
        }
