from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.followup import SEND

FAILED = "failed"
LETTER = "letter"
# Reasons for which a letter would not be printed, but withdrawn.
LEFT_ALONE = ("postponed", "held", "promised", "disputed", "credited")
ADDRESS_PROBLEMS = ("missing", "invalid", "blacklisted")


class BillingWorklist(models.Model):
    """What keeps a notice that is due from the customer, and asks for a person.

    A notice that did not arrive, or a letter that nobody has printed yet: the next,
    harsher stage waits until that is solved. And an address that cannot be written to.
    """

    _inherit = "billing.worklist"

    @api.model
    def _get_obstacles(self, company, evaluated, partner_ids=None):
        """``{partner_id: wait reason}``, set-based."""
        return self._get_address_problems(evaluated) | self._get_unsolved(
            company, partner_ids
        )

    @api.model
    def _get_unsolved(self, company, partner_ids=None):
        """Customers whose latest notice did not reach them yet, and why."""
        self.env["billing.followup.notice"].flush_model()
        where = SQL("company_id = %s AND issued_on IS NOT NULL", company.id)
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, BOOL_OR(state = 'failed') FROM (
                       SELECT DISTINCT ON (partner_id, currency_id) partner_id, state,
                              failure_handled, letter_state
                         FROM billing_followup_notice
                        WHERE %s AND cancelled_on IS NULL
                        ORDER BY partner_id, currency_id, date DESC, id DESC) latest
                    WHERE (state = 'failed' AND failure_handled IS NOT TRUE)
                       OR (state = 'queued' AND letter_state = 'to_print')
                    GROUP BY partner_id""",
                where,
            )
        )
        return {partner_id: FAILED if failed else LETTER for partner_id, failed in rows}

    @api.model
    def _get_address_problems(self, evaluated):
        """Customers whose due notice would go by e-mail alone, to a bad address."""
        stages = self.env["billing.followup.stage"].sudo()
        stages = stages.with_context(active_test=False).search(
            [("send_email", "=", True), ("send_letter", "=", False)]
        )
        by_email = set(stages.ids)
        newest = {
            max(line.id for line in decision.listed): partner_id
            for partner_id, decisions in evaluated.items()
            for decision, _lines in decisions.values()
            if decision.outcome == SEND and decision.stage.id in by_email
        }
        if not newest:
            return {}
        notices = self.env["billing.followup.notice"]
        contacts = notices._get_contacts_of_lines(newest)
        problems = notices._get_address_problems(
            self.env["res.partner"].union(*contacts.values())
        )
        return {
            newest[line_id]: problems[contact]
            for line_id, contact in contacts.items()
            if contact in problems
        }

    @api.model
    def _respect_obstacle(self, action, reason, obstacle):
        """What to do where there is an obstacle: solve it first."""
        if obstacle == FAILED:
            return "fix", FAILED
        if obstacle == LETTER and reason not in LEFT_ALONE:
            return "print", LETTER
        if obstacle in ADDRESS_PROBLEMS and action in ("auto", "send"):
            return "fix", obstacle
        return action, reason

    def _has_address_problem(self):
        return self.next_action == "fix" and self.wait_reason in ADDRESS_PROBLEMS

    def _is_for_job(self):
        """Whether the daily job has something to do for the customer.

        Where the address is bad it makes the notice, which fails and is handed over to
        a person: the letter or a call takes over.
        """
        return self.next_action == "auto" or self._has_address_problem()

    def _check_may_be_sent(self):
        """Refuse to send to whom it was promised not to, or before what is unsolved."""
        for row in self:
            row._check_not_postponed()
            if row._get_unsolved(row.company_id, row.partner_id.ids):
                raise UserError(
                    self.env._(
                        "The last notice to %(customer)s has not arrived: solve that"
                        " first, by another attempt, a letter or a call.",
                        customer=row.partner_id.display_name,
                    )
                )

    def _check_not_postponed(self):
        """Refuse to send to customers who were promised to be left alone."""
        for row in self.filtered(lambda row: row._is_postponed()):
            raise UserError(
                self.env._(
                    "%(customer)s is postponed until %(date)s: nothing goes out before"
                    " that day. Press 'Resume now' on the customer first.",
                    customer=row.partner_id.display_name,
                    date=format_date(self.env, row.postponed_until),
                )
            )

    def action_open_partner(self):
        """Open the customer, whose address is to be corrected."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_send_letter(self):
        """Send what is due by letter, as there is no address to write to."""
        self.ensure_one()
        failed = self._send_now().filtered(lambda notice: notice.state == "failed")
        if not failed:
            raise UserError(self._explain_waiting())
        failed.action_letter_instead()
        return self._get_letter_action(failed)

    def action_open_letters(self):
        """Open the letters that are to be printed for the customer."""
        self.ensure_one()
        letters = self.notice_ids.filtered(lambda n: n.letter_state == "to_print")
        return self._get_letter_action(letters)

    def _get_letter_action(self, letters):
        if len(letters) == 1:
            return letters.get_formview_action()
        return self._get_notice_action(letters)
