from odoo import api, fields, models


class BillingCloseSignWizard(models.TransientModel):
    """Sign a task with the figures of this moment before one's eyes."""

    _name = "billing.close.sign.wizard"
    _description = "Sign a task of a close"

    task_id = fields.Many2one(
        "billing.close.task", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("prepare", "Prepared"),
            ("review", "Reviewed"),
            ("na", "Not applicable"),
            ("override", "Allow"),
            ("withdraw", "Withdraw"),
        ],
        required=True,
    )
    comment = fields.Text()
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "billing_close_sign_wizard_attachment_rel",
        "wizard_id",
        "attachment_id",
        "Attach a file",  # the button is named so
    )
    seen_id = fields.Many2one("billing.close.signoff", readonly=True, index=True)
    seen_figures = fields.Json()
    has_moved = fields.Boolean(readonly=True)
    evidence_required = fields.Boolean(
        related="task_id.evidence_required", related_sudo=False
    )
    check_code = fields.Selection(related="task_id.check_code", related_sudo=False)
    check_state = fields.Selection(related="task_id.check_state", related_sudo=False)
    figures_text = fields.Char("Figures", compute="_compute_figures_text")
    owner_id = fields.Many2one(related="task_id.owner_id", related_sudo=False)
    allowed_text = fields.Char(related="task_id.allowed_text", related_sudo=False)
    needs_override = fields.Boolean(compute="_compute_needs_override")
    prepared_comment = fields.Text("The preparer wrote", compute="_compute_prepared")
    prepared_file_ids = fields.Many2many(
        "ir.attachment", string="Evidence so far", compute="_compute_prepared"
    )

    @api.constrains("task_id")
    def _check_task(self):
        """Nobody looks through the dialog at what they may not see."""
        self.task_id.sudo(False).check_access("read")

    @api.depends("seen_figures")
    def _compute_figures_text(self):
        for wizard in self:
            wizard.figures_text = wizard.task_id._say_figures(wizard.seen_figures)

    @api.depends("task_id", "seen_figures")
    def _compute_needs_override(self):
        for wizard in self:
            wizard.needs_override = wizard.task_id.sudo(False)._needs_override()

    @api.depends("task_id")
    def _compute_prepared(self):
        """What the reviewer looks at before signing."""
        for wizard in self:
            task = wizard.task_id.sudo(False)
            signoffs = task._get_valid_signoffs() if task._origin else task.signoff_ids
            prepared = signoffs.filtered(lambda s: s.kind == "prepare")
            wizard.prepared_comment = prepared.comment
            wizard.prepared_file_ids = prepared.attachment_ids

    @api.model
    def _make(self, task, kind):
        task.close_id._check_not_locked()  # its figures stay as they are
        if task.check_code:
            task._run_checks()
        return self.create(
            {
                "task_id": task.id,
                "kind": kind,
                "seen_id": task._get_last_signoff().id,
                "seen_figures": task.check_result,
            }
        )

    def _reopen(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": f"{kinds[self.kind]}: {self.task_id.name}",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_sign(self):
        """Sign; figures that moved while the dialog was open are shown first."""
        self.ensure_one()
        task = self.task_id
        task.close_id._check_not_locked()
        if task.check_code and self.kind in ("prepare", "review", "override"):
            task._run_checks()
            if task.check_result != self.seen_figures:
                self.write({"seen_figures": task.check_result, "has_moved": True})
                return self._reopen()
        task._sign(self.kind, self.comment, self.seen_id, self.attachment_ids)
        return {"type": "ir.actions.act_window_close"}
