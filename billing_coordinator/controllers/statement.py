from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content, filename, mimetype):
    """An answer that the browser saves as a file."""
    headers = [
        ("Content-Type", mimetype),
        ("Content-Length", len(content)),
        ("Content-Disposition", content_disposition(filename)),
    ]
    return request.make_response(content, headers=headers)


class StatementController(http.Controller):
    """Files of the statement dialog."""

    @http.route(
        "/billing_coordinator/statement/<int:wizard_id>.xlsx",
        type="http",
        auth="user",
        readonly=True,
    )
    def statement_xlsx(self, wizard_id):
        wizard = request.env["billing.statement.wizard"].browse(wizard_id).exists()
        if not wizard:
            raise request.not_found()
        wizard.check_access("read")
        return download(wizard._make_xlsx(), wizard._get_filename("xlsx"), XLSX)
