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
        contacts = self._get_last_contacts(company, partner_ids)
        obstacles = self._get_obstacles(company, evaluated, partner_ids)
        scorer = self._get_scorer(company, evaluated, partner_ids)
        stamp = self._get_stamp(company)
        stale_bank = bool(company._get_bank_data_problem())
        values = []
        for partner_id in evaluated.keys() | rows.keys():
            figures = self._get_figures(company, evaluated.get(partner_id, {}))
            figures |= {"partner_id": partner_id, "stamp": stamp}
            noticed_on, contact_on = contacts.get(partner_id, (None, None))
            figures |= {"last_notice_date": noticed_on, "last_contact_date": contact_on}
            known = rows.get(partner_id, {})
            obstacle = obstacles.get(partner_id)
            self._add_action(figures, known, obstacle, company.billing_auto_send)
            scorer(figures)
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
    def _add_action(self, figures, known, obstacle, automatic):
        """Say what to do for the customer next, and when."""
        decision = self._get_leading(figures["decisions"])
        action, reason = self._get_action(decision, figures, known, automatic)
        if figures["amount_due"] > 0:
            action, reason = self._respect_obstacle(action, reason, obstacle)
        if known.get("run_error"):
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
                """SELECT partner_id, postponed_until, run_error
                     FROM billing_worklist WHERE %s""",
                where,
            )
        )
        return {row["partner_id"]: row for row in rows}

    @api.model
    def _get_last_contacts(self, company, partner_ids):
        """``{partner_id: (last notice, last contact)}``.

        A notice that did not arrive is no contact; a call and a promise are.
        """
        where = SQL("company_id = %s", company.id)
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, MAX(date) FILTER (WHERE is_notice), MAX(date)
                     FROM (SELECT company_id, partner_id, date, TRUE is_notice
                             FROM billing_followup_notice
                            WHERE issued_on IS NOT NULL AND cancelled_on IS NULL
                              AND state <> 'failed'
                            UNION ALL
                           SELECT company_id, partner_id, made_on::date, FALSE
                             FROM billing_promise
                            UNION ALL
                           SELECT company_id, partner_id, last_call_date, FALSE
                             FROM billing_worklist
                            WHERE last_call_date IS NOT NULL) contact
                    WHERE %s GROUP BY partner_id""",
                where,
            )
        )
        return {partner_id: dates for partner_id, *dates in rows}
