from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Leave one row of the worklist in each company: Odoo deletes what clashes."""
        self._merge_billing_worklist(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """What is owed is that of all of them now; figures follow at once."""
        result = super()._update_values(src_partners, dst_partner)
        # A merge is of all companies, whoever makes it.
        worklist_sudo = self.env["billing.worklist"].sudo()
        rows_sudo = worklist_sudo.search([("partner_id", "=", dst_partner.id)])
        for company_sudo in rows_sudo.company_id:
            worklist_sudo._in_company(company_sudo)._refresh(
                company_sudo, dst_partner.ids
            )
        return result

    @api.model
    def _merge_billing_worklist(self, src_partners, dst_partner):
        """Give what people arranged with the customers to the row that remains.

        It is that of the remaining customer, or else the oldest one in its company.
        """
        partners = src_partners + dst_partner
        worklist_sudo = self.env["billing.worklist"].sudo()  # of all companies
        rows_sudo = worklist_sudo.search([("partner_id", "in", partners.ids)])
        merged_sudo, pairs = rows_sudo.browse(), []
        for own_sudo in rows_sudo.grouped("company_id").values():
            kept_sudo = own_sudo.sorted(lambda r: (r.partner_id != dst_partner, r.id))[
                0
            ]
            others_sudo = own_sudo - kept_sudo
            kept_sudo._take_over(others_sudo)
            pairs += [(row.id, kept_sudo.id) for row in others_sudo]
            merged_sudo |= others_sudo
        if pairs:
            self._move_billing_documents(pairs)
            merged_sudo.unlink()

    @api.model
    def _move_billing_documents(self, pairs):
        """Move activities, messages and files of worklist rows, ``[(from, to)]``."""
        self.env.flush_all()
        old, new = (list(ids) for ids in zip(*pairs, strict=True))
        for table, model in (
            ("mail_activity", "res_model"),
            ("mail_message", "model"),
            ("ir_attachment", "res_model"),
        ):
            self.env.cr.execute(
                SQL(
                    """UPDATE %s document SET res_id = pair.new
                         FROM UNNEST(%s, %s) AS pair(old, new)
                        WHERE %s = 'billing.worklist' AND document.res_id = pair.old""",
                    SQL.identifier(table),
                    old,
                    new,
                    SQL.identifier("document", model),
                )
            )
        self.env.invalidate_all()
