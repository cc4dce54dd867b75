from functools import lru_cache

from babel.dates import format_date
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml


class BillingFollowupNoticeLine(models.Model):
    """A receivable as a notice showed it: residual, due date and stage of that day."""

    _name = "billing.followup.notice.line"
    _description = "Follow-up notice line"
    _order = "notice_id, date_maturity, id"
    _rec_name = "label"

    notice_id = fields.Many2one(
        "billing.followup.notice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(related="notice_id.partner_id")
    currency_id = fields.Many2one("res.currency", required=True)
    move_line_id = fields.Many2one(
        "account.move.line", "Journal item", ondelete="set null", index="btree_not_null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", ondelete="set null", index="btree_not_null"
    )
    label = fields.Char("Number", required=True)
    date_maturity = fields.Date("Due date")
    days_overdue = fields.Integer("Days overdue")
    residual = fields.Monetary(
        "Open amount", help="What is claimed; negative for a credit."
    )
    withheld = fields.Monetary(
        "Not claimed",
        help="Part of the item that was left out: it was promised or in dispute.",
    )
    disputed = fields.Monetary(
        "Not claimed as disputed", help="Of what was left out, what was in dispute."
    )
    stage_id = fields.Many2one(
        "billing.followup.stage",
        ondelete="restrict",
        index="btree_not_null",
        help="Stage of the receivable with this notice; empty for a credit.",
    )
    reaches_stage = fields.Boolean(
        "Reaches the stage",
        help="The item reaches the stage with this notice; others are only named.",
    )
    advances = fields.Boolean(
        "Stage counts",
        readonly=True,
        copy=False,
        help="The item has reached the stage: the notice was issued, not cancelled.",
    )
    date = fields.Date("Notice date", required=True)
    state = fields.Selection(related="notice_id.state")

    # Nobody gets the same stage twice for the same receivable, whatever runs at once.
    _stage_once = models.UniqueIndex(
        "(move_line_id, stage_id) WHERE advances",
        "This stage has been sent for this receivable already.",
    )
    _latest_idx = models.Index("(move_line_id, id DESC) WHERE advances")

    @api.model
    def _insert(self, notice, rows, advance=False):
        """Write the lines of a new notice in one statement, claims as they stand.

        :param rows: dicts of ``id`` (journal item, negative for a payment without
            entry), ``due``, ``residual`` (what is claimed), ``withheld``,
            ``stage_id`` and ``reaches_stage``
        :param advance: count the stages at once
        :raise IntegrityError: another notice has brought a receivable to the stage
        """
        notice.flush_recordset()
        customer_env = notice.with_context(lang=notice._get_lang()).env
        self.env.cr.execute(
            SQL(
                """INSERT INTO billing_followup_notice_line (
                       notice_id, company_id, currency_id, date, move_line_id, move_id,
                       label, date_maturity, days_overdue, residual, withheld,
                       disputed, stage_id, reaches_stage, advances,
                       create_uid, create_date, write_uid, write_date)
                   SELECT notice.id, notice.company_id, notice.currency_id, notice.date,
                          line.id, line.move_id, COALESCE(line.move_name, %s), row.due,
                          notice.date - row.due, row.residual, row.withheld,
                          CASE WHEN row.withheld > 0 THEN LEAST(row.withheld, %s)
                               ELSE 0 END,
                          row.stage_id, row.reaches_stage, row.reaches_stage AND %s,
                          notice.create_uid, notice.create_date,
                          notice.write_uid, notice.write_date
                     FROM billing_followup_notice notice
                    CROSS JOIN jsonb_to_recordset(%s) AS row(
                          id int, due date, residual numeric, withheld numeric,
                          stage_id int, reaches_stage boolean)
                     LEFT JOIN account_move_line line ON line.id = row.id
                    WHERE notice.id = %s""",
                customer_env._("Payment received"),
                self.env["billing.receivable"].with_context(as_of=None)._disputed(),
                advance,
                Json(rows),
                notice.id,
            )
        )
        notice.invalidate_recordset(["line_ids"])

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create([dict(vals, advances=False) for vals in vals_list])
        lines._check_not_issued()
        return lines

    def write(self, vals):
        self._check_not_issued()
        return super().write(dict(vals, advances=False))

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_issued(self):
        self._check_not_issued()

    def _check_not_issued(self):
        if any(self.notice_id.mapped("issued_on")):
            raise UserError(self.env._("An issued notice cannot be changed."))

    def action_open_notice(self):
        self.ensure_one()
        return self.notice_id.get_formview_action()

    def action_open_invoice(self):
        """Open the invoice or entry that the notice names."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    def _get_texts(self):
        """Rows as the customer reads them, claims before credits.

        :return: list of (number, due date, stage, days overdue, amount)
        """
        lang = get_lang(self.env)
        return [
            (
                line._get_number(),
                _format_day(lang.code, lang.date_format, line.date_maturity),
                line.stage_id.name or "",
                line.days_overdue if line.days_overdue > 0 else "",
                line.currency_id.format(line.residual),
            )
            for line in self.sorted(lambda line: line.residual < 0)
        ]

    def _get_number(self):
        """The number, and what of the item is not claimed."""
        currency = self.currency_id
        promised = currency.round(self.withheld - self.disputed)
        amounts = {
            "number": self.label,
            "promised": currency.format(promised),
            "disputed": currency.format(self.disputed),
        }
        if promised and self.disputed:
            return self.env._(
                "%(number)s, without %(promised)s that is promised and %(disputed)s"
                " that is in dispute",
                **amounts,
            )
        if self.disputed:
            return self.env._(
                "%(number)s, without %(disputed)s that is in dispute", **amounts
            )
        if promised:
            return self.env._(
                "%(number)s, without %(promised)s that is promised", **amounts
            )
        return self.label

    def _set_date(self, date):
        """Count the days overdue and the stages from ``date`` on."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE billing_followup_notice_line
                      SET date = %(date)s, days_overdue = %(date)s - date_maturity
                    WHERE id = ANY(%(ids)s)""",
                date=date,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["date", "days_overdue"])

    def _advance(self):
        """The notice goes out: its stages count from now on, each only once.

        :raise IntegrityError: another notice has brought a receivable to the stage
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE billing_followup_notice_line SET advances = TRUE
                    WHERE id = ANY(%s) AND reaches_stage AND NOT advances""",
                self.ids,
            )
        )
        self.invalidate_recordset(["advances"])

    def _give_back(self):
        """The notice does not count any more: return to the stage before it."""
        advanced = super(BillingFollowupNoticeLine, self.filtered("advances"))
        return advanced.write({"advances": False})  # pylint: disable=super-method-mismatch


@lru_cache(maxsize=4096)
def _format_day(lang_code, date_format, date):
    """A date in a language; the same few hundred dates come again and again."""
    locale = babel_locale_parse(lang_code)
    return format_date(date, posix_to_ldml(date_format, locale), locale)
