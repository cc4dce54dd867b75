from lxml import html

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import SQL

from .billing_worklist_timeline import TimelineSource

INVOICES = ("out_invoice", "out_refund", "out_receipt")
IS_INVOICE = SQL("move.move_type IN %s", INVOICES)
IS_BANK = SQL("journal.type IN ('bank', 'cash', 'credit')")
DUE = SQL("COALESCE(line.date_maturity, line.date)")
APPLIED = SQL("CASE WHEN BOOL_AND(line.reconciled) THEN 'applied' ELSE 'unapplied' END")


class BillingWorklist(models.Model):
    """Where the entries of the timeline come from.

    What the user may not see, by access rights or record rules, is not there.
    """

    _inherit = "billing.worklist"

    # -- the ledger -----------------------------------------------------------------
    # Amounts are what an entry adds to the balance: together they are the balance.

    def _get_timeline_invoices(self):
        return TimelineSource(
            "invoice",
            self.env._("Invoices"),
            "fa-file-text-o",
            self._select_ledger(
                IS_INVOICE,
                date=SQL("COALESCE(move.invoice_date, move.date)"),
                note=SQL("move.ref"),
                date_due=SQL(
                    """CASE WHEN SUM(line.balance) > 0
                            THEN COALESCE(MIN(%s) FILTER (WHERE NOT line.reconciled),
                                          MAX(%s)) END""",
                    DUE,
                    DUE,
                ),
                state=self._get_invoice_state(),
            ),
            {
                "paid": (self.env._("Paid"), "light"),
                "credited": (self.env._("Credited"), "light"),
                "in_process": (self.env._("Payment under way"), "info"),
                "unapplied": (self.env._("Not applied"), "warning"),
                "overdue": (self.env._("Overdue"), "danger"),
                "partial": (self.env._("Partly paid"), "info"),
                "open": (self.env._("Open"), "info"),
            },
        )

    def _get_invoice_state(self):
        """By what is settled: Odoo's payment state stays "blocked" for ever."""
        return SQL(
            """CASE WHEN BOOL_AND(line.reconciled) AND move.payment_state = 'reversed'
                    THEN 'credited'
                    WHEN BOOL_AND(line.reconciled) THEN 'paid'
                    WHEN SUM(line.balance) < 0 THEN 'unapplied'
                    WHEN move.payment_state IN ('in_payment', 'paid') THEN 'in_process'
                    WHEN MIN(%s) FILTER (WHERE NOT line.reconciled) < %s THEN 'overdue'
                    WHEN SUM(line.amount_residual) <> SUM(line.balance) THEN 'partial'
                    ELSE 'open' END""",
            DUE,
            fields.Date.context_today(self),
        )

    def _get_timeline_payments(self):
        """Money at the bank, and payments that are to appear there."""
        return TimelineSource(
            "payment",
            self.env._("Payments"),
            "fa-money",
            SQL(
                "%s UNION ALL %s",
                self._select_ledger(
                    SQL("NOT %s AND %s", IS_INVOICE, IS_BANK),
                    note=SQL(
                        """COALESCE((SELECT payment_ref
                                       FROM account_bank_statement_line statement
                                      WHERE statement.move_id = move.id LIMIT 1),
                                    move.ref)"""
                    ),
                ),
                self._select_payments_under_way(),
            ),
            {
                "applied": (self.env._("Applied"), "light"),
                "unapplied": (self.env._("Not applied"), "warning"),
                "in_process": (self.env._("Not yet at the bank"), "info"),
            },
        )

    def _select_payments_under_way(self):
        """Payments without an entry: they are not in the balance yet."""
        query = self.env["account.payment"]._search(
            [
                ("partner_id", "child_of", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("partner_type", "=", "customer"),
                ("move_id", "=", False),
                ("state", "=", "in_process"),
            ]
        )
        return SQL(
            """SELECT date, id, 'account.payment', name, memo, NULL,
                      CASE payment_type WHEN 'inbound' THEN -amount ELSE amount END,
                      currency_id, NULL::date, 'in_process'
                 FROM account_payment WHERE id IN %s""",
            query.subselect(),
        )

    def _get_timeline_entries(self):
        """Opening balances, write-offs and the like; exchange differences have no
        amount in their currency and only explain what is there already."""
        return TimelineSource(
            "entry",
            self.env._("Other entries"),
            "fa-book",
            self._select_ledger(
                SQL(
                    """NOT %s AND NOT %s
                       AND NOT EXISTS (SELECT FROM account_partial_reconcile partial
                                        WHERE partial.exchange_move_id = move.id)""",
                    IS_INVOICE,
                    IS_BANK,
                ),
                note=SQL("move.ref"),
            ),
            {
                "applied": (self.env._("Settled"), "light"),
                "unapplied": (self.env._("Open"), "warning"),
            },
        )

    def _select_ledger(
        self, condition, *, note, state=APPLIED, date=None, date_due=None
    ):
        """Moves of the customer, by what they add to the receivable accounts."""
        return SQL(
            """SELECT %(date)s, move.id, 'account.move', move.name, %(note)s, NULL,
                      SUM(line.amount_currency), line.currency_id, %(date_due)s,
                      %(state)s
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_journal journal ON journal.id = move.journal_id
                 JOIN account_account account ON account.id = line.account_id
                  AND account.account_type = 'asset_receivable'
                WHERE %(condition)s AND line.id IN %(lines)s
                GROUP BY move.id, line.currency_id""",
            date=date or SQL("move.date"),
            note=note,
            date_due=date_due or SQL("NULL::date"),
            state=state,
            condition=condition,
            lines=self._get_ledger_query().subselect(),
        )

    # -- what we did ----------------------------------------------------------------

    def _get_timeline_notices(self):
        notices = self.env["billing.followup.notice"]
        states = dict(notices._fields["state"]._description_selection(self.env))
        colors = {"failed": "danger", "queued": "info"}
        return TimelineSource(
            "notice",
            self.env._("Notices"),
            "fa-envelope-o",
            SQL(
                """SELECT notice.date, notice.id, 'billing.followup.notice', %s,
                          CONCAT_WS(', ', notice.name, NULLIF(notice.email, ''),
                                    notice.failure_reason),
                          author.name, notice.amount, notice.currency_id, NULL::date,
                          notice.state
                     FROM billing_followup_notice notice
                     JOIN billing_followup_stage stage ON stage.id = notice.stage_id
                     LEFT JOIN res_users issuer ON issuer.id = notice.issued_by_id
                      AND issuer.id <> %s
                     LEFT JOIN res_partner author ON author.id = issuer.partner_id
                    WHERE notice.id IN %s""",
                self.env["billing.followup.stage"]._field_to_sql("stage", "name"),
                SUPERUSER_ID,  # the daily job is no person
                notices._search(self._get_customers_domain()).subselect(),
            ),
            {
                state: (label, colors.get(state, "light"))
                for state, label in states.items()
            },
        )

    def _get_timeline_calls(self):
        return TimelineSource(
            "call",
            self.env._("Calls"),
            "fa-phone",
            self._select_messages("billing_coordinator.mt_call"),
            adapt=self._split_texts,
        )

    def _get_timeline_holds(self):
        return TimelineSource(
            "hold",
            self.env._("Holds"),
            "fa-pause",
            SQL(
                """SELECT hold.date_start, hold.id, 'billing.hold', hold.reason,
                          move.name, author.name, NULL::numeric, NULL::int,
                          hold.date_end,
                          CASE WHEN hold.released_on IS NOT NULL THEN 'released'
                               WHEN hold.date_end < %s THEN 'ended'
                               ELSE 'active' END
                     FROM billing_hold hold
                     LEFT JOIN account_move move ON move.id = hold.move_id
                     LEFT JOIN res_users creator ON creator.id = hold.create_uid
                     LEFT JOIN res_partner author ON author.id = creator.partner_id
                    WHERE hold.id IN %s""",
                fields.Date.context_today(self),
                self.env["billing.hold"]
                ._search(self._get_customers_domain())
                .subselect(),
            ),
            {
                "active": (self.env._("On hold"), "warning"),
                "ended": (self.env._("Ended"), "light"),
                "released": (self.env._("Released"), "light"),
            },
        )

    def _get_timeline_postponements(self):
        return TimelineSource(
            "postponement",
            self.env._("Postponements"),
            "fa-clock-o",
            self._select_messages("billing_coordinator.mt_postponement"),
            adapt=self._split_texts,
        )

    def _select_messages(self, subtype):
        """What was written down on the row; who may read the row may read it."""
        return SQL(
            """SELECT (message.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date,
                      message.id, NULL, NULL, message.body, author.name,
                      NULL::numeric, NULL::int, NULL::date, NULL
                 FROM mail_message message
                 LEFT JOIN res_partner author ON author.id = message.author_id
                WHERE message.model = %s AND message.res_id = %s
                  AND message.subtype_id = %s""",
            str(self.env.tz),
            self._name,
            self.id,
            self.env.ref(subtype).id,
        )

    def _split_texts(self, entries):
        """The first paragraph of a message is its title, the rest the note."""
        for entry in entries:
            texts = [
                " ".join(node.text_content().split())
                for node in html.fragment_fromstring(entry["note"], create_parent=True)
            ]
            entry["name"] = texts[0] if texts else ""
            entry["note"] = " ".join(filter(None, texts[1:]))
