from collections import defaultdict
from itertools import groupby
from operator import itemgetter

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import statement, statement_query
from ..tools.statement import ACTIVITY, OPEN_ITEMS, Row, Section, Statement

KINDS = [
    (OPEN_ITEMS, "Open items"),
    (ACTIVITY, "Account activity"),
]


class BillingStatement(models.AbstractModel):
    """Statements of account, read for any number of customers at once.

    The PDF, the spreadsheet, the portal and the e-mails all show what is read here.
    What is open is what ``billing.receivable`` says as of the last day.
    """

    _name = "billing.statement"
    _description = "Statement of account"

    @api.model
    def _get_statements(self, company, partners, kind, date_from, date_to):
        """Statements of customers in one company, in a fixed number of queries.

        Items booked on a contact of a customer count for the customer.

        :param partners: commercial partners
        :param date_from: first day of the activity, without meaning for open items
        :return: ``{partner_id: Statement}``, one for each of the partners
        """
        self._check_company_access(company)
        self._check_dates(kind, date_from, date_to)
        result = {
            partner_id: Statement(partner_id, kind, date_from, date_to)
            for partner_id in partners.ids
        }
        if not result:
            return result
        self.env.flush_all()
        sections = self._read_open_items(company, result, date_to)
        if kind == ACTIVITY:
            self._read_activity(company, result, sections, date_from, date_to)
        self._attach_sections(company, result, sections)
        return result

    @api.model
    def _check_company_access(self, company):
        """The queries know no record rules: what they guard is checked here."""
        self.env["billing.receivable"].check_access("read")
        if not self.env.su and company not in self.env.companies:
            raise AccessError(
                self.env._(
                    "You have no access to the receivables of %(company)s.",
                    company=company.sudo().name,
                )
            )

    @api.model
    def _check_dates(self, kind, date_from, date_to):
        if not date_to:
            raise UserError(self.env._("Choose the last day of the statement."))
        if kind == ACTIVITY and not date_from:
            raise UserError(self.env._("Choose the first day of the activity."))
        if kind == ACTIVITY and date_from > date_to:
            raise UserError(
                self.env._("The first day of the activity comes after its last day.")
            )

    # -- open items -------------------------------------------------------------------

    @api.model
    def _read_open_items(self, company, statements, day):
        """What is open at the end of a day: ``{(partner_id, currency_id): Section}``.

        Notes on each statement who got the newest of the documents.
        """
        buckets = self._get_buckets(company)
        number = {key: index for index, (key, _label) in enumerate(buckets)}
        currencies = self.env["res.currency"]
        sections = {}
        rows = self._fetch_open_items(company, list(statements), day)
        for key, group in groupby(rows, itemgetter(0, 1)):
            items = []
            for _partner, _currency, contact_id, bucket, *values in group:
                items.append(Row(*values, bucket=number[bucket]))
                statements[key[0]].note_contact(values[0], contact_id)
            sections[key] = statement.open_section(
                key[1], currencies.browse(key[1]).decimal_places, items, len(buckets)
            )
        return sections

    @api.model
    def _get_buckets(self, company):
        """Keys and names of the ageing buckets of a company."""
        return self.env["billing.receivable"].with_company(company)._selection_bucket()

    @api.model
    def _fetch_open_items(self, company, partner_ids, day):
        receivable = self.env["billing.receivable"].with_company(company)
        return self.env.execute_query(
            SQL(
                """SELECT customer.commercial_partner_id, receivable.currency_id,
                          move.partner_id, receivable.bucket, receivable.id,
                          receivable.move_id, %s, receivable.move_name,
                          %s, COALESCE(move.invoice_date, receivable.date),
                          receivable.date_maturity, line.amount_currency,
                          receivable.residual_currency, receivable.days_overdue
                     FROM (%s) receivable
                     JOIN account_move_line line ON line.id = receivable.id
                     JOIN res_partner customer ON customer.id = receivable.partner_id
                     %s
                    WHERE receivable.company_id = %s
                      AND customer.commercial_partner_id = ANY(%s)
                    ORDER BY 1, 2, receivable.date_maturity, receivable.id""",
                statement_query.type_of_document(),
                self._reference(),
                receivable.with_context(as_of=day)._table_query,
                self._documents(),
                company.id,
                partner_ids,
            )
        )

    @api.model
    def _reference(self):
        """What the customer knows a document by, beside its number."""
        return SQL(
            """COALESCE(NULLIF(move.ref, ''),
                        CASE WHEN move.move_type = 'entry' THEN line.name END, '')"""
        )

    @api.model
    def _documents(self):
        return SQL(
            """JOIN account_move move ON move.id = line.move_id
               JOIN account_journal journal ON journal.id = move.journal_id
               JOIN res_company company ON company.id = line.company_id"""
        )

    # -- activity ---------------------------------------------------------------------

    @api.model
    def _read_activity(self, company, statements, sections, date_from, date_to):
        """Add opening balances and movements, with sections where nothing is open."""
        moved = statement_query.movements(company.id, list(statements), date_to)
        opening, rows = {}, defaultdict(list)
        for row in self._fetch_movements(moved, date_from):
            partner_id, currency_id, contact_id, *values = row
            if values[0] is None:
                opening[partner_id, currency_id] = values[-1]
                continue
            rows[partner_id, currency_id].append(Row(*values))
            statements[partner_id].note_contact(values[0], contact_id)
        buckets = len(self._get_buckets(company))
        currencies = self.env["res.currency"]
        for key in opening.keys() | rows.keys() | sections.keys():
            if key not in sections:
                digits = currencies.browse(key[1]).decimal_places
                sections[key] = Section(key[1], digits, ageing=[0.0] * buckets)
            statement.add_movements(
                sections[key], opening.get(key, 0.0), rows.get(key, [])
            )

    @api.model
    def _fetch_movements(self, moved, date_from):
        """Movements since a day; a settlement is named after what settled it.

        What comes before is one row without a journal item, the opening balance. Both
        in one query: reading the ledger takes longer than all else.
        """
        return self.env.execute_query(
            SQL(
                """WITH moved AS MATERIALIZED (%s), since AS (
                       SELECT * FROM moved WHERE date >= %s
                        UNION ALL
                       SELECT partner_id, currency_id, NULL, SUM(amount), NULL, NULL
                         FROM moved WHERE date < %s GROUP BY partner_id, currency_id)
                   SELECT moved.partner_id, moved.currency_id, move.partner_id, line.id,
                          line.move_id,
                          CASE WHEN other.id IS NULL THEN %s ELSE %s END,
                          COALESCE(other.move_name, line.move_name),
                          CASE WHEN other.id IS NULL THEN %s ELSE line.move_name END,
                          moved.date, line.date_maturity, moved.amount
                     FROM since moved
                     LEFT JOIN (account_move_line line %s)
                       ON line.id = moved.line_id
                     LEFT JOIN account_move_line other
                       ON other.id = moved.counterpart_id
                    ORDER BY moved.partner_id, moved.currency_id, moved.date,
                             other.id IS NOT NULL, line.id, other.id""",
                moved,
                date_from,
                date_from,
                statement_query.type_of_document(),
                statement.TRANSFER,
                self._reference(),
                self._documents(),
            )
        )

    @api.model
    def _attach_sections(self, company, statements, sections):
        """The company's currency comes first; a currency without anything is not told.

        What is settled in the books but for an exchange difference has no amount in
        its currency.
        """
        own = company.currency_id.id
        for key in sorted(sections, key=lambda key: (key[1] != own, key[1])):
            section = sections[key]
            if section.items or section.movements or section.opening:
                statements[key[0]].sections.append(section)

    # -- who has something to be told ----------------------------------------------

    @api.model
    def _find_partners(self, company, kind, date_from, date_to):
        """Customers with an open item, or a movement in the period."""
        self._check_company_access(company)
        self._check_dates(kind, date_from, date_to)
        self.env.flush_all()
        receivable = self.env["billing.receivable"].with_company(company)
        moved = SQL("line.date BETWEEN %s AND %s", date_from, date_to)
        query = SQL(
            """SELECT DISTINCT customer.commercial_partner_id
                 FROM res_partner customer
                WHERE customer.id IN (
                      SELECT partner_id FROM (%s) receivable
                       WHERE company_id = %s AND residual_currency <> 0)
                   OR customer.id IN (
                      SELECT line.partner_id FROM account_move_line line
                        JOIN account_account account ON account.id = line.account_id
                         AND account.account_type = 'asset_receivable'
                       WHERE line.company_id = %s AND line.parent_state = 'posted'
                         AND %s)""",
            receivable.with_context(as_of=date_to)._table_query,
            company.id,
            company.id,
            moved if kind == ACTIVITY else SQL("FALSE"),
        )
        ids = [partner_id for [partner_id] in self.env.execute_query(query)]
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners.search([("id", "in", ids)])
