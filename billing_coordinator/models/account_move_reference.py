from odoo import api, models
from odoo.tools import SQL

from ..tools import reference

# Where each document has a prefix of its own ("0017/2025") there are too many.
MAX_PREFIXES = 1000


class AccountMove(models.Model):
    """The invoices that a text names, whoever wrote it."""

    _inherit = "account.move"

    @api.model
    def _billing_find_in_text(self, companies, text):
        """Posted customer invoices and credit notes of companies that a text names.

        The caller has checked the companies, and looks who the customers are.

        :return: those named in full, and those whose number was named without its
            first part, which says nothing to somebody who is not the customer
        """
        self.env["account.move"].flush_model(
            ["name", "payment_reference", "sequence_prefix", "sequence_number", "state"]
        )
        hits = reference.find_numbers(text, self._billing_get_prefixes(companies))
        references = reference.find_references(text)
        rows = self._billing_fetch_named(companies, hits, references)
        named = self.browse([move_id for move_id, whole in rows if whole])
        return named, self.browse([move_id for move_id, whole in rows if not whole])

    @api.model
    def _billing_get_prefixes(self, companies):
        """Prefixes of the numbers in the sales journals.

        Each is the next in the index of Odoo's own numbering: as many steps as there
        are prefixes, however many invoices.
        """
        query = SQL(
            """WITH RECURSIVE used(journal_id, prefix) AS (
                   SELECT id, (SELECT MAX(sequence_prefix) FROM account_move
                                WHERE journal_id = journal.id)
                     FROM account_journal journal
                    WHERE type = 'sale' AND company_id = ANY(%s)
                   UNION ALL
                   SELECT journal_id, (
                          SELECT MAX(sequence_prefix) FROM account_move
                           WHERE journal_id = used.journal_id
                             AND sequence_prefix < used.prefix)
                     FROM used WHERE prefix IS NOT NULL)
               SELECT DISTINCT prefix FROM (
                   SELECT prefix FROM used WHERE prefix IS NOT NULL LIMIT %s) first""",
            companies.parent_ids.ids,  # a branch uses the journals of its parents
            MAX_PREFIXES,
        )
        return [prefix for [prefix] in self.env.execute_query(query)]

    @api.model
    def _billing_fetch_named(self, companies, hits, references):
        """``[(id, named in full)]``, by the indexes on numbers and references."""
        if not hits and not references:
            return []
        hits = sorted(hits)
        return self.env.execute_query(
            SQL(
                """SELECT move.id, BOOL_OR(named.whole) FROM (
                       SELECT numbered.id, hit.whole
                         FROM UNNEST(%s::varchar[], %s::int[], %s::bool[])
                           AS hit(prefix, number, whole)
                         JOIN account_journal journal
                           ON journal.type = 'sale' AND journal.company_id = ANY(%s)
                         JOIN account_move numbered
                           ON numbered.journal_id = journal.id
                          AND numbered.sequence_prefix = hit.prefix
                          AND numbered.sequence_number = hit.number
                       UNION ALL
                       SELECT id, TRUE FROM account_move
                        WHERE payment_reference = ANY(%s)) named
                     JOIN account_move move ON move.id = named.id
                    WHERE move.company_id = ANY(%s) AND move.state = 'posted'
                      AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                    GROUP BY move.id ORDER BY move.id""",
                [hit.prefix for hit in hits],
                [hit.number for hit in hits],
                [hit.whole for hit in hits],
                companies.parent_ids.ids,
                references,
                companies.ids,
            )
        )
