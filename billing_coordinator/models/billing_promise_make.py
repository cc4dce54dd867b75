from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
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
        self._check_installments(rows, installments)
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
    def _check_installments(self, rows, installments):
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
        self._check_total(rows, sum(amount for _date, amount in installments))

    @api.model
    def _check_total(self, rows, total):
        currency = rows.currency_id
        withheld = sum(rows.mapped("withheld"))
        free = sum(rows.mapped("residual_currency")) - withheld
        if currency.compare_amounts(total, free) <= 0:
            return
        message = self.env._(
            "%(amount)s is more than the %(free)s that is open and not promised yet.",
            amount=currency.format(total),
            free=currency.format(free),
        )
        if withheld:
            message += " " + self.env._(
                "%(amount)s is promised already: withdraw that promise first if this"
                " one takes its place.",
                amount=currency.format(withheld),
            )
        raise ValidationError(message)

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
        """From where on payments count: after those there are, or that are under way."""
        under_way = [each.amount for each in settlements if each.id is None]
        return {
            "last_partial_id": max((each.id or 0 for each in settlements), default=0),
            "awaited": sum(under_way),
        }

    # -- the customer in the portal ---------------------------------------------------

    @api.model
    def _make_in_portal(self, partner, lines, date, amount):
        """A promise by the customer, within the limits of the company.

        :param partner: of the portal user
        :raise UserError: beyond a limit, with what the customer may do instead
        """
        if not lines:
            raise UserError(self.env._("Nothing is open here that could be promised."))
        if lines.partner_id != partner.commercial_partner_id:
            raise AccessError(self.env._("These invoices are not yours."))
        company_sudo = lines.company_id.sudo()
        if not all(company_sudo.mapped("billing_promise_portal")):
            raise UserError(self.env._("Please contact us: we cannot take it here."))
        currency = lines.currency_id[:1]
        for company in company_sudo:
            booked = currency._convert(amount, company.currency_id, company)
            booked += self._get_promised_in_portal(company, partner)
            self._check_portal_limits(company, booked, date)
        return self.sudo()._make(
            lines.sudo(),
            [(date, amount)],
            contact_id=partner.id,
            channel="portal",
            user_id=False,
        )

    @api.model
    def _get_promised_in_portal(self, company, partner):
        """What the customer's open promises still hold, in company currency."""
        promises_sudo = self.sudo().search(
            self._get_customers_domain(company, partner.commercial_partner_id)
            & Domain("state", "=", rules.OPEN)
            & Domain("channel", "=", "portal")
        )
        return sum(
            promise.currency_id._convert(
                promise.amount - promise.amount_paid, company.currency_id, company
            )
            for promise in promises_sudo
        )

    @api.model
    def _check_portal_limits(self, company, booked, date):
        latest = fields.Date.add(
            fields.Date.context_today(self), days=company.billing_promise_max_days
        )
        if date > latest:
            raise UserError(
                self.env._(
                    "Please choose a day up to %(date)s, or contact us.",
                    date=format_date(self.env, latest),
                )
            )
        limit = company.billing_promise_max_amount
        if limit and company.currency_id.compare_amounts(booked, limit) > 0:
            raise UserError(
                self.env._(
                    "Please contact us for promises of more than %(amount)s together.",
                    amount=company.currency_id.format(limit),
                )
            )
