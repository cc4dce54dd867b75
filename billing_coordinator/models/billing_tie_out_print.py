from odoo import api, fields, models


class ReportTieOut(models.AbstractModel):
    """The tie-out on paper: the same sections as on the screen, read anew.

    Anybody can call a report: whose the reports are, and what books the user may see,
    is checked when they are read.
    """

    _name = "report.billing_coordinator.report_tie_out"
    _description = "Tie-out (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        reports = self.env["billing.tie.out.report"].browse(docids)
        reports.check_access("read")
        return {
            "documents": [self._prepare_document(report) for report in reports],
            "printed_on": fields.Datetime.now(),
        }

    @api.model
    def _prepare_document(self, report):
        return {"report": report, **self._prepare_sections(report._get_sections())}

    @api.model
    def _prepare_sections(self, described):
        """Sections by their kind, with what the template needs of all of them."""
        kinds = [
            (label, [entry for entry in described if entry[0].kind == kind])
            for kind, label in self.env["billing.tie.out"]._get_kinds()
        ]
        return {
            "kinds": [(label, entries) for label, entries in kinds if entries],
            "differences": sum(not section.ties for section, *_rest in described),
            "currencies": self.env["res.currency"].browse(
                {
                    currency
                    for section, *_rest in described
                    for currency in (section.currency_id, section.company_currency_id)
                }
            ),
        }
