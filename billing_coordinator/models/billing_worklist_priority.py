from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools import priority


class BillingWorklist(models.Model):
    """How urgent a customer is, by the priority rules."""

    _inherit = "billing.worklist"

    priority_points = fields.Json("Priority points", readonly=True)
    priority_facts = fields.Json(
        "Priority facts",
        readonly=True,
        help="The figure behind the points of each rule.",
    )
    priority_explanation = fields.Text(
        "Why this priority",
        compute="_compute_priority_explanation",
        help="A line for each rule that gave points.",
    )

    @api.depends_context("lang")
    @api.depends("priority_points", "priority_facts")
    def _compute_priority_explanation(self):
        rules = self.env["billing.priority.rule"].sudo().with_context(active_test=False)
        names = {rule.fact: rule.name for rule in rules.search([])}
        for row in self:
            points = sorted((row.priority_points or {}).items(), key=lambda p: -p[1])
            known = row.priority_facts or {}
            row.priority_explanation = "\n".join(
                f"+{given} {names.get(fact, fact)}{self._format_fact(fact, known)}"
                for fact, given in points
            )

    @api.model
    def _format_fact(self, fact, known):
        """The figure behind the points, as it follows the name of the rule."""
        value = known.get(fact)
        if value is None:
            return ""
        if fact in priority.PERCENTAGES:
            digits = 1 if value < 10 else 0
            return f": {formatLang(self.env, value, digits=digits)} %"
        if fact not in priority.DAYS:
            return f": {value:.0f}"
        if value == 1:
            return ": " + self.env._("1 day")
        return ": " + self.env._("%(days)s days", days=f"{value:.0f}")

    @api.model
    def _get_scorer(self, company, evaluated, partner_ids):
        """A function that adds the priority to the figures of one customer."""
        rules = [
            priority.Rule(rule.fact, rule.points, rule.full_at)
            for rule in self.env["billing.priority.rule"].sudo().search([])
        ]
        facts = self._get_facts(company, evaluated, partner_ids)

        def add_priority(figures):
            values = facts(figures)
            figures["priority"], points = priority.score(values, rules)
            figures["priority_points"] = points
            figures["priority_facts"] = {
                fact: round(values[fact], 1) for fact in points
            }

        return add_priority

    @api.model
    def _get_facts(self, company, evaluated, partner_ids):
        """A function from the figures of a customer to the facts of the rules."""
        today = fields.Date.context_today(self)
        total = self._get_total_overdue(company, evaluated, partner_ids)
        limits = self._get_credit_limits(company, evaluated)
        broken = self.env["billing.promise"]._count_broken(company, partner_ids)
        plans = self._get_policy(company).plans
        nominal = {s.id: s.nominal for stages in plans.values() for s in stages}

        def facts(figures):
            oldest, contact = figures["oldest_due_date"], figures["last_contact_date"]
            stages = plans.get(figures["plan_id"])
            last = stages[-1].nominal if stages else 0
            limit = limits.get(figures["partner_id"])
            due = figures["amount_due"]
            silent = max(oldest, contact) if oldest and contact else oldest
            return {
                priority.OVERDUE_SHARE: figures["amount_overdue"] / total * 100,
                priority.BROKEN_PROMISES: figures["amount_overdue"]
                and broken.get(figures["partner_id"], 0),
                priority.DAYS_OVERDUE: (today - oldest).days if oldest else 0,
                priority.STAGE_REACHED: (
                    nominal.get(figures["stage_id"], 0) / last * 100 if last > 0 else 0
                ),
                priority.CREDIT_USED: due / limit * 100 if limit else 0,
                priority.DAYS_SILENT: (today - silent).days if silent else 0,
            }

        return facts

    @api.model
    def _get_total_overdue(self, company, evaluated, partner_ids):
        """Overdue amount of the company, never zero; from the rows for a few."""
        if partner_ids is None:
            today = fields.Date.context_today(self)
            total = sum(
                line.residual
                for decisions in evaluated.values()
                for _decision, lines in decisions.values()
                for line in lines
                if line.residual > 0 and line.due < today
            )
        else:
            [[total]] = self.env.execute_query(
                SQL(
                    "SELECT SUM(amount_overdue) FROM billing_worklist"
                    " WHERE company_id = %s",
                    company.id,
                )
            )
        return float(total or 0) or 1.0

    @api.model
    def _get_credit_limits(self, company, evaluated):
        """Credit limits of the customers, the company's where they have none."""
        partners = self.env["res.partner"].with_company(company)
        field = partners._fields["credit_limit"]
        rows = self.env.execute_query(
            SQL(
                """SELECT id, COALESCE((credit_limit ->> %s)::float, %s)
                     FROM res_partner WHERE id = ANY(%s)""",
                str(company.id),
                field.get_company_dependent_fallback(partners) or 0.0,
                list(evaluated),
            )
        )
        return {partner_id: limit for partner_id, limit in rows if limit > 0}
