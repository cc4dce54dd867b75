from odoo import fields, models

from ..tools import tie_out


class BillingTieOutReportLine(models.TransientModel):
    """A line of the tie-out, with the way to the records behind it."""

    _name = "billing.tie.out.report.line"
    _description = "Tie-out line"
    _order = "sequence, id"

    report_id = fields.Many2one(
        "billing.tie.out.report", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    kind = fields.Selection(
        lambda self: self.env["billing.tie.out"]._get_kinds(), "What", required=True
    )
    level = fields.Selection(
        [
            ("title", "Comparison"),
            (tie_out.LEDGER, "Ledger"),
            (tie_out.OTHER, "Other side"),
            ("total", "Total"),
            ("difference", "Difference"),
            (tie_out.EXPLANATION, "Explanation"),
            ("detail", "Entry"),
            ("unexplained", "Unexplained"),
        ],
        required=True,
    )
    name = fields.Char("Figure", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, ondelete="cascade")
    company_currency_id = fields.Many2one(
        "res.currency", "Company currency", ondelete="cascade"
    )
    amount = fields.Monetary()
    company_amount = fields.Monetary(
        "In company currency", currency_field="company_currency_id"
    )
    has_company_amount = fields.Boolean()
    count = fields.Integer("Entries")
    status = fields.Selection([("ties", "Ties"), ("difference", "Difference")])
    res_model = fields.Selection(
        [
            ("account.move.line", "Journal items"),
            ("account.bank.statement", "Bank statements"),
            ("account.bank.statement.line", "Bank lines"),
            ("account.payment", "Payments"),
            ("billing.receivable", "Open items"),
        ],
        "Records",
    )
    domain = fields.Json()

    def action_open_entries(self):
        """List the records behind the figure, as the user may see them."""
        self.ensure_one()
        self.check_access("read")
        if self.level == "detail" and self.count == 1:
            return self._open_entry()
        context, modes = {"create": False}, ["list", "form"]
        if self.res_model == "billing.receivable":
            context["as_of"] = fields.Date.to_string(self.report_id.date)
            modes = ["list"]
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "view_mode": ",".join(modes),
            "views": [(False, mode) for mode in modes],
            "domain": self.domain,
            "context": context,
        }

    def _open_entry(self):
        """The journal entry or the statement itself."""
        record = self.env[self.res_model].search(self.domain)
        if self.res_model != "account.bank.statement":
            record = record.move_id
        return record.get_formview_action()
