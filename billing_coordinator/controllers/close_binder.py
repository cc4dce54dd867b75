import os
import tempfile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request


class CloseBinderController(http.Controller):
    """The close binder with its evidence."""

    @http.route(
        "/billing_coordinator/close/<int:close_id>/binder.zip",
        type="http",
        auth="user",
        readonly=True,
    )
    def binder_zip(self, close_id):
        # By a search: a close of a company that is not the user's is not found.
        close = request.env["billing.close"].search([("id", "=", close_id)])
        if not close:
            raise request.not_found()
        return self._send_zip(close)

    def _send_zip(self, close):
        """From a file that is gone once it was sent: evidence may be large."""
        file = tempfile.TemporaryFile(prefix="close-binder-")
        try:
            close._write_binder_zip(file)
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Length", size),
            (
                "Content-Disposition",
                content_disposition(f"{close._get_binder_filename()}.zip"),
            ),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        stream = wrap_file(request.httprequest.environ, file)
        response = request.make_response(stream, headers=headers)
        response.direct_passthrough = True
        response.call_on_close(file.close)
        return response
