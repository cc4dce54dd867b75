from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.billing_ticket import OPEN_STATES
from .portal_promise import PortalPromise

# The page of the account shows so many tickets; the list has them all.
LATEST = 5
BADGES = {
    "disputed": "text-bg-warning",
    "in_transit": "text-bg-info",
    "promised": "text-bg-info",
    "overdue": "text-bg-danger",
    "open": "text-bg-light border",
}


class PortalTicket(PortalPromise):
    """Customers see what becomes of their disputes and questions, and answer."""

    # -- pages -----------------------------------------------------------------------

    @http.route(
        ["/my/billing/tickets", "/my/billing/tickets/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_billing_tickets(
        self, page=1, sortby=None, filterby=None, search=None, **_kwargs
    ):
        sortings, filters = self._ticket_sortings(), self._ticket_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        domain = self._ticket_domain() & filters[filterby]["domain"]
        domain &= self._ticket_search_domain(search)
        tickets_sudo = request.env["billing.ticket"].sudo()
        chosen = {"sortby": sortby, "filterby": filterby, "search": search or ""}
        pager = portal_pager(
            url="/my/billing/tickets",
            url_args=chosen,
            total=tickets_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        tickets_sudo = tickets_sudo.search(
            domain,
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pager["offset"],
        )
        request.session["my_billing_tickets_history"] = tickets_sudo.ids[:100]
        values = {
            **self._prepare_portal_layout_values(),
            **chosen,
            "page_name": "billing_ticket",
            "default_url": "/my/billing/tickets",
            "tickets": self._ticket_rows(tickets_sudo),
            "pager": pager,
            "searchbar_sortings": sortings,
            "searchbar_filters": filters,
            "searchbar_inputs": {
                "all": {"input": "all", "label": request.env._("Search in all")}
            },
            "search_in": "all",
        }
        return request.render("billing_coordinator.portal_my_billing_tickets", values)

    @http.route(
        "/my/billing/tickets/<int:ticket_id>", type="http", auth="public", website=True
    )
    def portal_billing_ticket(self, ticket_id, access_token=None, **kwargs):
        """One ticket, for its customer and for whoever was sent the link."""
        try:
            ticket_sudo = self._document_check_access(
                "billing.ticket", ticket_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my/billing/tickets")
        identity = {key: kwargs[key] for key in ("pid", "hash") if key in kwargs}
        values = self._get_page_view_values(
            ticket_sudo,
            access_token,
            {
                "page_name": "billing_ticket",
                "ticket": ticket_sudo,
                "created": "created" in kwargs,
            },
            "my_billing_tickets_history",
            False,
            **identity,
        )
        return request.render("billing_coordinator.portal_my_billing_ticket", values)

    # -- the list ------------------------------------------------------------------

    def _ticket_domain(self):
        """The tickets of the customer, whoever asks."""
        partner = self._billing_partner()
        return Domain("partner_id.commercial_partner_id", "=", partner.id)

    def _ticket_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "id desc"},
            "name": {"label": request.env._("Number"), "order": "name"},
            "state": {"label": request.env._("State"), "order": "state, id desc"},
        }

    def _ticket_filters(self):
        is_open = Domain("state", "in", OPEN_STATES)
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "open": {"label": request.env._("Open"), "domain": is_open},
            "closed": {"label": request.env._("Closed"), "domain": ~is_open},
        }

    def _ticket_search_domain(self, search):
        """Number, subject, or an invoice of the ticket."""
        if not search:
            return Domain.TRUE
        return (
            Domain("name", "ilike", search)
            | Domain("subject", "ilike", search)
            | Domain("line_ids.move_name", "ilike", search)
        )

    def _ticket_rows(self, tickets_sudo):
        answers = tickets_sudo._get_last_answers()
        return [
            {"ticket": ticket, "answered": answers.get(ticket.id)}
            for ticket in tickets_sudo
        ]

    # -- the account ---------------------------------------------------------------

    def _billing_values(self, **kwargs):
        values = super()._billing_values(**kwargs)
        rows = [
            row
            for account in values["accounts"]
            for section in account["sections"]
            for row in section["rows"].items[: values["shown"]]
        ]
        tickets_sudo = request.env["billing.ticket"].sudo()
        tickets_sudo = tickets_sudo.search(
            self._ticket_domain(), order="id desc", limit=LATEST
        )
        return values | {
            "item_states": self._billing_item_states(rows),
            "payable": self._billing_payable(rows),
            "tickets": self._ticket_rows(tickets_sudo),
        }

    def _billing_promisable(self, section):
        """What is in dispute cannot be promised as well."""
        lines = [row.line_id for row in section["rows"].items if row.residual > 0]
        receivables_sudo = request.env["billing.receivable"].sudo().browse(lines)
        free = sum(
            receivable.residual_currency - receivable.withheld
            for receivable in receivables_sudo
        )
        promisable = super()._billing_promisable(section)
        return min(promisable, section["currency"].round(free))

    def _billing_item_states(self, rows):
        """``{journal item id: state in words}`` of what the customer owes."""
        rows = [row for row in rows if row.residual > 0]
        disputes = self._billing_disputes({row.move_id for row in rows})
        keys = self._billing_held([row.line_id for row in rows])
        words = {
            "disputed": request.env._("In dispute"),
            "in_transit": request.env._("Being paid"),
            "promised": request.env._("Promised"),
            "overdue": request.env._("Overdue"),
            "open": request.env._("Open"),
        }
        states = {}
        for row in rows:
            ticket_sudo = disputes.get(row.move_id)
            due = "overdue" if row.days > 0 else "open"
            key = "disputed" if ticket_sudo else keys.get(row.line_id, due)
            states[row.line_id] = {
                "label": words[key],
                "badge": BADGES[key],
                "ticket": ticket_sudo,
            }
        return states

    def _billing_disputes(self, move_ids):
        """``{invoice id: ticket}`` of what is in dispute, wholly or in part.

        Customers have no access of their own: the ids are those of their open items.
        """
        lines_sudo = request.env["billing.ticket.line"].sudo()
        lines_sudo = lines_sudo.search(
            [("move_id", "in", list(move_ids)), ("is_open", "=", True)], order="id"
        )
        return {line.move_id.id: line.ticket_id for line in lines_sudo}

    def _billing_held(self, line_ids):
        """``{journal item id: key}`` of what is promised or being paid.

        Customers have no access of their own: the ids are those of their open items.
        """
        covers_sudo = request.env["billing.promise.line"].sudo()
        covers_sudo = covers_sudo.search(
            [("move_line_id", "in", line_ids), ("is_open", "=", True)]
        )
        receivables_sudo = request.env["billing.receivable"].sudo()
        paid_sudo = receivables_sudo.search(
            [("id", "in", line_ids), ("hold_reason", "=", "in_transit")]
        )
        promised = dict.fromkeys(covers_sudo.move_line_id.ids, "promised")
        return promised | dict.fromkeys(paid_sudo.ids, "in_transit")

    def _billing_payable(self, rows):
        """``{invoice id: address of its form of payment}`` on Odoo's own page.

        The form takes a payment only with the invoice's token in its address.
        """
        return {
            move.id: move.get_portal_url(
                anchor="portal_pay", query_string="&payment=True"
            )
            for move in self._billing_payable_moves(rows)
        }

    def _billing_payable_moves(self, rows):
        """The invoices that a payment can be made for."""
        moves_sudo = request.env["account.move"].sudo()
        if not hasattr(moves_sudo, "_has_to_be_paid"):  # nothing to pay with installed
            return moves_sudo
        providers_sudo = request.env["payment.provider"].sudo()
        providers_sudo = providers_sudo.search(
            [("state", "!=", "disabled"), ("is_published", "=", True)]
        )
        return moves_sudo.browse({row.move_id for row in rows}).filtered(
            lambda move: (
                move.company_id.root_id in providers_sudo.company_id.root_id
                and move._has_to_be_paid()
            )
        )
