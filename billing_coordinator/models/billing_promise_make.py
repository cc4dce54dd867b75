from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ..tools import promise as rules


class BillingPromise(models.Model):
    """How a promise is made: what it covers, and what is refused."""

    _inherit = "billing.promise"

    @api.model
    def _make(self, lines, installments, **values):
        """Record what a customer promises; all of it, or nothing.

        Each promise covers the oldest items first, beside what is promised already.

        :param lines: open receivable journal items of one customer and currency
        :param installments: ``[(date, amount)]``
        :param values: further values of the promises
        :raise ValidationError: what cannot be promised, and what to do instead
        """
        rows = self._get_promisable(lines)
        self._respread(rows.company_id, rows.partner_id.ids)
        rows.invalidate_recordset()
        installments = sorted(installments)
        self._check_installments(rows, installments, values.get("channel"))
        company = rows.company_id
        common = {
            "company_id": company.id,
            "partner_id": rows.partner_id.id,
            "currency_id": rows.currency_id.id,
            "level": self._get_level(company, rows.partner_id, rows.currency_id),
            **values,
        }
        grace = company.sudo().billing_promise_grace
        covers = self._prepare_covers(rows, [amount for _date, amount in installments])
        promise_sudo = self.sudo()  # nobody writes promises but this
        promises = promise_sudo.create(
            [
                common
                | {
                    "amount": amount,
                    "date": date,
                    "judge_on": fields.Date.add(date, days=grace),
                    "line_ids": [Command.create(vals) for vals in cover],
                }
                for (date, amount), cover in zip(installments, covers, strict=True)
            ]
        ).with_env(self.env)
        promises._refresh_worklist()
        return promises

    # -- what may be promised ---------------------------------------------------------

    @api.model
    def _get_promisable(self, lines):
        """The receivables of journal items, oldest first.

        :raise ValidationError: they are not what one customer owes in one currency
        """
        lines = lines.with_env(self.env)
        lines.check_access("read")
        receivables = self.env["billing.receivable"].with_context(as_of=None)
        receivables.invalidate_model()
        rows = receivables.search([("id", "in", lines.ids), ("residual", ">", 0)])
        settled = lines - rows.move_line_id
        if settled or not rows:
            raise ValidationError(
                self.env._(
                    "Nothing is open of %(invoices)s: choose open items.",
                    invoices=", ".join(settled.mapped("move_name")) or "-",
                )
            )
        for name in ("company_id", "partner_id", "currency_id"):
            if len(rows[name]) > 1:
                raise ValidationError(
                    self.env._(
                        "A promise is about one customer, company and currency. These"
                        " items have several: %(names)s. Make one promise for each.",
                        names=", ".join(rows[name].mapped("display_name")),
                    )
                )
        return rows.sorted(lambda row: (row.date_maturity, row.id))

    @api.model
    def _check_installments(self, rows, installments, channel):
        today = fields.Date.context_today(self)
        currency = rows.currency_id
        dates = [date for date, _amount in installments]
        if not dates or any(
            currency.compare_amounts(a, 0) <= 0 for _d, a in installments
        ):
            raise ValidationError(self.env._("Promise an amount of more than zero."))
        if min(dates) < today:
            raise ValidationError(
                self.env._(
                    "%(date)s is in the past: a promise is for today or later.",
                    date=format_date(self.env, min(dates)),
                )
            )
        if len(set(dates)) < len(dates):
            raise ValidationError(
                self.env._("Two amounts are for the same day: add them up.")
            )
        self._check_total(rows, sum(amount for _date, amount in installments), channel)

    @api.model
    def _check_total(self, rows, total, channel):
        currency = rows.currency_id
        withheld = sum(rows.mapped("withheld"))
        free = sum(rows.mapped("residual_currency")) - withheld
        if currency.compare_amounts(total, free) <= 0:
            return
        message = self.env._(
            "%(amount)s is more than the %(free)s that is open and may be promised.",
            amount=currency.format(total),
            free=currency.format(free),
        )
        explanation = self._explain_withheld(rows, channel)
        raise ValidationError(" ".join(filter(None, [message, explanation])))

    @api.model
    def _get_promised(self, rows):
        """What of the items is promised already. Hook."""
        return sum(rows.mapped("withheld"))

    @api.model
    def _explain_withheld(self, rows, channel):
        """What to do about what is promised already; a customer cannot withdraw it.

        Hook: other reasons for which a part may not be promised.
        """
        promised = self._get_promised(rows)
        if rows.currency_id.compare_amounts(promised, 0) <= 0:
            return ""
        amount = rows.currency_id.format(promised)
        if channel == "portal":
            return self.env._(
                "You promised %(amount)s already: please contact us if that changes.",
                amount=amount,
            )
        return self.env._(
            "%(amount)s is promised already: withdraw that promise first if this"
            " one takes its place.",
            amount=amount,
        )

    # -- what it covers ---------------------------------------------------------------

    @api.model
    def _prepare_covers(self, rows, amounts):
        """Values of the lines of each promise, the oldest items first."""
        digits = rows.currency_id.decimal_places
        settlements = self._fetch_settlements(rows.ids)
        free = {
            row.id: round(row.residual_currency - row.withheld, digits) for row in rows
        }
        result = []
        for amount in amounts:
            cover, _left = rules.cover(list(free.items()), amount, digits)
            for line_id, part in cover.items():
                free[line_id] = round(free[line_id] - part, digits)
            result.append(
                [
                    rows.browse(line_id)._prepare_cover(part)
                    | self._prepare_since(settlements.get(line_id, ()))
                    for line_id, part in cover.items()
                ]
            )
        return result

    @api.model
    def _prepare_since(self, settlements):
        """From where on payments count: after those that there are already."""
        under_way = [each.amount for each in settlements if each.id is None]
        return {
            "last_partial_id": max((each.id or 0 for each in settlements), default=0),
            "awaited": sum(under_way),
        }
