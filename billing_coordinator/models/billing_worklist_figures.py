from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import followup


class BillingWorklist(models.Model):
    """The figures of a row, and what to do for the customer next."""

    _inherit = "billing.worklist"

    @api.model
    def _refresh(self, company, partner_ids=None):
        """Bring the rows of ``company`` up to date, all of them or the given ones."""
        evaluated = self._evaluate(company, partner_ids)
        rows = self._get_existing(company, partner_ids)
        failed = self._get_failed(company, partner_ids)
        scorer = self._get_scorer(company, evaluated, partner_ids)
        stamp = self._get_stamp(company)
        stale_bank = bool(company._get_bank_data_problem())
        values = []
        for partner_id in evaluated.keys() | rows.keys():
            figures = self._get_figures(company, evaluated.get(partner_id, {}))
            figures |= {"partner_id": partner_id, "stamp": stamp}
            known = rows.get(partner_id, {})
            self._add_action(
                figures, known, partner_id in failed, company.billing_auto_send
            )
            scorer(figures, known)
            figures.pop("decisions")
            if figures["next_action"] == "auto" and stale_bank:
                figures["wait_reason"] = "bank_data"
            values.append(figures)
        self._upsert(company, values)

    @api.model
    def _get_figures(self, company, decisions):
        """Amounts and the leading decision of a customer over all currencies."""
        today = fields.Date.context_today(self)

        def total(rows):
            return company.currency_id.round(sum(row.residual for row in rows))

        lines = [line for _decision, lines in decisions.values() for line in lines]
        claims = [line for line in lines if line.residual > 0]
        overdue = [line for line in claims if line.due < today]
        reached = max(
            (line for line in claims if line.stage_id),
            key=lambda line: line.stage_nominal,
            default=None,
        )
        return {
            "decisions": [decision for decision, _lines in decisions.values()],
            "amount_due": total(lines),
            "amount_overdue": total(overdue),
            "oldest_due_date": min((line.due for line in overdue), default=None),
            "overdue_count": len(overdue),
            "plan_id": max((line.plan_id or 0 for line in claims), default=0) or None,
            "stage_id": reached and reached.stage_id,
        }

    @api.model
    def _add_action(self, figures, known, failed, automatic):
        """Say what to do for the customer next, and when."""
        decision = self._get_leading(figures["decisions"])
        action, reason = self._get_action(decision, figures, known, automatic)
        if known.get("run_error") or failed and figures["amount_due"] > 0:
            action = "fix"
        figures |= {
            "next_action": action,
            "wait_reason": reason,
            "next_stage_id": decision and decision.stage and decision.stage.id,
            "next_date": (
                known["postponed_until"]
                if reason == "postponed"
                else decision and decision.date
            ),
        }

    @api.model
    def _get_leading(self, decisions):
        """The decision that matters most: a sending, else the earliest change."""
        order = [followup.SEND, followup.EXHAUSTED]
        return min(
            decisions,
            key=lambda d: (
                order.index(d.outcome) if d.outcome in order else len(order),
                d.date or fields.Date.to_date("9999-12-31"),
            ),
            default=None,
        )

    @api.model
    def _get_action(self, decision, figures, known, automatic):
        if not decision:
            return "none", None
        postponed = known.get("postponed_until")
        if postponed and postponed > fields.Date.context_today(self):
            return "wait", "postponed"
        if decision.outcome == followup.SEND:
            return ("auto" if decision.stage.automatic and automatic else "send"), None
        if decision.outcome == followup.EXHAUSTED:
            return "decide", decision.outcome
        return ("wait" if figures["amount_overdue"] else "none"), decision.outcome

    @api.model
    def _get_existing(self, company, partner_ids):
        self.flush_model()
        where = SQL("company_id = %s", company.id)
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT partner_id, postponed_until, run_error, last_contact_date
                     FROM billing_worklist WHERE %s""",
                where,
            )
        )
        return {row["partner_id"]: row for row in rows}

    @api.model
    def _get_failed(self, company, partner_ids):
        """Customers with a notice that did not arrive and that nobody took over."""
        where = SQL("company_id = %s AND issued_on IS NOT NULL", company.id)
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id FROM (
                       SELECT DISTINCT ON (partner_id, currency_id) partner_id,
                              state = 'failed' AND failure_handled IS NOT TRUE failed
                         FROM billing_followup_notice
                        WHERE %s AND cancelled_on IS NULL
                        ORDER BY partner_id, currency_id, date DESC, id DESC) latest
                    WHERE failed""",
                where,
            )
        )
        return {partner_id for [partner_id] in rows}
