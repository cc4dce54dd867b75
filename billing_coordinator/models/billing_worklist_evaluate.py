from itertools import groupby
from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.followup import Contact, OpenLine, Policy, decide


class BillingWorklist(models.Model):
    """The set-based evaluation: what each customer is due for, and how urgent."""

    _inherit = "billing.worklist"

    @api.model
    def _evaluate(self, company, partner_ids=None, policy=None):
        """Decide for all customers of ``company``, or for the given ones.

        :param policy: from ``_get_policy``, to read it once for many customers
        :return: ``{partner_id: {currency_id: (Decision, [OpenLine])}}``
        """
        policy = policy or self._get_policy(company)
        self.env["billing.promise"]._respread(company, partner_ids)
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
                          residual_currency, plan_id, stage_id, noticed_on, hold_reason,
                          withheld
                     FROM (%s) receivable WHERE %s
                    UNION ALL
                   SELECT partner_id, currency_id, -id, date, -company_amount, -amount,
                          NULL, NULL, NULL, NULL, 0
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
