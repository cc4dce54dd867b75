from odoo import api, fields, models
from odoo.tools import SQL

from .billing_ticket_screen import COORDINATOR

FIGURES = ("due", "overdue", "disputed", "promised", "contact_on")
# By the worklist, and by the open items as they are now.
QUERY = """
SELECT row.company_id, row.partner_id, row.amount_due, row.amount_overdue,
       COALESCE(item.disputed, 0), COALESCE(item.promised, 0), row.last_contact_date
  FROM billing_worklist row
  LEFT JOIN (%(items)s) item USING (company_id, partner_id)
 WHERE row.id IN %(rows)s
"""


class BillingTicket(models.Model):
    """The customer beside the ticket, in the few figures that matter for an answer."""

    _inherit = "billing.ticket"

    customer_due = fields.Monetary(
        "Open",
        compute="_compute_customer",
        groups=COORDINATOR,
        help="All open items of the customer, less unapplied credits.",
    )
    customer_overdue = fields.Monetary(
        "Overdue", compute="_compute_customer", groups=COORDINATOR
    )
    customer_disputed = fields.Monetary(
        "Disputed",
        compute="_compute_customer",
        groups=COORDINATOR,
        help="By all open tickets of the customer.",
    )
    customer_promised = fields.Monetary(
        "Promised",
        compute="_compute_customer",
        groups=COORDINATOR,
        help="Promised by the customer, and not in dispute.",
    )
    customer_contact_on = fields.Date(
        "Last contact", compute="_compute_customer", groups=COORDINATOR
    )

    @api.depends("partner_id", "company_id")
    def _compute_customer(self):
        found = self._fetch_customers()
        for ticket in self:
            figures = found.get((ticket.company_id.id, ticket.partner_id.id))
            for name, value in zip(FIGURES, figures or [False] * 5, strict=True):
                ticket[f"customer_{name}"] = value

    def _fetch_customers(self):
        """``{(company id, customer id): figures}``, of all tickets in one query."""
        self.env.flush_all()
        domain = [
            ("company_id", "in", self.company_id.ids),
            ("partner_id", "in", self.partner_id.ids),
        ]
        items = self.env["billing.receivable"]._search(domain)
        items.groupby = SQL("company_id, partner_id")
        booked = SQL("residual / NULLIF(residual_currency, 0)")
        query = SQL(
            QUERY,
            items=items.select(
                SQL(
                    """company_id, partner_id, SUM(disputed * %s) disputed,
                       SUM((withheld - LEAST(disputed, withheld)) * %s) promised""",
                    booked,
                    booked,
                )
            ),
            rows=self.env["billing.worklist"]._search(domain).subselect(),
        )
        rows = self.env.execute_query(query)
        return {(company, partner): figures for company, partner, *figures in rows}

    def action_open_customer(self):
        """Open the customer's page: what is open, how they pay, what happened."""
        self.ensure_one()
        row = self.env["billing.worklist"]._get_row(self.company_id, self.partner_id)
        return row.get_formview_action()
