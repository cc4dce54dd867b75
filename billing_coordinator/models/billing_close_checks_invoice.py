from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..tools.close_check import MONEY, Finding, Row, close_check

_lt = LazyTranslate(__name__)
SALES = ("out_invoice", "out_refund", "out_receipt")
INVOICES = ("out_invoice", "out_receipt")
# Days before the period in which the twin of an invoice is looked for.
TWIN_DAYS = 90


class BillingCloseChecks(models.AbstractModel):
    """Invoices: complete, sent, numbered, of the right month, billed once."""

    _inherit = "billing.close.checks"

    @close_check("draft_invoices", _lt("Draft invoices up to the period's end"))
    def _check_draft_invoices(self, period):
        domain = [
            *self._until_end(period),
            ("move_type", "in", SALES),
            ("state", "=", "draft"),
        ]
        return self._count("account.move", domain)

    @close_check("unsent_invoices", _lt("Posted invoices that were not sent"))
    def _check_unsent_invoices(self, period):
        domain = [
            *self._in_period(period),
            ("move_type", "in", SALES),
            ("state", "=", "posted"),
            ("is_move_sent", "=", False),
        ]
        return self._count("account.move", domain)

    @close_check("sequence_gaps", _lt("Gaps in the numbers of invoices"))
    def _check_sequence_gaps(self, period):
        """The entries before which a number is missing; Odoo finds them."""
        domain = [
            *self._in_period(period),
            ("journal_id.type", "=", "sale"),
            ("state", "=", "posted"),
            ("made_sequence_gap", "=", True),
        ]
        return self._count("account.move", domain)

    @close_check("duplicate_invoices", _lt("Invoices that may be duplicates"))
    def _check_duplicate_invoices(self, period):
        """Same customer, currency and amount, on the same day or of one reference.

        Each group has an invoice of the period; the others may be up to 90 days older.
        """
        rows = self.env.execute_query(
            SQL(
                """WITH candidate AS (
                     SELECT id, date, company_id, commercial_partner_id, currency_id,
                            amount_total, invoice_date, NULLIF(TRIM(ref), '') ref
                       FROM account_move
                      WHERE company_id = ANY(%(books)s) AND state = 'posted'
                        AND move_type IN %(types)s AND amount_total > 0
                        AND payment_state != 'reversed'
                        AND date BETWEEN %(start)s AND %(end)s
                   ), twin AS (
                     SELECT id,
                            MAX(date) OVER same_day last_of_day,
                            COUNT(*) OVER same_day of_day,
                            MAX(date) OVER same_ref last_of_ref,
                            CASE WHEN ref IS NULL THEN 1
                                 ELSE COUNT(*) OVER same_ref END of_ref
                       FROM candidate
                     WINDOW same_day AS (
                              PARTITION BY company_id, commercial_partner_id,
                                           currency_id, amount_total, invoice_date),
                            same_ref AS (
                              PARTITION BY company_id, commercial_partner_id,
                                           currency_id, amount_total, ref)
                   )
                   SELECT id FROM twin
                    WHERE (of_day > 1 AND last_of_day >= %(first)s)
                       OR (of_ref > 1 AND last_of_ref >= %(first)s)""",
                books=period.books.ids,
                types=INVOICES,
                start=period.date_from - timedelta(days=TWIN_DAYS),
                first=period.date_from,
                end=period.date_to,
            )
        )
        return self._name_records("account.move", [row[0] for row in rows])

    @close_check("wrong_period", _lt("Revenue in the wrong or in a locked month"))
    def _check_wrong_period(self, period):
        """Invoices dated in one month and booked in another; of the books of this
        month, or that came into a month that was locked before."""
        rows = self.env.execute_query(
            SQL(
                """SELECT move.id
                     FROM account_move move
                    WHERE move.company_id = ANY(%(books)s) AND move.state = 'posted'
                      AND move.move_type IN %(types)s
                      AND move.date BETWEEN %(first)s AND %(last)s
                      AND date_trunc('month', move.date)
                          != date_trunc('month', move.invoice_date)
                    UNION
                   SELECT move.id
                     FROM account_move move
                     JOIN billing_close closed
                       ON closed.company_id = %(company)s
                      AND closed.date_locked IS NOT NULL
                      AND closed.date_to < %(first)s
                      AND move.date BETWEEN closed.date_from AND closed.date_to
                      AND move.create_date > closed.date_locked
                    WHERE move.company_id = ANY(%(books)s) AND move.state = 'posted'
                      AND move.create_date >= %(first)s
                      AND EXISTS (
                          SELECT FROM account_move_line line
                            JOIN account_account account
                              ON account.id = line.account_id
                             AND account.account_type IN ('income', 'income_other')
                           WHERE line.move_id = move.id)""",
                books=period.books.ids,
                company=period.company.id,
                types=SALES,
                first=period.date_from,
                last=period.date_to,
            )
        )
        return self._name_records("account.move", [row[0] for row in rows])

    @close_check("after_review", _lt("Invoices that came after the first review"))
    def _check_after_review(self, period):
        """Made, or posted as far as its history tells, after somebody reviewed."""
        if not period.reviewed_at:
            return Finding(0, note=self.env._("Nothing is reviewed yet."))
        posted = self.env["ir.model.fields"]._get("account.move", "state")
        rows = self.env.execute_query(
            SQL(
                """SELECT move.id
                     FROM account_move move
                    WHERE move.company_id = ANY(%(books)s) AND move.state = 'posted'
                      AND move.move_type IN %(types)s
                      AND move.date BETWEEN %(first)s AND %(last)s
                      AND (move.create_date > %(reviewed)s OR EXISTS (
                           SELECT FROM mail_message message
                             JOIN mail_tracking_value tracked
                               ON tracked.mail_message_id = message.id
                              AND tracked.field_id = %(field)s
                            WHERE message.model = 'account.move'
                              AND message.res_id = move.id
                              AND message.date > %(reviewed)s))""",
                books=period.books.ids,
                types=SALES,
                first=period.date_from,
                last=period.date_to,
                reviewed=period.reviewed_at,
                field=posted.id,
            )
        )
        return self._name_records("account.move", [row[0] for row in rows])

    @close_check("tax_due", _lt("Tax on sales against the tax report"), unit=MONEY)
    def _check_tax_due(self, period):
        """Tax of the invoices against the items that the tax report adds up.

        The difference is tax that somebody booked by hand, or changed in an invoice's
        journal entry.
        """
        [(billed,)] = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(amount_tax_signed), 0) FROM account_move
                    WHERE company_id = ANY(%s) AND state = 'posted'
                      AND move_type IN %s AND date BETWEEN %s AND %s""",
                period.books.ids,
                SALES,
                period.date_from,
                period.date_to,
            )
        )
        rows = self.env.execute_query(self._get_tax_query(period))
        reported = -sum(balance for _own, _tax, balance, _ids in rows)
        strangers = [row for row in rows if not row[0]]
        ids = [item for *_rest, items in strangers for item in items]
        domain = [("id", "in", sorted(ids))] if ids else self._get_tax_domain(period)
        return Finding(
            float(reported - billed),
            "account.move.line",
            domain,
            figures={
                "billed": (self.env._("Tax on invoices"), float(billed)),
                "reported": (self.env._("Tax in the report"), float(reported)),
            },
            rows=self._sort_rows(
                Row(
                    self.env["account.tax"].browse(tax).display_name,
                    -float(balance),
                    "account.move.line",
                    [("id", "in", sorted(items))],
                )
                for _own, tax, balance, items in strangers
            ),
        )

    @api.model
    def _get_tax_domain(self, period):
        return [
            *self._in_period(period),
            ("parent_state", "=", "posted"),
            ("tax_line_id.type_tax_use", "=", "sale"),
            ("move_id.tax_cash_basis_rec_id", "=", False),
        ]

    @api.model
    def _get_tax_query(self, period):
        """By tax: items of invoices, and those of other entries one by one.

        Cash-basis entries move what the invoice has told already.
        """
        return SQL(
            """SELECT move.move_type IN %(types)s own, tax.id, SUM(line.balance),
                      CASE WHEN move.move_type IN %(types)s THEN '{}'::int[]
                           ELSE ARRAY_AGG(line.id) END
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_tax tax ON tax.id = line.tax_line_id
                  AND tax.type_tax_use = 'sale'
                WHERE line.company_id = ANY(%(books)s)
                  AND line.parent_state = 'posted'
                  AND move.tax_cash_basis_rec_id IS NULL
                  AND line.date BETWEEN %(first)s AND %(last)s
                GROUP BY move.move_type IN %(types)s, tax.id""",
            types=SALES,
            books=period.books.ids,
            first=period.date_from,
            last=period.date_to,
        )
