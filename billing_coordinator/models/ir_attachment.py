from odoo import api, models
from odoo.exceptions import UserError

CONTENT = {
    "mimetype",
    "raw",
    "datas",
    "db_datas",
    "store_fname",
    "checksum",
    "type",
    "url",
    "res_model",
    "res_id",
    "res_field",
}


class IrAttachment(models.Model):
    """Evidence of what was signed stays as it was."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if CONTENT & vals.keys() and not self._is_same_content(vals):
            self._check_not_signed()
        return super().write(vals)

    def _is_same_content(self, vals):
        """As when Odoo moves files to another storage."""
        values = {name: vals[name] for name in CONTENT & vals.keys()}
        if isinstance(values.get("raw"), bytes):
            values["checksum"] = self._compute_checksum(values.pop("raw"))
        if {"raw", "datas", "db_datas"} & values.keys():
            return False
        return all(
            file[name] == value for file in self for name, value in values.items()
        )

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_signed(self):
        self._check_not_signed()

    def _check_not_signed(self):
        self._check_not_kept()
        evidence = self.filtered(lambda file: file.res_model == "billing.close.task")
        if not evidence:
            return
        signoff = (
            self.env["billing.close.signoff"]
            .sudo()  # whoever may not read it may not break it
            .search([("attachment_ids", "in", evidence.ids)], limit=1)
        )
        if signoff:
            raise UserError(
                self.env._(
                    "This file is evidence of %(task)s, which was signed: it is neither"
                    " deleted nor changed. Attach another one.",
                    task=signoff.task_id.name,
                )
            )

    def _check_not_kept(self):
        files = self.filtered(lambda file: file.res_model == "billing.close")
        if not files:
            return
        close = (
            self.env["billing.close"]
            .sudo()  # whoever may not read it may not break it
            .search([("kept_binder_ids", "in", files.ids)], limit=1)
        )
        if close:
            raise UserError(
                self.env._(
                    "This is the binder that was kept of the close of %(period)s: it is"
                    " neither deleted nor changed.",
                    period=close.display_name,
                )
            )
