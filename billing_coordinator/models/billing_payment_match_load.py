from odoo import api, models
from odoo.tools import SQL

from ..tools.matching.index import Index
from ..tools.matching.record import INVOICE, Item, Payment, Rules
from ..tools.matching.returns import says_return
from ..tools.matching.writing import compact


class BillingPaymentMatch(models.Model):
    """What lines of a bank account may pay, as the rules of matching read it.

    A fixed number of queries for any number of lines and open items. Amounts are
    integers in the smallest unit of the currency of the bank account.
    """

    _inherit = "billing.payment.match"

    @api.model
    def _load_rules(self, journal, company):
        currency = self._get_currency(journal)
        own = currency == company.currency_id
        return Rules(
            threshold=company.billing_match_threshold,
            tolerance=_units(company.billing_match_tolerance, currency) if own else 0,
            discount_grace=company.billing_match_discount_grace,
            digits=currency.decimal_places,
        )

    @api.model
    def _get_currency(self, journal):
        return journal.currency_id or journal.company_id.currency_id

    @api.model
    def _load_index(self, journal, company, lines):
        items = self._load_items(journal, company)
        items += self._load_transit(journal, company)
        names = self._load_names({item.partner for item in items})
        accounts, remembered = self._load_payers(company, lines)
        received = self._load_received(journal, lines)
        return Index(
            items,
            [(name, partner) for name, _number, partner in names],
            accounts,
            remembered,
            received,
            {number: partner for _name, number, partner in names if number},
        )

    @api.model
    def _load_items(self, journal, company):
        """Open receivables and credits; in another currency, with the booked amount.

        An invoice that payments without entry cover is left out: they stand for it.
        """
        currency = self._get_currency(journal)
        own = currency == company.currency_id
        residual = SQL("r.residual") if own else SQL("r.residual_currency")
        receivable = self.env["billing.receivable"].with_context(as_of=False)
        receivable.browse().check_access("read")
        self.env.flush_all()
        query = SQL(
            """SELECT r.id, COALESCE(r.partner_id, 0), %(residual)s AS amount,
                      r.residual_currency, currency.name, currency.decimal_places,
                      r.date_maturity, move.name, move.sequence_prefix,
                      move.sequence_number, move.payment_reference,
                      line.discount_date, line.discount_balance,
                      line.discount_amount_currency, line.balance,
                      line.amount_currency
                 FROM (%(receivable)s) r
                 JOIN account_move_line line ON line.id = r.id
                 JOIN account_move move ON move.id = r.move_id
                 JOIN res_currency currency ON currency.id = r.currency_id
                WHERE r.company_id = %(company)s
                  AND (%(own)s OR r.currency_id = %(currency)s)
                  AND NOT COALESCE(%(covered)s, FALSE)
                ORDER BY r.date_maturity, r.id""",
            residual=residual,
            receivable=receivable._table_query,
            company=company.id,
            own=own,
            currency=currency.id,
            covered=receivable._is_in_transit(),
        )
        rows = self.env.execute_query(query)
        return [_item(row, currency, own) for row in rows if row[2]]

    @api.model
    def _load_names(self, partners):
        return self.env.execute_query(
            SQL(
                """SELECT name, ref, id FROM res_partner
                    WHERE id = ANY(%s) AND name <> ''""",
                sorted(partners),
            )
        )

    @api.model
    def _load_payers(self, company, lines):
        """Customers by bank account and by the names that were confirmed."""
        accounts, names = {}, {}
        numbers = [compact(account or "") for account in lines.mapped("account_number")]
        rows = self.env.execute_query(
            SQL(
                """SELECT bank.sanitized_acc_number, partner.commercial_partner_id
                     FROM res_partner_bank bank
                     JOIN res_partner partner ON partner.id = bank.partner_id
                    WHERE bank.active AND bank.sanitized_acc_number = ANY(%s)
                      AND (bank.company_id IS NULL OR bank.company_id = ANY(%s))
                      AND bank.partner_id <> %s""",
                [number for number in numbers if number],
                company.parent_ids.ids,
                company.partner_id.id,
            )
        )
        for number, partner in rows:
            accounts.setdefault(number, set()).add(partner)
        for payer in self.env["billing.payer"]._get_known(company):
            known = accounts if payer.kind == "account" else names
            known.setdefault(payer.value, set()).add(payer.partner_id.id)
        return _as_tuples(accounts), _as_tuples(names)

    # -- lines of the bank ---------------------------------------------------------

    @api.model
    def _load_payments(self, lines):
        """Lines of one bank account as the rules read them."""
        return [self._to_payment(line) for line in lines]

    @api.model
    def _to_payment(self, line):
        currency, foreign = line.currency_id, line.foreign_currency_id
        documents = (line.billing_documents or "").splitlines()
        return Payment(
            id=line.id,
            amount=_units(line.amount, currency),
            day=line.date.toordinal(),
            text=" ".join(filter(None, (line.payment_ref, line.ref))),
            structured=tuple((line.billing_structured or "").splitlines()),
            name=line.partner_name or line.partner_id.name or "",
            account=line.account_number or "",
            charges=max(0, _units(-line.billing_charges, currency)),
            original=_units(line.amount_currency, foreign) if foreign else 0,
            original_currency=foreign.name or "",
            end_to_end=line.billing_end_to_end or "",
            reference=line.billing_reference or "",
            mandate=line.billing_mandate or "",
            documents=tuple((number, 0) for number in documents),
            is_return=line.billing_is_return,
            return_reason=line.billing_return_reason or "",
        )

    @api.model
    def _may_be_return(self, line):
        return line.amount < 0 and (
            line.billing_is_return or says_return(line.payment_ref or "")
        )


def _item(row, currency, own):
    (item_id, partner, amount, foreign, code, digits, due, number, prefix) = row[:9]
    sequence, reference, until, balance, in_currency, whole, whole_currency = row[9:]
    offered = balance if own else in_currency
    total = whole if own else whole_currency
    # A discount is offered on the whole invoice: not once part of it is paid.
    is_offered = until and offered and currency.compare_amounts(amount, total) == 0
    is_foreign = own and code != currency.name
    return Item(
        id=item_id,
        partner=partner,
        amount=_units(amount, currency),
        due=due.toordinal(),
        number=number or "",
        prefix=prefix or "",
        sequence=sequence or 0,
        reference=reference if reference and reference != number else "",
        discounted=_units(offered, currency) if is_offered else 0,
        discount_until=until.toordinal() if is_offered else 0,
        currency=code if is_foreign else "",
        foreign=round(float(foreign) * 10**digits) if is_foreign else 0,
        kind=INVOICE,
    )


def _units(amount, currency):
    return round(float(amount or 0) * 10**currency.decimal_places)


def _as_tuples(partners):
    return {key: tuple(sorted(known)) for key, known in partners.items()}
