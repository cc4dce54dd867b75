from email.message import EmailMessage

from odoo import api, models

from ..tools import mail

DEFAULT_MAX_MB = 20


class BillingTicket(models.Model):
    """What of an e-mail can be kept: files that are not too large, and no NUL."""

    _inherit = "billing.ticket"

    @api.model
    def _remove_nul(self, message_dict):
        """PostgreSQL stores no text with it."""
        for key in ("subject", "body"):
            message_dict[key] = message_dict.get(key) or ""
        for key, value in message_dict.items():
            if isinstance(value, str):
                message_dict[key] = value.replace("\x00", "")
        message_dict["attachments"] = [
            attachment._replace(fname=(attachment.fname or "").replace("\x00", ""))
            for attachment in message_dict.get("attachments") or ()
        ]

    def _leave_out_large(self, msg_dict):
        """Keep what is not too large, and say what was left out, to the sender too."""
        limit = self._get_max_mb()
        kept, names = [], []
        for attachment in msg_dict.get("attachments") or ():
            if _size(attachment.content) > limit * 1024 * 1024:
                names.append(attachment.fname)
            else:
                kept.append(attachment)
        if not names:
            return
        msg_dict["attachments"] = kept
        text = self.env._(
            "Not kept, as larger than %(limit)s MB: %(files)s. Please send it in"
            " smaller parts, or tell us where we can fetch it.",
            limit=limit,
            files=", ".join(names),
        )
        writer = self.env.context.get("billing_mail_writer", mail.PERSON)
        if writer == mail.PERSON and not msg_dict.get("is_internal"):
            self._answer_by_itself(text, msg_dict.get("email_from"))
        else:
            self._message_log(body=text)

    @api.model
    def _get_max_mb(self):
        """The limit per file, in megabytes; a manager can change it."""
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param("billing_coordinator.ticket_max_mb", "")
        return int(value) if value.isdigit() else DEFAULT_MAX_MB


def _size(content):
    """Bytes of what an e-mail has attached: a file, a text, or another e-mail."""
    if isinstance(content, EmailMessage):
        content = content.as_bytes()
    return len(content.encode() if isinstance(content, str) else content)
