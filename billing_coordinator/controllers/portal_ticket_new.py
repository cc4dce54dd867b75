import math
from typing import NamedTuple

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request

from .portal import PortalBilling

MAX_FILES = 10
MAX_FILE_SIZE = 10 * 1024 * 1024
# So many open invoices are offered, the oldest first.
OFFERED = 200
TYPES = ("out_invoice", "out_refund", "out_receipt")


class Request(NamedTuple):
    """What a customer typed, checked field by field."""

    reason: object
    amounts: dict
    text: str
    files: list


def _ids(values):
    """Numbers that may be ids; what else an address has is left out."""
    return {int(value) for value in values if value.isdecimal() and len(value) < 10}


class PortalTicketNew(PortalBilling):
    """Customers dispute invoices, or ask."""

    @http.route(
        "/my/billing/tickets/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_billing_ticket_new(self, **typed):
        # A file under another name is no answer to a question.
        typed = {key: value for key, value in typed.items() if isinstance(value, str)}
        chosen = self._ticket_chosen(typed)
        company = self._ticket_company(chosen, typed.get("company_id", ""))
        if not company:
            error = request.env._("This address is not complete: use the links below.")
            return request.render(
                "billing_coordinator.portal_my_billing",
                self._billing_values(error=error),
            )
        errors = {}
        if request.httprequest.method == "POST":
            ticket = self._ticket_submit(company, chosen, typed, errors)
            if ticket:
                return request.redirect(f"/my/billing/tickets/{ticket.id}?created=1")
        return request.render(
            "billing_coordinator.portal_my_billing_ticket_new",
            self._ticket_form_values(company, chosen, typed, errors),
        )

    # -- what may be chosen --------------------------------------------------------

    def _ticket_invoice_domain(self):
        return (
            Domain("commercial_partner_id", "=", self._billing_partner().id)
            & Domain("move_type", "in", TYPES)
            & Domain("state", "=", "posted")
        )

    def _ticket_chosen(self, typed):
        """The customer's invoices that the request names."""
        ids = _ids(
            [
                *request.httprequest.form.getlist("invoice_ids"),
                typed.get("invoice_id", ""),
            ]
        )
        moves_sudo = request.env["account.move"].sudo()
        domain = self._ticket_invoice_domain() & Domain("id", "in", list(ids))
        return moves_sudo.search(domain, order="invoice_date_due, id")

    def _ticket_company(self, chosen, company_id):
        if chosen and not company_id:
            return chosen[0].company_id
        ids = _ids([str(company_id)])
        return next((c for c in self._billing_companies() if c.id in ids), None)

    def _ticket_offered(self, company, chosen):
        """What is open, and what was chosen, be it paid already."""
        moves_sudo = request.env["account.move"].sudo()
        moves_sudo = moves_sudo.search(
            self._ticket_invoice_domain()
            & Domain("company_id", "=", company.id)
            & Domain("amount_residual", ">", 0),
            order="invoice_date_due, id",
            limit=OFFERED,
        )
        return chosen.filtered(lambda move: move.company_id == company) | moves_sudo

    def _ticket_form_values(self, company, chosen, typed, errors):
        tickets = request.env["billing.ticket"]
        reasons_sudo = tickets._get_portal_reasons(company)
        offered = self._ticket_offered(company, chosen)
        kinds = [
            kind
            for kind in ("discrepancy", "inquiry")
            if kind in reasons_sudo.mapped("kind")
        ]
        obstacles = tickets._get_dispute_obstacles(offered)
        kind = typed.get("kind") or self._ticket_default_kind(chosen, obstacles)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "billing_ticket",
            "is_new": True,
            "company": company,
            "kinds": kinds,
            "kind": kind if kind in kinds else kinds[:1] and kinds[0],
            "reasons": reasons_sudo,
            "invoices": offered,
            "chosen": chosen,
            "obstacles": obstacles,
            "typed": typed,
            "errors": errors,
            "had_files": bool(self._ticket_uploads()),
            "max_files": MAX_FILES,
            "max_size": MAX_FILE_SIZE // 1024**2,
        }

    def _ticket_default_kind(self, chosen, obstacles):
        """A question, where nothing of what was chosen can be disputed."""
        disputable = [m for m in chosen if m.amount_residual and m not in obstacles]
        return "inquiry" if chosen and not disputable else "discrepancy"

    # -- what was typed ------------------------------------------------------------

    def _ticket_submit(self, company, chosen, typed, errors):
        """The ticket, all of it, or nothing; what is wrong is told in ``errors``."""
        wanted = self._ticket_read(company, chosen, typed, errors)
        if errors:
            return None
        try:
            with request.env.cr.savepoint():
                return request.env["billing.ticket"]._make_in_portal(
                    request.env.user.partner_id, company, *wanted
                )
        except (AccessError, UserError) as problem:
            errors["form"] = str(problem)
            return None

    def _ticket_read(self, company, chosen, typed, errors):
        kind = typed.get("kind")
        reasons_sudo = request.env["billing.ticket"]._get_portal_reasons(company)
        reason_ids = _ids([typed.get(f"reason_{kind}", "")])
        reason_sudo = reasons_sudo.filtered(
            lambda reason: reason.kind == kind and reason.id in reason_ids
        )
        if not reason_sudo:
            errors["reason"] = request.env._("Choose what it is about.")
        self._ticket_check_chosen(company, chosen, kind, errors)
        text = (typed.get("text") or "").strip()
        if not text:
            errors["text"] = request.env._("Tell us in a few words what is wrong.")
        return Request(
            reason_sudo,
            self._ticket_amounts(chosen, kind, typed, errors),
            text,
            self._ticket_files(errors),
        )

    def _ticket_check_chosen(self, company, chosen, kind, errors):
        asked = set(request.httprequest.form.getlist("invoice_ids"))
        if len(asked) != len(chosen) or chosen.company_id - company:
            errors["invoices"] = request.env._(
                "One of these invoices is not in your account: choose again."
            )
        elif kind == "discrepancy" and not chosen:
            errors["invoices"] = request.env._("Choose the invoices that you dispute.")

    def _ticket_amounts(self, chosen, kind, typed, errors):
        """``{invoice: disputed amount}``; of a question nothing is in dispute."""
        if kind != "discrepancy":
            return dict.fromkeys(chosen, 0.0)
        amounts = {}
        for move in chosen:
            key = f"amount_{move.id}"
            amounts[move] = self._ticket_amount(move, typed.get(key))
            if move.move_type == "out_refund" or not move.amount_residual:
                errors[key] = request.env._(
                    "You owe nothing of it: ask a question instead."
                )
            elif not amounts[move]:
                errors[key] = request.env._(
                    "Enter an amount of more than zero and at most %(open)s.",
                    open=move.currency_id.format(move.amount_residual),
                )
        return amounts

    def _ticket_amount(self, move, typed):
        """What was typed, all that is open where nothing was; None if it is wrong."""
        if typed is None or not typed.strip():
            typed = move.amount_residual
        try:
            amount = float(typed)
        except ValueError:
            return None
        currency = move.currency_id
        if not math.isfinite(amount) or currency.compare_amounts(amount, 0) <= 0:
            return None
        if currency.compare_amounts(amount, move.amount_residual) > 0:
            return None
        return currency.round(amount)

    def _ticket_uploads(self):
        uploads = request.httprequest.files.getlist("files")
        return [upload for upload in uploads if upload.filename]

    def _ticket_files(self, errors):
        """``[(name, content)]``; one file too large is read no further than that."""
        uploads = self._ticket_uploads()
        if len(uploads) > MAX_FILES:
            errors["files"] = request.env._(
                "Send %(count)s files at most.", count=MAX_FILES
            )
            return []
        files = [(up.filename, up.read(MAX_FILE_SIZE + 1)) for up in uploads]
        for name, content in files:
            if len(content) > MAX_FILE_SIZE:
                errors["files"] = request.env._(
                    "%(name)s is larger than %(size)s MB: send a smaller file.",
                    name=name,
                    size=MAX_FILE_SIZE // 1024**2,
                )
        return files
