from odoo import Command, api, fields, models
from odoo.tools.misc import format_date


class BillingLateCharge(models.Model):
    """The invoice of interest and fee."""

    _inherit = "billing.late.charge"

    # -- charging ------------------------------------------------------------------

    @api.model
    def _create_from_assessment(self, notice, assessment):
        """Invoice what a notice charges, and keep for which days it was."""
        company = notice.company_id
        company._billing_check_late_products(assessment.interest, assessment.fee)
        rows = self._get_rows(notice, assessment)
        move = self._create_invoice(notice, rows)
        charges_sudo = self.sudo()  # history is written by the system only
        charges_sudo.create(
            [
                dict(
                    {name: value for name, value in row.items() if name != "label"},
                    invoice_line_id=line.id,
                )
                for row, line in zip(rows, move.invoice_line_ids, strict=True)
            ]
        )
        if company.billing_late_post:
            move.action_post()

    @api.model
    def _get_rows(self, notice, assessment):
        """Values of the charges, each with the ``label`` of its invoice line."""
        in_words = self.with_context(lang=notice._get_lang())
        common = {
            "company_id": notice.company_id.id,
            "partner_id": notice.partner_id.id,
            "notice_id": notice.id,
            "currency_id": notice.currency_id.id,
            "date": notice.date,
            "interest_amount": 0,
            "fee_amount": 0,
        }
        rows = []
        for line in notice.line_ids.filtered(
            lambda line: line.move_line_id.id in assessment.interest
        ):
            rows += [
                common
                | in_words._get_interest_values(line, period)
                | {"interest_amount": float(amount)}
                for period, amount in assessment.interest[line.move_line_id.id]
            ]
        if assessment.fee:
            label = in_words.env._("Late-payment fee (%(notice)s)", notice=notice.name)
            rows.append(common | {"fee_amount": assessment.fee, "label": label})
        for row in rows:
            amount = row["interest_amount"] + row["fee_amount"]
            row["company_amount"] = notice.currency_id._convert(
                amount, notice.company_id.currency_id, notice.company_id, notice.date
            )
        return rows

    @api.model
    def _get_interest_values(self, line, period):
        """Days and calculation of the interest on one line of a notice."""
        kept = [
            {
                "date_from": fields.Date.to_string(segment.date_from),
                "date_to": fields.Date.to_string(segment.date_to),
                "principal": float(segment.principal),
                "rate": float(segment.rate),
                "days": segment.days,
                "amount": round(float(segment.amount), 6),
            }
            for segment in period.segments
        ]
        title = self.env._(
            "Late-payment interest on %(invoice)s, due on %(date)s",
            invoice=line.label,
            date=format_date(self.env, line.date_maturity),
        )
        return {
            "move_line_id": line.move_line_id.id,
            "date_from": period.date_from,
            "date_to": period.date_to,
            "days": sum(segment.days for segment in period.segments),
            "segments": kept,
            "label": f"{title}\n{self._describe_segments(kept, line.currency_id)}",
        }

    @api.model
    def _describe_segments(self, segments, currency):
        """The calculation in words, a line for each principal and rate."""
        currency = currency.with_env(self.env)
        return "\n".join(
            self.env._(
                "%(first)s - %(last)s: %(principal)s at %(rate)s %%, %(days)s days",
                first=format_date(self.env, segment["date_from"]),
                last=format_date(self.env, segment["date_to"]),
                principal=currency.format(segment["principal"]),
                rate=f"{segment['rate']:g}",
                days=segment["days"],
            )
            for segment in segments or ()
        )

    @api.model
    def _create_invoice(self, notice, rows):
        """A draft invoice with a line for each of ``rows``, in their order."""
        company = notice.company_id
        claimed = notice.line_ids.filtered(lambda line: line.residual > 0)
        newest = max(claimed, key=lambda line: line.move_line_id.id)
        values = {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": self._get_invoiced(notice, newest.move_id).id,
            "currency_id": notice.currency_id.id,
            "invoice_date": notice.date,
            "invoice_origin": notice.name,
            "invoice_user_id": notice.responsible_id.id,
            "billing_no_late_charges": True,
            "invoice_line_ids": [
                Command.create(self._prepare_invoice_line(company, row)) for row in rows
            ],
        }
        if company.billing_late_journal_id:
            values["journal_id"] = company.billing_late_journal_id.id
        if company.billing_late_payment_term_id:
            values["invoice_payment_term_id"] = company.billing_late_payment_term_id.id
        return self.env["account.move"].with_company(company).create(values)

    @api.model
    def _get_invoiced(self, notice, move):
        """Who got the newest invoice, unless they have left the customer since."""
        contact = move.partner_id
        theirs = contact.commercial_partner_id == notice.partner_id
        return contact if theirs else notice.partner_id

    @api.model
    def _prepare_invoice_line(self, company, row):
        """Values of an invoice line; account and taxes are those of the product."""
        interest = row["interest_amount"]
        product = (
            company.billing_late_interest_product_id
            if interest
            else company.billing_late_fee_product_id
        )
        return {
            "product_id": product.id,
            "name": row["label"],
            "quantity": 1,
            "price_unit": interest or row["fee_amount"],
        }
