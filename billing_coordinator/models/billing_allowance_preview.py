import json

from odoo import api, fields, models
from odoo.fields import Command


class BillingAllowance(models.Model):
    """An allowance before it is posted: its matrix, and the entry to come."""

    _inherit = "billing.allowance"

    matrix = fields.Html(compute="_compute_matrix", sanitize=False)
    entry_preview = fields.Text(
        "Entry to be posted",
        compute="_compute_entry_preview",
        export_string_translation=False,
    )

    @api.depends("line_ids")
    def _compute_matrix(self):
        for allowance in self:
            allowance.matrix = (
                allowance._render_matrix() if allowance.line_ids else False
            )

    def _render_matrix(self):
        """The allowance by bucket, and by customer where it is specific."""
        groups = self.env["billing.allowance.line"]._read_group(
            [("allowance_id", "=", self._origin.id)],
            ["origin", "rate_id", "rate"],
            ["base:sum", "amount:sum"],
        )
        specifics = self.env["billing.allowance.line"]._read_group(
            [("allowance_id", "=", self._origin.id), ("origin", "=", "specific")],
            ["partner_id", "specific_id", "rate"],
            ["base:sum", "amount:sum"],
        )
        return self.env["ir.qweb"]._render(
            "billing_coordinator.allowance_matrix",
            {
                "allowance": self,
                "buckets": [row[1:] for row in groups if row[0] == "matrix"],
                "specifics": specifics,
                "money": self.currency_id.format,
            },
        )

    @api.depends("total", "journal_id", "expense_account_id", "allowance_account_id")
    def _compute_entry_preview(self):
        for allowance in self:
            preview = allowance.total and allowance._prepare_preview()
            allowance.entry_preview = json.dumps(preview) if preview else False

    def _prepare_preview(self):
        """The entry and its reversal, as Odoo's own widget shows entries."""
        entry = self._prepare_entry()
        lines = [
            {
                "name": line["name"],
                "account_id": line["account_id"],
                "debit": max(line["balance"], 0),
                "credit": max(-line["balance"], 0),
            }
            for _command, _id, line in entry["line_ids"]
        ]
        turned = [
            dict(line, debit=line["credit"], credit=line["debit"]) for line in lines
        ]
        preview = self.env["account.move"]._move_dict_to_preview_vals
        groups = [
            preview(
                {
                    "date": day,
                    "ref": ref,
                    "line_ids": [Command.create(line) for line in items],
                },
                self.currency_id,
            )
            for day, ref, items in (
                (self.date, entry["ref"], lines),
                (self.reversal_date, self._get_reversal_ref(entry["ref"]), turned),
            )
        ]
        return {"groups_vals": groups, "options": self._get_preview_options()}

    @api.model
    def _get_preview_options(self):
        right = "text-end text-nowrap"
        return {
            "discarded_number": False,
            "columns": [
                {"field": "account_id", "label": self.env._("Account")},
                {"field": "name", "label": self.env._("Label")},
                {"field": "debit", "label": self.env._("Debit"), "class": right},
                {"field": "credit", "label": self.env._("Credit"), "class": right},
            ],
        }
