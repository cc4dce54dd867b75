from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from ..tools.followup import SEND


class BillingFollowupNotice(models.Model):
    """How a notice is made from a decision and goes out."""

    _inherit = "billing.followup.notice"

    # -- from a decision to a draft ---------------------------------------------

    @api.model
    def _create_from_decision(self, worklist, currency, decision):
        """Write down what the customer is reminded of; nothing goes out yet."""
        stage = self.env["billing.followup.stage"].browse(decision.stage.id)
        contact = self._get_contact(worklist, decision)
        notice = self.create(
            {
                "company_id": worklist.company_id.id,
                "partner_id": worklist.partner_id.id,
                "contact_id": contact.id,
                "currency_id": currency.id,
                "stage_id": stage.id,
                "date": fields.Date.context_today(self),
                "amount": decision.amount,
                "company_amount": decision.company_amount,
                "responsible_id": worklist.responsible_id.id,
                "send_email": stage.send_email,
                "send_letter": stage.send_letter,
            }
        )
        notice._create_lines(decision)
        notice._render_text()
        return notice

    @api.model
    def _get_contact(self, worklist, decision):
        """The person who got the newest of the invoices, see ``_choose_contact``."""
        newest = max(decision.listed, key=lambda line: line.id)
        item = self.env["account.move.line"].browse(newest.id)
        return self._choose_contact(item.move_id.partner_id, worklist.partner_id)

    @api.model
    def _choose_contact(self, invoiced, customer):
        """Whom to write to: the invoiced contact, an invoicing address, the customer.

        Someone with an e-mail address comes before someone without.
        """
        candidates = (
            invoiced
            | customer.child_ids.filtered(lambda contact: contact.type == "invoice")
            | customer
        )
        return candidates.filtered("email")[:1] or candidates[:1]

    def _create_lines(self, decision):
        """Record the receivables as they stand, due ones with the stage they reach."""
        today = fields.Date.context_today(self)
        rows = decision.listed + decision.credits
        journal_items = self.env["account.move.line"].browse(
            [row.id for row in rows if row.id > 0]
        )
        journal_items.fetch(["move_id", "move_name"])
        by_id = {item.id: item for item in journal_items}
        values = []
        for row in rows:
            item = by_id.get(row.id, self.env["account.move.line"])
            step = decision.steps.get(row.id)
            values.append(
                {
                    "notice_id": self.id,
                    "company_id": self.company_id.id,
                    "currency_id": self.currency_id.id,
                    "move_line_id": item.id,
                    "move_id": item.move_id.id,
                    "label": item.move_name or self.env._("Payment received"),
                    "date_maturity": row.due,
                    "days_overdue": (today - row.due).days,
                    "residual": row.residual_currency,
                    "stage_id": step.stage.id if step else row.stage_id,
                    "advances": bool(step),
                    "date": self.date,
                }
            )
        self.env["billing.followup.notice.line"].create(values)

    def _render_text(self):
        """Write subject and text in the language of the contact."""
        for notice in self:
            template = notice.stage_id.mail_template_id
            if not template:
                notice.subject = notice.stage_id.name
                continue
            lang = notice._get_lang()
            template = template.with_context(lang=lang)
            render = {
                field: template._render_field(field, notice.ids)[notice.id]
                for field in ("subject", "body_html")
            }
            notice.write({"subject": render["subject"], "body": render["body_html"]})

    def mail_allowed_qweb_expressions(self):
        """Placeholders that anyone may use in the texts, rendered without code."""
        return super().mail_allowed_qweb_expressions() + (
            "object.contact_id.name",
            "object.amount_text",
            "object.company_id.name",
            "object.line_table",
            "object.responsible_id.name",
            "object.stage_id.name",
        )

    def _get_lang(self):
        return self.contact_id.lang or self.partner_id.lang or self.env.lang

    # -- going out ---------------------------------------------------------------

    def _issue_draft(self):
        """Send a draft; refuse when the customer no longer owes what it says."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._("%(notice)s is not a draft.", notice=self.display_name)
            )
        worklist = self.env["billing.worklist"]._get_row(self.company_id, self.partner_id)
        decision = worklist._decide_locked().get(self.currency_id.id)
        claimed = {
            (line.move_line_id.id, line.residual) for line in self.line_ids
        }
        if not decision or decision.outcome != SEND or claimed != {
            (line.id if line.id > 0 else False, line.residual_currency)
            for line in decision.listed + decision.credits
        }:
            raise UserError(
                self.env._(
                    "%(customer)s no longer owes what this draft says: something was"
                    " paid, credited or put on hold. Delete the draft and prepare a new"
                    " one.",
                    customer=self.partner_id.display_name,
                )
            )
        self._issue()
        worklist._refresh(self.company_id, self.partner_id.ids)

    def _issue(self):
        """Issue the notice: its stages count from now on, its message is queued."""
        self.ensure_one()
        self.write(
            {
                "issued_on": fields.Datetime.now(),
                "issued_by_id": self.env.uid,
                "letter_state": "to_print" if self.send_letter else False,
            }
        )
        if self.send_email:
            self._queue_email()
        self._log_on_documents()
        self._plan_activities()

    def _queue_email(self):
        """Queue the e-mail, or say on the notice why there is none to send to."""
        self.ensure_one()
        problem = self._get_address_problem()
        self.write({"address_problem": problem, "email": self.contact_id.email})
        if problem:
            return
        message = self.with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True
        ).message_post(
            subject=self.subject,
            body=self.body or "",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.contact_id.ids,
            attachment_ids=self._get_attachments().ids,
            email_layout_xmlid="mail.mail_notification_light",
            email_add_signature=False,
            force_send=False,
        )
        self.mail_message_id = message

    def _get_address_problem(self):
        """Why the contact cannot be written to, False if it can."""
        if not self.contact_id.email:
            return "missing"
        address = email_normalize(self.contact_id.email)
        if not address:
            return "invalid"
        blacklisted = self.env["mail.blacklist"].sudo().search_count(
            [("email", "=", address)], limit=1
        )
        return "blacklisted" if blacklisted else False

    def _get_attachments(self):
        """PDFs that go with the e-mail, as the stage asks for."""
        attachments = self.env["ir.attachment"]
        if self.stage_id.attach_invoices:
            attachments |= self._get_invoice_attachments()
        if self.stage_id.attach_statement:
            attachments |= self._get_letter_attachment()
        return attachments

    def _get_invoice_attachments(self):
        """The legal PDFs of the overdue invoices, made where there is none yet."""
        overdue = self.line_ids.filtered(lambda line: line.residual > 0).move_id
        invoices = overdue.filtered(lambda move: move.is_sale_document())
        for invoice in invoices.filtered(lambda move: not move.invoice_pdf_report_id):
            self.env["account.move.send"]._generate_and_send_invoices(
                invoice, sending_methods=[], allow_fallback_pdf=True
            )
        return invoices.invoice_pdf_report_id

    def _get_letter_attachment(self):
        report = self.env.ref("billing_coordinator.action_report_followup_letter")
        content, _type = self.env["ir.actions.report"]._render_qweb_pdf(report, self.ids)
        return self.env["ir.attachment"].create(
            {
                "name": f"{self.name}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    # -- who learns of it -----------------------------------------------------------

    def _log_on_documents(self):
        """Note the notice in the chatter of the customer and of each invoice."""
        self.ensure_one()
        body = Markup("<p>%s</p>") % self.env._(
            "%(stage)s %(link)s over %(amount)s",
            stage=self.stage_id.name,
            link=self._get_html_link(title=self.name),
            amount=self.currency_id.format(self.amount),
        )
        message = self.partner_id._message_log(body=body)
        self._copy_message(message, self.line_ids.move_id.ids)

    @api.model
    def _copy_message(self, message, move_ids):
        """Put the note on many invoices in one statement.

        One note per invoice through the ORM costs more than everything else that a
        notice does; the copies differ in the document only.
        """
        if not move_ids:
            return
        message.flush_recordset()
        own = {"id", "model", "res_id"}
        columns = [
            SQL.identifier(name)
            for name, field in message._fields.items()
            if field.store and field.column_type and name not in own
        ]
        names = SQL(", ").join(columns)
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_message (%s, model, res_id)
                   SELECT %s, 'account.move', move.id
                     FROM mail_message, UNNEST(%s) move(id)
                    WHERE mail_message.id = %s""",
                names,
                names,
                list(move_ids),
                message.id,
            )
        )
        self.env["account.move"].browse(move_ids).invalidate_recordset(["message_ids"])

    def _plan_activities(self):
        """Plan what people have to do beside the message itself."""
        self.ensure_one()
        stage = self.stage_id
        worklist = self.env["billing.worklist"]._get_row(self.company_id, self.partner_id)
        if stage.activity_type_id:
            worklist._plan(
                self.responsible_id,
                stage.name,
                stage.activity_note,
                activity_type=stage.activity_type_id,
            )
        if stage.escalate:
            worklist._plan(
                self.company_id.billing_responsible_id,
                self.env._("%(stage)s sent: decide what follows", stage=stage.name),
            )
        if self.state == "failed":
            self._hand_over_failure(worklist)

    def _hand_over_failure(self, worklist):
        """The message did not arrive: someone takes over by letter or by phone."""
        worklist._plan(
            self.responsible_id,
            self.env._("%(notice)s did not arrive", notice=self.display_name),
            self.env._(
                "%(reason)s. Correct the address and retry, print the letter or call.",
                reason=self.failure_reason,
            ),
        )
        self.failure_handed_over = True

    # -- what comes back --------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """An answer of the customer reaches the person who is responsible."""
        if message.message_type == "email" and self.responsible_id:
            self.message_subscribe(partner_ids=self.responsible_id.partner_id.ids)
            worklist = self.env["billing.worklist"]._get_row(
                self.company_id, self.partner_id
            )
            worklist.sudo()._plan(
                self.responsible_id,
                self.env._("Answer the reply to %(notice)s", notice=self.display_name),
            )
        return super()._message_post_after_hook(message, msg_values)
