import io
from itertools import accumulate

from lxml import html as lxml_html
from markupsafe import Markup

from odoo import api, models
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

TEMPLATE = "billing_coordinator.report_close_binder"
# Nothing in the binder is drawn by scripts: there is nothing to wait for.
NO_DELAY = "billing_no_print_delay"
# The running head stands in the margin above the text.
HEAD_ONLY = {"data-report-margin-top": 8, "data-report-margin-bottom": 5}


class ReportCloseBinder(models.AbstractModel):
    """The binder as one page, as Odoo shows a report that it does not print.

    Anybody can call a report: the close is read as the user.
    """

    _name = "report.billing_coordinator.report_close_binder"
    _description = "Close binder (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        closes = self.env["billing.close"].browse(docids)
        return {"documents": [close._get_binder_parts() for close in closes]}


class IrActionsReport(models.Model):
    """The binder is printed part by part.

    So the list of contents knows the pages, and each page has its number, with any
    build of wkhtmltopdf: many can make neither running heads nor bookmarks.
    """

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        if report.report_name != TEMPLATE:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        printer = self.with_context(**{NO_DELAY: True})
        return {
            close.id: {
                "stream": io.BytesIO(printer._print_close_binder(close)),
                "attachment": None,
            }
            for close in self.env["billing.close"].browse(res_ids or [])
        }

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        words = super()._build_wkhtmltopdf_args(*args, **kwargs)
        option = "--javascript-delay"
        if self.env.context.get(NO_DELAY) and option in words:
            words[words.index(option) + 1] = "0"
        return words

    @api.model
    def _print_close_binder(self, close):
        """The PDF of one close: cover, sections, running heads, bookmarks."""
        cover, *sections = close._get_binder_parts()
        files = [self._print_binder_part(part["html"]) for part in sections]
        first, begins = self._print_cover(cover, files)
        # On the first page of a section the column heads stand in their place.
        columns = [
            part["heads"] if number else ""
            for part, file in zip(sections, files, strict=True)
            for number in range(file.getNumPages())
        ]
        heads = self._print_heads(close, begins[0], columns)
        writer = PdfFileWriter()
        for number in range(first.getNumPages()):
            writer.addPage(first.getPage(number))
        pages = (f.getPage(n) for f in files for n in range(f.getNumPages()))
        for number, page in enumerate(pages):
            # The text goes above the head: each page brings its white ground.
            head = heads.getPage(number)
            head.mergePage(page)
            writer.addPage(head)
        _compress(writer)
        for part, begin in zip([cover, *sections], [1, *begins], strict=True):
            _add_bookmark(writer, part["title"], begin - 1)
        with io.BytesIO() as buffer:
            writer.write(buffer)
            return buffer.getvalue()

    @api.model
    def _print_binder_part(self, content, **kwargs):
        page = self.env["ir.qweb"]._render(
            "billing_coordinator.report_close_binder_page",
            {
                "content": content,
                "base_url": self._get_report_url(),
                "lang": self.env.lang,
            },
        )
        pdf = self._run_wkhtmltopdf([str(page)], report_ref=TEMPLATE, **kwargs)
        return PdfFileReader(io.BytesIO(pdf), strict=False)

    @api.model
    def _print_cover(self, cover, files):
        """The cover with its list of contents, and the page on which each begins."""
        length = 1
        while True:
            lengths = [length, *(file.getNumPages() for file in files[:-1])]
            begins = [before + 1 for before in accumulate(lengths)]
            first = self._print_binder_part(_fill_in(cover["html"], begins))
            if first.getNumPages() <= length:
                return first, begins
            # Very many sections: the cover is longer than a page.
            length = first.getNumPages()

    @api.model
    def _print_heads(self, close, begin, columns):
        """Company, period, page number and column heads, for each page but the cover.

        :param columns: column heads for each page, as HTML
        """
        content = self.env["ir.qweb"]._render(
            "billing_coordinator.report_close_binder_heads",
            {
                "close": close,
                "pages": list(enumerate(columns, start=begin)),
                "total": begin + len(columns) - 1,
            },
        )
        return self._print_binder_part(content, specific_paperformat_args=HEAD_ONLY)


def _fill_in(content, pages):
    """Write page numbers into the list of contents."""
    root = lxml_html.fragment_fromstring(str(content), create_parent="div")
    cells = root.xpath("//*[@data-page]")
    for cell, page in zip(cells, pages, strict=True):
        cell.text = str(page)
    # Only numbers were added to what the template had escaped.
    return Markup(lxml_html.tostring(root, encoding="unicode"))


def _compress(writer):
    """What was merged is plain text; by its name in this version of the library."""
    for number in range(writer.getNumPages()):
        page = writer.getPage(number)
        names = ("compress_content_streams", "compressContentStreams")
        next(getattr(page, name) for name in names if hasattr(page, name))()


def _add_bookmark(writer, title, page):
    """By its name in this version of the library."""
    add = getattr(writer, "add_outline_item", None) or writer.addBookmark
    add(title, page)
