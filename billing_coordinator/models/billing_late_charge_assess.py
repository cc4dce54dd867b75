from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.interest import (
    Installment,
    MissingRateError,
    get_periods,
    get_total,
    set_off,
)
from ..tools.late_claim import Assessment, Facts


class BillingLateCharge(models.Model):
    """What notices would charge on a day: one answer for preview, text and invoice."""

    _inherit = "billing.late.charge"

    @api.model
    def _assess(self, company, claims, day):
        """Assess the claims of stages that charge, all of them with a few queries.

        :param claims: ``{key: Claim}`` of one company
        :return: ``{key: Assessment}``, without the claims that are charged nothing
        """
        claims = {key: c for key, c in claims.items() if c.stage._charges_late()}
        if not claims:
            return {}
        ids = {i for claim in claims.values() for i, _due, _residual in claim.items}
        facts = self._fetch_facts([i for i in ids if i and i > 0])
        rates = self.env["billing.late.rate"]._get_table(company)
        exchange = {
            pair: self._get_exchange_rate(company, *pair, day)
            for claim in claims.values()
            for pair in (
                (claim.currency, company.currency_id),
                (claim.stage.fee_currency_id, claim.currency),
            )
        }
        assessed = {
            key: self._assess_one(company, claim, facts, rates, exchange, day)
            for key, claim in claims.items()
        }
        return {key: x for key, x in assessed.items() if any(x)}

    @api.model
    def _get_exchange_rate(self, company, source, target, day):
        if source == target:
            return 1.0
        return self.env["res.currency"]._get_conversion_rate(
            source, target, company, day
        )

    @api.model
    def _assess_one(self, company, claim, facts, rates, exchange, day):
        overdue = self._get_overdue(claim, facts, day)
        if not overdue:
            return Assessment()
        interest, waiting = {}, ()
        if claim.stage.charge_interest:
            waiting = tuple(id_ for id_ in overdue if facts[id_].is_disputed)
            installments = self._get_installments(claim, facts, overdue)
            try:
                interest = self._get_interest(installments, rates, claim.currency, day)
            except MissingRateError as error:
                return Assessment(problem=self._describe_missing(company, error.date))
        total = Assessment(interest).interest_amount
        booked = total * exchange[claim.currency, company.currency_id]
        if (
            company.currency_id.compare_amounts(booked, company.billing_late_minimum)
            < 0
        ):
            interest = {}
        fee_rate = exchange[claim.stage.fee_currency_id, claim.currency]
        fee = claim.currency.round(claim.stage.fee_amount * fee_rate)
        return Assessment(interest, fee, waiting=waiting)

    @api.model
    def _get_overdue(self, claim, facts, day):
        """``{journal item: due date}`` of what is overdue and may be charged."""
        return {
            id_: due
            for id_, due, residual in claim.items
            if residual > 0 and due < day and id_ in facts and not facts[id_].is_exempt
        }

    @api.model
    def _get_installments(self, claim, facts, overdue):
        """What bears interest now, less what is not applied yet.

        All days of what is in dispute wait: none could be charged twice, once for the
        undisputed part and once for the rest.
        """
        installments = {
            id_: Installment(
                due, facts[id_].amount, facts[id_].payments, facts[id_].charged
            )
            for id_, due in overdue.items()
            if not facts[id_].is_disputed
        }
        credited = [
            (facts[id_].date if id_ in facts else due, -residual)
            for id_, due, residual in claim.items
            if residual < 0
        ]
        return set_off(installments, credited)

    @api.model
    def _get_interest(self, installments, rates, currency, day):
        """Interest by installment; what is rounded to nothing waits for more days."""
        step, result = Decimal(str(currency.rounding)), {}
        for id_, installment in installments.items():
            periods = get_periods(installment, rates, day)
            parts = [(period, get_total(period.segments, step)) for period in periods]
            parts = [(period, amount) for period, amount in parts if amount]
            if parts:
                result[id_] = parts
        return result

    @api.model
    def _describe_missing(self, company, date):
        return self.env._(
            "%(company)s has no late-payment rate for %(date)s. A manager enters it"
            " under Configuration > Late-payment rates; nothing was sent.",
            company=company.name,
            date=format_date(self.env, date),
        )

    # -- the ledger ----------------------------------------------------------------

    @api.model
    def _fetch_facts(self, ids):
        """Facts of journal items, in two queries."""
        self.env.flush_all()
        receivable = self.env["billing.receivable"].with_context(as_of=None)
        payments = self._fetch_payments(ids)
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, line.date, line.amount_currency,
                          move.billing_no_late_charges IS TRUE
                          OR EXISTS (SELECT FROM billing_late_charge charge
                                      WHERE charge.move_id = line.move_id),
                          %s > 0,
                          ARRAY(SELECT ARRAY[charge.date_from, charge.date_to]
                                  FROM billing_late_charge charge
                                 WHERE charge.move_line_id = line.id
                                   AND charge.state <> 'cancelled')
                     FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                    WHERE line.id = ANY(%s)""",
                receivable._disputed(),
                ids,
            )
        )
        return {
            row[0]: Facts(*row[1:], tuple(payments.get(row[0], ()))) for row in rows
        }

    @api.model
    def _fetch_payments(self, ids):
        """What settled the journal items: ``{id: [(date, amount in currency)]}``.

        The credit note of an invoice says that its part was never owed: it counts from
        the beginning. Any other settlement counts from the day of the later entry.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT part.debit_move_id,
                          CASE WHEN other.reversed_entry_id = line.move_id
                               THEN LEAST(line.date_maturity, part.max_date)
                               ELSE part.max_date END,
                          part.debit_amount_currency
                     FROM account_partial_reconcile part
                     JOIN account_move_line line ON line.id = part.debit_move_id
                     JOIN account_move_line credit ON credit.id = part.credit_move_id
                     JOIN account_move other ON other.id = credit.move_id
                    WHERE part.debit_move_id = ANY(%s)
                      AND part.debit_amount_currency <> 0""",
                ids,
            )
        )
        payments = {}
        for id_, date, amount in rows:
            payments.setdefault(id_, []).append((date, amount))
        return payments
