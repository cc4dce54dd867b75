from itertools import groupby
from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import followup, priority
from ..tools.followup import Contact, OpenLine, Policy, decide


class BillingWorklist(models.Model):
    """The set-based evaluation: what each customer is due for, and how urgent."""

    _inherit = "billing.worklist"

    # -- evaluation ---------------------------------------------------------------

    @api.model
    def _evaluate(self, company, partner_ids=None, policy=None):
        """Decide for all customers of ``company``, or for the given ones.

        :param policy: from ``_get_policy``, to read it once for many customers
        :return: ``{partner_id: {currency_id: (Decision, [OpenLine])}}``
        """
        policy = policy or self._get_policy(company)
        contacts = self._get_contacts(company, partner_ids)
        rows = self._fetch_open_lines(company, partner_ids)
        nominal = {s.id: s.nominal for plan in policy.plans.values() for s in plan}
        currencies = self.env["res.currency"]
        result = {}
        for (partner_id, currency_id), group in groupby(rows, itemgetter(0, 1)):
            lines = [
                OpenLine(*row[2:8], nominal.get(row[7], 0), *row[8:]) for row in group
            ]
            decision = decide(
                lines,
                policy._replace(digits=currencies.browse(currency_id).decimal_places),
                contacts.get((partner_id, currency_id))
                or Contact(None, contacts.get(partner_id)),
            )
            result.setdefault(partner_id, {})[currency_id] = (decision, lines)
        return result

    @api.model
    def _get_policy(self, company):
        plans = self.env["billing.followup.plan"].sudo().with_context(active_test=False)
        plans = plans.search([("company_id", "in", [False, *company.parent_ids.ids])])
        return Policy(
            today=fields.Date.context_today(self),
            plans={plan.id: plan.stage_ids._as_rule() for plan in plans},
            minimum_claim=company.billing_minimum_claim,
            min_interval={plan.id: plan.min_interval for plan in plans},
            company_digits=company.currency_id.decimal_places,
        )

    @api.model
    def _get_contacts(self, company, partner_ids):
        """Last notices: by customer and currency, and by customer."""
        notices = self.env["billing.followup.notice"]
        last = notices._get_last_dates(company, partner_ids)
        by_partner = {}
        for (partner_id, _currency), (date, _failed) in last.items():
            by_partner[partner_id] = max(date, by_partner.get(partner_id, date))
        return by_partner | {
            key: Contact(date, by_partner[key[0]]) for key, (date, _f) in last.items()
        }

    @api.model
    def _fetch_open_lines(self, company, partner_ids=None):
        """Open receivables by customer and currency, ready for ``OpenLine``.

        Payments that have no journal entry yet reduce what is claimed; their ids are
        negative.
        """
        self.env.flush_all()
        receivable = self.env["billing.receivable"]
        where = SQL("company_id = %s AND partner_id IS NOT NULL", company.id)
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        return self.env.execute_query(
            SQL(
                """SELECT partner_id, currency_id, id, date_maturity, residual,
                          residual_currency, plan_id, stage_id, noticed_on, hold_reason
                     FROM (%s) receivable WHERE %s
                    UNION ALL
                   SELECT partner_id, currency_id, -id, date, -company_amount, -amount,
                          NULL, NULL, NULL, NULL
                     FROM (%s) payment WHERE %s
                    ORDER BY partner_id, currency_id, date_maturity, id""",
                receivable._table_query,
                where,
                self._unposted_payments(),
                where,
            )
        )

    @api.model
    def _unposted_payments(self):
        """Payments received that have no entry yet, as the customer's credits.

        Those that cover an invoice of theirs keep it from being chased instead.
        """
        return SQL(
            """SELECT payment.id, payment.company_id, payment.currency_id, payment.date,
                      COALESCE(partner.commercial_partner_id, partner.id) partner_id,
                      payment.amount,
                      payment.amount_company_currency_signed company_amount
                 FROM account_payment payment
                 JOIN res_partner partner ON partner.id = payment.partner_id
                WHERE payment.move_id IS NULL AND payment.state = 'in_process'
                  AND payment.payment_type = 'inbound'
                  AND payment.partner_type = 'customer'
                  AND NOT EXISTS (
                      SELECT FROM account_move__account_payment own
                        JOIN account_move move ON move.id = own.invoice_id
                       WHERE own.payment_id = payment.id AND %s)""",
            self.env["billing.receivable"]._is_in_transit(),
        )

    # -- figures --------------------------------------------------------------------

    @api.model
    def _refresh(self, company, partner_ids=None):
        """Bring the rows of ``company`` up to date, all of them or the given ones."""
        evaluated = self._evaluate(company, partner_ids)
        rows = self._get_existing(company, partner_ids)
        failed = self._get_failed(company, partner_ids)
        scorer = self._get_scorer(company, evaluated, partner_ids)
        values = []
        for partner_id in evaluated.keys() | rows.keys():
            figures = self._get_figures(company, evaluated.get(partner_id, {}))
            figures |= {"partner_id": partner_id}
            known = rows.get(partner_id, {})
            self._add_action(
                figures, known, partner_id in failed, company.billing_auto_send
            )
            scorer(figures, known)
            figures.pop("decisions")
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
            "next_date": decision and decision.date,
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

    # -- priority -----------------------------------------------------------------

    @api.model
    def _get_scorer(self, company, evaluated, partner_ids):
        """A function that adds the priority to the figures of one customer."""
        rules = [
            priority.Rule(rule.fact, rule.points, rule.full_at)
            for rule in self.env["billing.priority.rule"].sudo().search([])
        ]
        facts = self._get_facts(company, evaluated, partner_ids)

        def add_priority(figures, known):
            points = priority.score(facts(figures, known), rules)
            figures["priority"], figures["priority_points"] = points

        return add_priority

    @api.model
    def _get_facts(self, company, evaluated, partner_ids):
        """A function from the figures of a customer to the facts of the rules."""
        today = fields.Date.context_today(self)
        total = self._get_total_overdue(company, evaluated, partner_ids)
        limits = self._get_credit_limits(company, evaluated)
        plans = self._get_policy(company).plans
        nominal = {s.id: s.nominal for stages in plans.values() for s in stages}

        def facts(figures, known):
            oldest, contact = figures["oldest_due_date"], known.get("last_contact_date")
            stages = plans.get(figures["plan_id"])
            last = stages[-1].nominal if stages else 0
            limit = limits.get(figures["partner_id"])
            due = figures["amount_due"]
            silent = max(oldest, contact) if oldest and contact else oldest
            return {
                priority.OVERDUE_SHARE: figures["amount_overdue"] / total * 100,
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
