from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.matching.match import match_one


class BillingPaymentMatch(models.Model):
    """Proposals for the lines of the bank that are left, made anew in every run."""

    _inherit = "billing.payment.match"

    @api.model
    def _get_left_domain(self):
        """Lines of the bank that nobody has matched or set aside."""
        # Of lines that the search finds anyway: their rules are the same.
        skipped = self.sudo()._search(Domain("state", "=", "skipped"))
        return (
            Domain("is_reconciled", "=", False)
            & Domain("state", "=", "posted")
            & Domain("amount", "!=", 0)
            & Domain("id", "not in", skipped.subselect("statement_line_id"))
        )

    @api.model
    def action_match_again(self, statement_line_ids=None):
        """Look anew at lines of the bank that are left, at all of them by default.

        :return: number of lines that were looked at
        """
        self.browse().check_access("read")
        lines = self.env["account.bank.statement.line"]
        domain = Domain("company_id", "in", self.env.companies.ids)
        domain &= self._get_left_domain()
        if statement_line_ids is not None:
            domain &= Domain("id", "in", statement_line_ids)
        lines = lines.search(domain)
        if not self._propose(lines):
            raise UserError(
                self.env._("Matching is under way at this moment. Try again shortly.")
            )
        return len(lines)

    @api.model
    def _propose(self, statement_lines):
        """Make the proposals of these lines anew, with one reading of what is open.

        :return: False where another process is at it for one of the bank accounts;
            nothing is done for that one
        """
        done = True
        for journal, lines in statement_lines.grouped("journal_id").items():
            # Whoever reads matches may have them made; only the rules write them.
            journal_sudo, lines_sudo = journal.sudo(), lines.sudo()
            if journal_sudo.try_lock_for_update(allow_referencing=True):
                self.sudo()._propose_of(journal_sudo, lines_sudo)
            else:
                done = False
        return done

    @api.model
    def _propose_of(self, journal, lines):
        """For lines of one bank account; those of a branch see what is of the branch.

        What a line pays for certain is open no more for the next.
        """
        self._forget_proposals(lines)
        undone = self._get_undone_ids(lines)
        for company, own in lines.grouped("company_id").items():
            rules = self._load_rules(journal, company)
            index = self._load_index(journal, company, own)
            items = dict(index.items)
            results = []
            for payment in self._load_payments(own.sorted("internal_index")):
                result = match_one(payment, index, rules)
                result.automatic &= payment.id not in undone
                results.append(result)
                if result.automatic:
                    _take(index, result.proposals[0])
            self._write_proposals(results, items, own[:1])

    @api.model
    def _get_undone_ids(self, lines):
        """Lines whose match somebody took back: nothing is sure of them any more."""
        undone = self.search(
            Domain("statement_line_id", "in", lines.ids)
            & Domain("state", "=", "undone")
        )
        return set(undone.statement_line_id.ids)

    @api.model
    def _forget_proposals(self, lines):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """DELETE FROM billing_payment_match
                    WHERE statement_line_id = ANY(%s) AND state = 'proposed'""",
                lines.ids,
            )
        )
        self.env["billing.payment.match.line"].invalidate_model(flush=False)
        self.invalidate_model(flush=False)

    def _after_apply(self):
        """Other lines cannot pay what is settled now: they are looked at anew."""
        result = super()._after_apply()
        self.env.flush_all()
        settled = self.line_ids.move_line_id.filtered("reconciled")
        self.env.cr.execute(
            SQL(
                """DELETE FROM billing_payment_match match
                    USING billing_payment_match_line line
                    WHERE line.match_id = match.id AND match.state = 'proposed'
                      AND line.move_line_id = ANY(%s)""",
                settled.ids,
            )
        )
        self.invalidate_model(flush=False)
        return result


def _take(index, proposal):
    if proposal.returns is None:
        index.take(proposal.paid)
    else:
        index.received.give_back(proposal.returns)
