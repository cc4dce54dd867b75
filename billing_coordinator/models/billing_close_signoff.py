from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import signoff_chain

KINDS = [
    ("prepare", "Prepared"),
    ("review", "Reviewed"),
    ("na", "Not applicable"),
    ("override", "Allowed although the check fails"),
    ("suspend", "Suspended"),
    ("withdraw", "Withdrawn"),
    ("lock", "Locked"),
    ("reopen", "Reopened"),
]


class BillingCloseSignoff(models.Model):
    """Who signed what, when, and having seen which figures. It is never changed.

    Each carries a digest over itself and the digest of the one before in its close.
    """

    _name = "billing.close.signoff"
    _description = "Sign-off"
    _order = "id desc"
    _rec_name = "kind"

    close_id = fields.Many2one(
        "billing.close",
        "Month-end close",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="close_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    task_id = fields.Many2one(
        "billing.close.task", index="btree_not_null", ondelete="restrict"
    )
    kind = fields.Selection(KINDS, required=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime("On", required=True)
    comment = fields.Text()
    figures = fields.Json(help="What the automatic check had found.")
    figure_text = fields.Char("Figures seen", compute="_compute_figure_text")
    check_state = fields.Char("Check")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "billing_close_signoff_attachment_rel",
        "signoff_id",
        "attachment_id",
        "Evidence",
    )
    files = fields.Json(help="Names and checksums of the evidence.")
    previous_id = fields.Many2one(
        "billing.close.signoff", index="btree_not_null", ondelete="restrict"
    )
    digest = fields.Char(required=True)

    _first_uniq = models.UniqueIndex("(close_id) WHERE previous_id IS NULL")
    _previous_uniq = models.UniqueIndex("(previous_id) WHERE previous_id IS NOT NULL")

    @api.depends("figures")
    def _compute_figure_text(self):
        for signoff in self:
            signoff.figure_text = signoff.task_id._say_figures(signoff.figures)

    @api.model
    def _add(self, close, kind, comment, *, task=None):
        """Append to the chain of a close, whose row the caller has locked."""
        task = task or self.env["billing.close.task"]
        # Nobody has the right to write sign-offs; who may sign was checked before.
        chain_sudo = self.sudo()
        previous = chain_sudo.search([("close_id", "=", close.id)], limit=1)
        files = task.sudo().attachment_ids
        values = {
            "close_id": close.id,
            "task_id": task.id,
            "kind": kind,
            "user_id": self.env.uid,
            "date": fields.Datetime.now(),
            "comment": comment,
            "figures": task.check_result,
            "check_state": task.check_state,
            "attachment_ids": files.ids,
            "files": [[file.id, file.name, file.checksum] for file in files],
            "previous_id": previous.id,
        }
        content = chain_sudo.new(values)._get_content()
        values["digest"] = signoff_chain.digest(previous.digest or "", content)
        signoff = chain_sudo.create(values)
        # Whoever began before this and signs after it has to begin again: they would
        # not see it. PostgreSQL tells by the row that each signing locks and changes.
        close.sudo().last_signoff_id = signoff
        return signoff

    def _get_content(self):
        """What the digest is over."""
        return {
            "close": self.close_id.id or self.close_id._origin.id,
            "task": self.task_id.id or self.task_id._origin.id,
            "kind": self.kind,
            "user": self.user_id.id or self.user_id._origin.id,
            "date": fields.Datetime.to_string(self.date),
            "comment": self.comment or "",
            "figures": self.figures or None,
            "check": self.check_state or "",
            "files": self.files or [],
        }

    def _find_broken(self):
        """The first sign-off whose digest does not hold, or whose file has changed."""
        chain_sudo = self.sudo().sorted("id")
        links = [(signoff._get_content(), signoff.digest) for signoff in chain_sudo]
        position = signoff_chain.first_broken(links)
        if position is not None:
            return chain_sudo[position]
        there_sudo = chain_sudo.attachment_ids.exists()
        for signoff in chain_sudo:
            kept = signoff.attachment_ids & there_sudo
            now = {file.id: file.checksum for file in kept}
            files = signoff.files or []
            if any(now.get(file) != checksum for file, _name, checksum in files):
                return signoff
        return chain_sudo.browse()

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._("A sign-off is never changed: withdraw it instead.")
            )
        return super().write(vals)

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise UserError(self.env._("Sign-offs are history: they cannot be deleted."))
