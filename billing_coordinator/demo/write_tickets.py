"""The tickets of one demo company."""

from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo.fields import Command, Date

from ..models.billing_ticket import OPEN_STATES
from ..tools.dispute import note
from . import catalogue

MODULE = "billing_coordinator"
# Nobody has taken up a new one yet.
UNASSIGNED = ("new",)


class TicketWriter:
    def __init__(self, env, demo, key, customers, invoices):
        self.env = env
        self.tickets = demo.of_company("tickets", key)
        self.customers = customers
        self.invoices = invoices

    def write(self):
        return self.env["billing.ticket"].create(
            [self._values(row) for row in self.tickets]
        )

    def _values(self, row):
        reason = self.env.ref(f"{MODULE}.ticket_reason_{row.reason}")
        partner = self.customers[row.customer]
        return {
            "company_id": self.env.company.id,
            "partner_id": partner.id,
            "subject": row.subject,
            "description": Markup("<p>%s</p>") % row.text,
            "kind": reason.kind,
            "reason_id": reason.id,
            "team_id": reason.team_id.id,
            "user_id": self._assignee(row, reason.team_id).id,
            "priority": row.priority,
            "state": row.state,
            "create_date": datetime.combine(row.made, time(14, 20)),
            "deadline": datetime.combine(row.deadline, time(21)),
            "resolution": row.resolution,
            "root_cause_id": self._cause(row).id,
            "resolved_on": row.resolved and datetime.combine(row.resolved, time(15)),
            "line_ids": self._lines(row),
            **self._question(row),
        }

    def _assignee(self, row, team):
        """A member of the team who works in this company."""
        company = self.env.company
        members = team.member_ids.filtered(lambda user: company in user.company_ids)
        return members[:1] if row.state not in UNASSIGNED else members.browse()

    def _question(self, row):
        """What the department was asked the day after, and what it said."""
        question, *answer = catalogue.QUESTIONS.get(row.subject, [""])
        if not question:
            return {}
        asked = datetime.combine(row.made + timedelta(days=1), time(9, 30))
        values = {
            "question": question,
            "asked_on": asked,
            "asked_by_id": self._user("coordinator").id,
            "question_deadline": datetime.combine(row.deadline, time(21)),
        }
        if answer:
            outcome, text = answer
            values |= {
                "answer": text,
                "answer_outcome": outcome,
                "answered_on": asked + timedelta(hours=4),
                "answered_by_id": self._user("department").id,
            }
        return values

    def _user(self, name):
        """Whoever writes the demo where it is written without its users."""
        return self.env.ref(f"{MODULE}.demo_user_{name}", False) or self.env.user

    def _cause(self, row):
        name = f"{MODULE}.ticket_cause_{row.cause}"
        return self.env.ref(name, False) or self.env["billing.ticket.cause"]

    def _lines(self, row):
        if not row.invoice:
            return []
        move = self.invoices[row.invoice]
        amount = move.currency_id.round(move.amount_residual * row.share)
        values = {
            "move_id": move.id,
            "amount_disputed": amount,
            "dispute_periods": self._periods(row, amount),
        }
        return [Command.create(values)]

    def _periods(self, row, amount):
        """In dispute from when the ticket was made until it was resolved."""
        reason = self.env.ref(f"{MODULE}.ticket_reason_{row.reason}")
        if reason.kind != "discrepancy":
            return []
        periods = note([], Date.to_string(row.made), amount)
        if row.state in OPEN_STATES:
            return periods
        return note(periods, Date.to_string(row.resolved or row.made), 0.0)
