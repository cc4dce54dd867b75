from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import behaviour

# So many people of the customer are shown beside those for billing.
MAX_PEOPLE = 3
# The SQL of ``behaviour.days_late``, summed by period.
PERIODS = """
SELECT period.last, SUM(amount),
       SUM(amount * (COALESCE(paid, %(today)s) - due)), COUNT(*)
  FROM (SELECT line.balance amount, COALESCE(line.date_maturity, line.date) due,
               (SELECT MAX(max_date) FROM account_partial_reconcile
                 WHERE debit_move_id = line.id AND line.reconciled) paid
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
           AND account.account_type = 'asset_receivable'
         WHERE line.id IN %(lines)s) installment
  JOIN UNNEST(%(lasts)s::date[], %(befores)s::date[]) period(last, before)
    ON due > period.before AND due <= period.last
 GROUP BY period.last
"""


class BillingWorklist(models.Model):
    """The customer on one page: what is open, how they pay, whom to talk to.

    Read from the ledger at this moment, with a number of queries that does not depend
    on how much there is.
    """

    _inherit = "billing.worklist"

    @api.readonly
    def get_cockpit(self):
        """All that the customer's page shows, in one call."""
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        row = self.with_company(self.company_id).with_context(as_of=None)
        rows = row._fetch_open_amounts()
        payments = row._fetch_payments_under_way()
        balance = row._get_balance(rows, payments)
        return {
            "currency_id": row.currency_id.id,
            "balance": balance,
            "currencies": row._get_balance_by_currency(rows, payments),
            "ageing": row._get_ageing(rows),
            "behaviour": row._get_behaviour(),
            "credit": row._get_credit(balance["due"]),
            "contacts": row._get_contacts_to_call(rows),
            "timeline": row._get_timeline(count=True),
        }

    # -- what is open ---------------------------------------------------------------

    def _fetch_open_amounts(self):
        """Open items summed by currency and bucket, credits apart.

        A residual can be nothing in one of the two currencies: the other one tells.
        """
        query = self.env["billing.receivable"]._search(self._get_customers_domain())
        query.groupby = SQL("1, 2, 3")
        return self.env.execute_query_dict(
            query.select(
                SQL(
                    """currency_id, bucket, residual + residual_currency < 0 is_credit,
                       SUM(residual) amount, SUM(residual_currency) currency_amount,
                       COUNT(*) items, MAX(days_overdue) days_overdue,
                       MAX(id) newest_id"""
                )
            )
        )

    def _fetch_payments_under_way(self):
        """Payments without an entry yet that the worklist counts as credits."""
        return self.env.execute_query_dict(
            SQL(
                """SELECT currency_id, -SUM(company_amount) amount,
                          -SUM(amount) currency_amount
                     FROM (%s) payment WHERE company_id = %s AND partner_id = %s
                    GROUP BY currency_id""",
                self._unposted_payments(),
                self.company_id.id,
                self.partner_id.id,
            )
        )

    def _get_balance(self, rows, payments):
        """Totals in company currency; ``ledger`` is the balance of the accounts."""
        claims = [row for row in rows if not row["is_credit"]]
        overdue = [row for row in claims if row["days_overdue"] > 0]
        in_process = self._sum_up(payments)
        return {
            "due": self.currency_id.round(self._sum_up(rows) + in_process),
            "ledger": self._sum_up(rows),
            "open": self._sum_up(claims),
            "open_count": sum(row["items"] for row in claims),
            "overdue": self._sum_up(overdue),
            "overdue_count": sum(row["items"] for row in overdue),
            "days_overdue": max((row["days_overdue"] for row in overdue), default=0),
            "credits": self._sum_up(row for row in rows if row["is_credit"]),
            "in_process": in_process,
        }

    def _sum_up(self, rows):
        return self.currency_id.round(float(sum(row["amount"] for row in rows)))

    def _get_balance_by_currency(self, rows, payments):
        """Total due in each currency; empty if all is in the company's."""
        totals = {}
        for row in [*rows, *payments]:
            total = totals.get(row["currency_id"], 0) + row["currency_amount"]
            totals[row["currency_id"]] = total
        currencies = self.env["res.currency"].browse(totals)
        if currencies <= self.currency_id:
            return []
        return [
            {
                "currency_id": currency.id,
                "due": currency.round(float(totals[currency.id])),
            }
            for currency in currencies.sorted("name")
        ]

    def _get_ageing(self, rows):
        """Open items by bucket, in company currency; with the credits they make up
        the balance of the ledger."""
        receivable = self.env["billing.receivable"]
        ageing = []
        for bucket, label in receivable._selection_bucket():
            found = [r for r in rows if r["bucket"] == bucket and not r["is_credit"]]
            ageing.append(
                {
                    "bucket": bucket,
                    "label": label,
                    "amount": self._sum_up(found),
                    "count": sum(row["items"] for row in found),
                }
            )
        return ageing

    def _get_credit(self, used):
        """Credit limit and how much of it is used by what is due; None without one.

        Orders that are not invoiced yet are not counted.
        """
        limits = self._get_credit_limits(self.company_id, self.partner_id.ids)
        limit = limits.get(self.partner_id.id)
        if not limit:
            return None
        return {
            "limit": limit,
            "used": used,
            "available": self.currency_id.round(limit - used),
            "percent": round(used / limit * 100),
        }

    # -- behaviour ------------------------------------------------------------------

    def _get_behaviour(self):
        """Average days late, the trend, and the figures of other parts."""
        periods = self._fetch_periods()
        recent, before, *_older = periods
        return {
            "average": behaviour.average_days_late(periods[:2]),
            "average_all": behaviour.average_days_late(periods),
            "recent": behaviour.average_days_late([recent]),
            "before": behaviour.average_days_late([before]),
            "trend": behaviour.trend(recent, before),
            "count": recent.count + before.count,
            "extra": self._get_extra_behaviour(),
        }

    def _get_extra_behaviour(self):
        """More figures on how the customer behaves, each a tile of the page. Hook.

        :return: a list of ``{"name", "label", "value", "hint"}``, all text
        """
        return []

    def _fetch_periods(self):
        """What ``behaviour.summarize`` makes of the customer's installments."""
        bounds = behaviour.period_bounds(fields.Date.context_today(self))
        query = self._get_ledger_query(
            [
                ("move_id.move_type", "in", ("out_invoice", "out_receipt")),
                ("balance", ">", 0),
            ]
        )
        rows = self.env.execute_query(
            SQL(
                PERIODS,
                today=bounds[0],
                lasts=bounds[:-1],
                befores=bounds[1:],
                lines=query.subselect(),
            )
        )
        found = {
            last: behaviour.Period(float(amount), float(amount_days), count)
            for last, amount, amount_days, count in rows
        }
        return [found.get(last, behaviour.Period()) for last in bounds[:-1]]

    def _get_ledger_query(self, domain=()):
        """The customer's posted journal items that the user may see."""
        return self.env["account.move.line"]._search(
            [*self._get_customers_domain(), ("parent_state", "=", "posted"), *domain]
        )

    # -- contacts -------------------------------------------------------------------

    def _get_contacts_to_call(self, rows):
        """Whom to talk to about the bills: those a notice could go to, in that order,
        then the others. ``is_chosen`` is the one that the next notice goes to."""
        notices = self.env["billing.followup.notice"]
        invoiced = self._get_invoiced_contact(rows)
        chosen = notices._choose_contact(invoiced, self.partner_id)
        candidates = notices._get_contact_candidates(invoiced, self.partner_id)
        people = self.partner_id.child_ids.filtered(lambda c: c.type == "contact")
        return [
            {
                "id": contact.id,
                "name": self._get_contact_name(contact),
                "role": self._get_contact_role(contact),
                "phone": contact.phone or "",
                "email": contact.email or "",
                "is_chosen": contact == chosen,
            }
            for contact in candidates | people[:MAX_PEOPLE]
        ]

    def _get_invoiced_contact(self, rows):
        """Who got the newest invoice that is overdue, else the newest open one."""
        claims = [row for row in rows if not row["is_credit"]]
        overdue = [row for row in claims if row["days_overdue"] > 0]
        newest = max((row["newest_id"] for row in overdue or claims), default=None)
        return self.env["billing.followup.notice"]._get_invoiced(newest)

    def _get_contact_name(self, contact):
        return contact.name or contact.display_name

    def _get_contact_role(self, contact):
        if contact == self.partner_id:
            return self.env._("Customer")
        if contact.type == "contact" and contact.function:
            return contact.function
        types = dict(contact._fields["type"]._description_selection(self.env))
        return types.get(contact.type, "")
