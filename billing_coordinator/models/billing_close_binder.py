from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext, human_size
from odoo.tools.image import image_data_uri
from odoo.tools.misc import format_date

from ..tools.binder_files import clip, safe_name, show_marks
from .billing_close import LOCKED
from .billing_close_task_sign import ACCOUNTANT, MANAGER

REPORT = "billing_coordinator.action_report_close_binder"


class BillingClose(models.Model):
    """The close binder: what an auditor gets of a close, as it is now.

    It is printed anew each time and says as of when, and with which digest the chain of
    sign-offs ended: two binders with the same digest tell of the same sign-offs.
    """

    _inherit = "billing.close"

    kept_binder_ids = fields.Many2many(
        "ir.attachment",
        "billing_close_kept_binder_rel",
        "close_id",
        "attachment_id",
        "Kept binders",
        readonly=True,
        copy=False,
    )

    # -- buttons -----------------------------------------------------------------------

    def action_print_binder(self):
        self.ensure_one()
        self.check_access("read")
        return self.env.ref(REPORT).report_action(self, config=False)

    def action_download_binder(self):
        """The binder with its evidence and tables, as a zip file."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/billing_coordinator/close/{self.id}/binder.zip",
            "target": "download",
        }

    def action_keep_binder(self):
        """Keep the binder as it is now in the history of the close.

        A button and nothing that locking does by itself: printing takes seconds and may
        fail, and neither may keep a month from being locked.
        """
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if not (user.has_group(ACCOUNTANT) or user.has_group(MANAGER)):
            raise AccessError(self.env._("Accountants and managers keep a binder."))
        content, _type = self.env["ir.actions.report"]._render_qweb_pdf(
            REPORT, self.ids
        )
        message = self.message_post(
            body=self.env._(
                "The close binder as it is now. The last sign-off has the digest"
                " %(digest)s.",
                digest=self._get_last_digest() or self.env._("(nothing is signed)"),
            ),
            attachments=[(f"{self._get_binder_filename()}.pdf", content)],
        )
        # Accountants do not write what a close says of itself.
        self.sudo().kept_binder_ids += message.attachment_ids

    def _get_binder_filename(self):
        """Name of the file, without its ending."""
        words = self.env._(
            "Close binder %(company)s %(period)s",
            company=self.company_id.name,
            period=format_date(self.env, self.date_to, date_format="y-MM"),
        )
        return safe_name(words)

    # -- what stands in it -------------------------------------------------------------

    def _get_binder_parts(self):
        """The cover and the sections, each as HTML: ``[{"title", "html", "heads"}]``.

        ``heads`` are the column heads to be repeated on its further pages.
        """
        self.ensure_one()
        self.check_access("read")
        shared = self._get_binder_shared()
        sections = self._get_binder_sections()
        shared["contents"] = [title for title, _template, _values in sections]
        cover = "billing_coordinator.report_close_binder_cover"
        pages = [(self.display_name, cover, self._get_binder_cover()), *sections]
        return [
            self._render_binder_part(
                template, {**shared, "title": title, "number": number, **values}
            )
            for number, (title, template, values) in enumerate(pages)
        ]

    def _render_binder_part(self, template, values):
        qweb, heads = self.env["ir.qweb"], values.get("heads")
        return {
            "title": values["title"],
            "html": show_marks(qweb._render(template, values)),
            "heads": show_marks(qweb._render(heads, values)) if heads else "",
        }

    def _get_binder_shared(self):
        """What each template of the binder may use."""
        company = self.company_id.sudo()  # its logo and currency are no secret
        return {
            "close": self,
            "company": company,
            "books": self._get_books_sudo(),
            "currency": company.currency_id,
            "printed_on": fields.Datetime.now(),
            "user": self.env.user,
            "labels": self._get_binder_labels(),
            "human_size": human_size,
            "plain": html2plaintext,
            "clip": clip,
            "image_data_uri": image_data_uri,
        }

    def _get_binder_labels(self):
        """Selections in words, by field."""
        task = self.env["billing.close.task"]._fields
        return {
            "close": dict(self._fields["state"]._description_selection(self.env)),
            "state": dict(task["state"]._description_selection(self.env)),
            "check": dict(task["check_state"]._description_selection(self.env)),
            "kind": dict(
                self.env["billing.close.signoff"]
                ._fields["kind"]
                ._description_selection(self.env)
            ),
        }

    def _get_binder_sections(self):
        """The sections in their order: ``[(title, template, values)]``. Hook."""
        entries = self._get_binder_entries()
        chain = self._get_binder_chain(entries)
        return [
            (
                self.env._("Exceptions"),
                "billing_coordinator.report_close_binder_exceptions",
                {"groups": self._get_binder_exceptions(entries)},
            ),
            (
                self.env._("Tasks at a glance"),
                "billing_coordinator.report_close_binder_overview",
                {
                    "entries": entries,
                    "heads": "billing_coordinator.report_close_binder_overview_heads",
                },
            ),
            (
                self.env._("Tasks in detail"),
                "billing_coordinator.report_close_binder_tasks",
                {"blocks": self._get_binder_blocks(entries)},
            ),
            *self._get_binder_books(),
            (
                self.env._("Verification of the sign-offs"),
                "billing_coordinator.report_close_binder_verification",
                chain,
            ),
            (
                self.env._("All sign-offs in their order"),
                "billing_coordinator.report_close_binder_chain",
                {
                    **chain,
                    "heads": "billing_coordinator.report_close_binder_chain_heads",
                },
            ),
        ]

    def _get_binder_cover(self):
        names = self.env["billing.close.task"]._fields["state"]
        counts = self.task_ids.grouped("state")
        entries = self._get_binder_entries()
        return {
            "counts": [
                (key, label, len(counts[key]))
                for key, label in names._description_selection(self.env)
                if key in counts
            ],
            "late_count": len(
                [e for e in entries if e["days_late"] and not e["task"].is_done]
            ),
            "exceptions": [
                (title, len(rows))
                for title, _words, rows in self._get_binder_exceptions(entries)
            ],
            "digest": self._get_last_digest(),
            "is_locked": self.state == LOCKED,
        }

    # -- verification ------------------------------------------------------------------

    def _get_chain(self):
        return self.signoff_ids.sorted("id")

    def _get_last_digest(self):
        return self._get_chain()[-1:].digest

    def _get_binder_chain(self, entries):
        chain = self._get_chain()
        return {
            "broken": self._explain_broken(),
            "chain": chain,
            "numbers": {entry["task"].id: entry["number"] for entry in entries},
            "file_count": len(chain.attachment_ids),
            # Signed for the close as a whole: locked and reopened.
            "own": chain.filtered(lambda signoff: not signoff.task_id),
        }
