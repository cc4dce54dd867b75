from odoo import api, fields, models
from odoo.fields import Command


class BillingPaymentMatch(models.Model):
    """Applying a match: in the entry of the bank's line, and by Odoo's reconciliation.

    With ``billing_match_automatic`` in the context nobody confirms it: the job does.
    """

    _inherit = "billing.payment.match"

    # What undoing has to restore and nothing else tells.
    undo_values = fields.Json(readonly=True, copy=False)

    def action_apply(self):
        """Apply proposals as they are."""
        for match in self._for_client():
            match._apply()
        return True

    def _apply(self, allocation=None, rest=None):
        """Apply the match, as it is proposed or as somebody allocates the amount.

        :param allocation: ``[{"move_line_id": item, "amount": of the line,
            "discount": granted, "kept": charges}]`` in the currency of the bank
            account; ``payment_id`` in place of an item for a payment without entry
        :param rest: ``{"handling": see rest_handling, "note": why it is written off,
            "reason_id": of the ticket, "partner_id": whose credit it is}``
        :raise UserError: it cannot be applied; the text says what to do
        """
        self.ensure_one()
        self._check_may_apply()
        # Those who match payments may not write entries of the bank by themselves.
        match_sudo = self.sudo().with_company(self.company_id)
        match_sudo._lock_line()
        match_sudo._check_applicable()
        if match_sudo.returned_line_id:
            match_sudo._apply_return()
            return
        parts = match_sudo._get_parts(allocation)
        match_sudo._lock_items(parts)
        match_sudo._check_parts(parts)
        rest = match_sudo._get_rest(parts, rest)
        match_sudo._add_rest(parts, rest)
        match_sudo._check_limit(parts)
        payments = match_sudo._keep_payments(parts)
        match_sudo._book(parts)
        match_sudo._confirm_payments(payments)
        match_sudo._write_applied(parts, rest)
        match_sudo._make_ticket(parts, rest)
        match_sudo._after_apply()

    @api.model
    def _apply_manual(self, statement_line, allocation, rest=None):
        """Apply what a person chose without a proposal, and return the match."""
        self.browse().check_access("read")
        statement_line.ensure_one().check_access("read")
        # Matches are written by the methods of the model only.
        match_sudo = self.sudo().create({"statement_line_id": statement_line.id})
        match = match_sudo.sudo(False)
        match._apply(allocation, rest)
        return match

    # -- what is allocated ----------------------------------------------------------

    def _get_parts(self, allocation):
        """The parts of the line, of the proposal or as they are given."""
        if allocation is None:
            allocation = self._get_proposed_allocation()
        items = self._get_given_items(allocation)
        parts = []
        for given in allocation:
            if given.get("payment_id") and not given.get("move_line_id"):
                parts += self._expand_payment(given)
                continue
            parts.append(self._get_given_part(given, items))
        return parts

    def _get_proposed_allocation(self):
        lines = self.line_ids.filtered(lambda line: line.kind != "credit")
        allocation = [
            {
                "move_line_id": line.move_line_id.id,
                "payment_id": line.payment_id.id,
                "amount": line.amount,
                "discount": line.discount,
                "kept": line.kept,
            }
            for line in lines
        ]
        if allocation and self.kept and not any(lines.mapped("kept")):
            max(allocation, key=lambda part: part["amount"])["kept"] = self.kept
        self._allocate_foreign(allocation, lines)
        return allocation

    # -- what was applied -----------------------------------------------------------

    def _write_applied(self, parts, rest):
        """The match becomes history: what it paid, when, and by whom."""
        line = self.statement_line_id
        partners = self._get_partners(parts)
        has_rest = rest["handling"] and not line.currency_id.is_zero(rest["amount"])
        self.write(
            {
                "line_ids": self._get_line_commands(
                    [part.get_match_line() for part in parts]
                ),
                "partner_id": partners.id if len(partners) == 1 else False,
                "granted": sum(part.discount for part in parts),
                "kept": sum(part.kept for part in parts),
                "difference": rest["amount"],
                "rest_handling": rest["handling"] if has_rest else False,
                "note": rest["note"],
                **self._get_applied_values(),
            }
        )

    def _get_line_commands(self, rows):
        """The proposed lines become what was applied."""
        lines = self.line_ids.ids
        commands = [
            Command.update(line_id, row)
            for line_id, row in zip(lines, rows, strict=False)
        ]
        commands += [Command.create(row) for row in rows[len(lines) :]]
        return commands + [Command.delete(line) for line in lines[len(rows) :]]

    def _get_applied_values(self):
        return {
            "state": "applied",
            "applied_at": fields.Datetime.now(),
            "applied_by_id": self.env.uid,
            "is_automatic": self._is_automatic(),
        }

    @api.model
    def _is_automatic(self):
        return bool(self.env.context.get("billing_match_automatic"))

    @api.model
    def _get_partners(self, parts):
        return self.env["res.partner"].union(*(part.partner for part in parts))

    def _after_apply(self):
        """Other proposals of the line are over; everybody sees the payment at once."""
        self.search(
            [
                ("statement_line_id", "=", self.statement_line_id.id),
                ("state", "in", ("proposed", "skipped")),
            ]
        ).unlink()
        self._learn_payer()
        self._refresh_customers()

    def _learn_payer(self):
        """Remember who pays like this, when a person says so."""
        if self._is_automatic() or not self.partner_id or self.returned_line_id:
            return
        self.env["billing.payer"]._learn(self.statement_line_id, self.partner_id)
        self._keep(learned=True)

    def _refresh_customers(self):
        """Bring follow-up of the customers up to date, once."""
        self.env.flush_all()
        self.env["billing.receivable"].invalidate_model()
        for company, matches in self.grouped("company_id").items():
            lines = matches.line_ids
            partners = lines.partner_id | lines.move_line_id.partner_id
            if partners := partners.commercial_partner_id:
                worklist = self.env["billing.worklist"]._in_company(company)
                worklist._refresh(company, partners.ids)
