import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round

from ..tools.close_check import Finding

_logger = logging.getLogger(__name__)
PASS, WARN, FAIL, ERROR = "pass", "warn", "fail", "error"
CHECK_STATES = [(PASS, "Passes"), (WARN, "Warns"), (FAIL, "Fails"), (ERROR, "Error")]


class BillingCloseTask(models.Model):
    """The automatic check of a task: figure, threshold, records behind it."""

    _inherit = "billing.close.task"

    check_state = fields.Selection(
        CHECK_STATES, "Check", readonly=True, copy=False, index="btree_not_null"
    )
    check_figure = fields.Float("Figure", readonly=True, copy=False, aggregator=None)
    check_text = fields.Char(
        "Figure in words", compute="_compute_check_text", depends_context=("lang",)
    )
    check_at = fields.Datetime("Checked on", readonly=True, copy=False)
    check_result = fields.Json(readonly=True, copy=False)
    has_records = fields.Boolean(compute="_compute_has_records")

    @api.depends("check_result", "check_state", "check_figure")
    def _compute_check_text(self):
        for task in self:
            task.check_text = task._describe_figure()

    @api.depends("check_result", "check_state")
    def _compute_has_records(self):
        """Whether there is a list behind the figure that can be opened."""
        for task in self:
            found = task.check_state and task.check_state != ERROR
            task.has_records = bool(found and (task.check_result or {}).get("model"))

    def _describe_figure(self):
        if not self.check_state:
            return False
        result = self.check_result or {}
        if self.check_state == ERROR or not result.get("applicable", True):
            return result.get("note")
        return self._say_figure(self.check_figure, result)

    def _say_figure(self, figure, result):
        """A figure in the words of its check, or with its unit."""
        if result.get("words"):
            return result["words"]
        if self._get_unit(result) == "money":
            return self.currency_id.format(figure)
        return self._format_count(figure)

    def _get_unit(self, result):
        """That of the figure: the check may have been changed since."""
        return (result or {}).get("unit") or self.check_unit

    def _format_count(self, value):
        count = round(value)
        if count == 1:
            return self.env._("1 record")
        return self.env._("%(count)s records", count=count)

    def _say_figures(self, result):
        """The figure and those behind it, in words."""
        if not result:
            return ""
        if not result.get("applicable", True) and result.get("note"):
            return result["note"]
        named = [(label, value) for _key, label, value in result["figures"]]
        first = self._say_figure(result["figure"], result)
        others = (f"{label} {self._format_figure(v, result)}" for label, v in named)
        return ", ".join([first, *others])

    def _format_figure(self, value, result=None):
        if self._get_unit(result) == "money":
            return self.currency_id.format(value)
        return f"{value:g}"

    @property
    def _threshold(self):
        return (
            self.threshold_amount
            if self.check_unit == "money"
            else float(self.threshold_count)
        )

    # -- running -----------------------------------------------------------------------

    def action_run_check(self):
        self.check_access("read")
        self.close_id._check_not_locked()
        self._run_checks()
        self.close_id._suspend_moved()

    def _run_checks(self):
        """Run the checks of tasks; one that cannot be run says why.

        The same for whoever runs them: figures do not depend on the user's rights, nor
        words on the user's language.
        """
        for close, tasks in self.grouped("close_id").items():
            where = close._with_company_lang()._get_check_period()
            # Whoever reads the close may know its figures.
            tasks_sudo = tasks.sudo().with_context(lang=where.company.env.lang)
            for task in tasks_sudo.filtered("check_code"):
                task.write(task._run_check(where))

    def _run_check(self, where):
        try:
            with self.env.cr.savepoint():
                finding = self.env["billing.close.checks"]._run(
                    self.check_code, where, self.check_id or None
                )
        except UserError as error:
            return self._get_error_values(str(error))
        except psycopg2.OperationalError:
            raise  # the whole transaction is done again
        except Exception as error:  # pylint: disable=broad-exception-caught
            # One that is faulty stops no other, and passes nothing.
            _logger.warning("Check %s failed", self.check_code, exc_info=True)
            return self._get_error_values(f"{type(error).__name__}: {error}")
        digits = self.currency_id.decimal_places if self.check_unit == "money" else 2
        finding.unit = self.check_unit or ""
        figure = float_round(finding.figure, precision_digits=digits)
        breached = finding.exceeds(self._threshold)
        return {
            "check_state": self.on_breach if breached else PASS,
            "check_figure": figure,
            "check_result": finding.to_json(),
            "check_at": fields.Datetime.now(),
        }

    def _get_error_values(self, text):
        return {
            "check_state": ERROR,
            "check_figure": 0,
            "check_result": Finding(0, note=text).to_json(),
            "check_at": fields.Datetime.now(),
        }

    def action_open_records(self):
        """The records behind the figure, or behind one row of its explanation."""
        self.ensure_one()
        self.check_access("read")
        found = self._get_opened()
        if found.get("model") not in self.env:
            raise UserError(
                self.env._("There is no list of records behind this figure.")
            )
        self.env[found["model"]].check_access("read")
        return self.env["billing.close.checks"]._prepare_action(
            self.name, found["model"], found["domain"], self.close_id.date_to
        )

    def _get_opened(self):
        """What is behind the figure, or behind the row that the client names."""
        result, row = self.check_result or {}, self.env.context.get("billing_check_row")
        if row is None:
            return result
        rows = result.get("rows", [])
        if not isinstance(row, int) or row not in range(len(rows)):
            raise UserError(
                self.env._(
                    "This line is not there any more: the check was run again. Reload"
                    " the page."
                )
            )
        return rows[row]

    # -- signing on what fails ---------------------------------------------------------

    def _check_figures(self):
        """What fails is signed only after a manager has allowed these very figures."""
        self._run_checks()
        if self._needs_override():
            raise UserError(
                self.env._(
                    "The check of %(task)s fails (%(figure)s). Mend it and check again,"
                    " or ask a manager to allow it with a reason.",
                    task=self.name,
                    figure=self.check_text,
                )
            )

    def _has_moved_since(self, signoff):
        """Beyond the threshold, for the worse or in a figure behind it."""
        if not self.check_result or not signoff.figures:
            return False
        now = Finding.from_json(self.check_result)
        return now.has_moved(Finding.from_json(signoff.figures), self._threshold)
