from odoo import fields, models

from ..tools.close_check import Finding


class BillingCloseChecks(models.AbstractModel):
    _name = "billing.close.checks"
    _description = "x"

    def _get_checks(self):
        codes = (
            "draft_invoices unbilled sequence_gaps duplicate_invoices wrong_period unsent_invoices after_review bank_unreconciled statement_gaps bank_balance transit_old suspense unapplied_credits credit_balances manual_entries open_tickets due_promises failed_notices receivable_tie_out tax_due allowance"
        ).split()
        from ..tools.close_check import CheckInfo

        return {
            c: CheckInfo(
                c,
                c,
                "money"
                if c in ("receivable_tie_out", "bank_balance", "tax_due", "allowance")
                else "count",
            )
            for c in codes
        }

    def _get_selection(self):
        return [(c, i.name) for c, i in self._get_checks().items()] + [("own", "Own")]

    def _run(self, code, period, check=None):
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", period.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("date", "<=", period.date_to),
            ]
        )
        if code == "receivable_tie_out":
            return Finding(
                0.0,
                "account.move.line",
                [("id", "in", items.ids)],
                {
                    "ledger": ("Ledger", sum(items.mapped("balance"))),
                    "items": ("Open items", sum(items.mapped("balance"))),
                },
            )
        if code == "draft_invoices":
            d = [
                ("company_id", "=", period.company.id),
                ("state", "=", "draft"),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ]
            return Finding(self.env["account.move"].search_count(d), "account.move", d)
        return Finding(0.0)


class BillingCloseCheck(models.Model):
    _name = "billing.close.check"
    _description = "Close check"
    name = fields.Char()
    unit = fields.Char()
    company_id = fields.Many2one("res.company", index=True)
