import io

import xlsxwriter

from odoo import fields, models


class BillingClose(models.Model):
    """Tasks, sign-offs, ageing and tie-out as tables to work with."""

    _inherit = "billing.close"

    def _make_binder_xlsx(self):
        entries = self._get_binder_entries()
        return _make_book(
            [
                self._get_task_table(entries),
                self._get_figure_table(entries),
                self._get_record_table(entries),
                self._get_signoff_table(entries),
                self._get_customer_table(),
                self._get_allowance_table(),
            ]
        )

    def _get_task_table(self, entries):
        labels = self._get_binder_labels()
        head = [
            self.env._("No."),
            self.env._("Task"),
            self.env._("State"),
            self.env._("Preparer"),
            self.env._("Prepared by"),
            self.env._("Prepared on"),
            self.env._("Reviewer"),
            self.env._("Reviewed by"),
            self.env._("Reviewed on"),
            self.env._("Due"),
            self.env._("Done"),
            self.env._("Days late"),
            self.env._("Automatic check"),
            self.env._("Result"),
            self.env._("Figure"),
            self.env._("Tolerated"),
            self.env._("Why not applicable"),
        ]
        return (
            self.env._("Tasks"),
            head,
            [self._get_task_row(e, labels) for e in entries],
        )

    def _get_task_row(self, entry, labels):
        task = entry["task"]
        return [
            entry["number"],
            task.name,
            labels["state"][task.state],
            task.owner_id.name,
            task.prepared_uid.name,
            self._localize(task.prepared_at),
            task.reviewer_id.name,
            task.reviewed_uid.name,
            self._localize(task.reviewed_at),
            task.date_due,
            entry["done_on"],
            entry["days_late"],
            entry["check_name"] if task.check_code else None,
            labels["check"].get(task.check_state),
            task.check_figure if task.check_state else None,
            task._threshold if task.check_code else None,
            task.na_reason,
        ]

    def _get_figure_table(self, entries):
        """What the checks found: the figures of each, and all rows that explain it."""
        head = [
            self.env._("No."),
            self.env._("Task"),
            self.env._("Figure behind the check"),
            self.env._("Amount"),
        ]
        rows = []
        for entry in entries:
            result = entry["task"].check_result or {}
            told = [
                (label, value) for _key, label, value in result.get("figures") or []
            ]
            told += [(row["label"], row["figure"]) for row in result.get("rows") or []]
            rows += [[entry["number"], entry["task"].name, *pair] for pair in told]
        return self.env._("Figures"), head, rows

    def _get_signoff_table(self, entries):
        kinds = self._get_binder_labels()["kind"]
        numbers = {entry["task"]: entry["number"] for entry in entries}
        head = [
            self.env._("No."),
            self.env._("Task"),
            self.env._("Kind"),
            self.env._("By"),
            self.env._("On"),
            self.env._("Comment"),
            self.env._("Figures seen"),
            self.env._("Evidence"),
            self.env._("Digest"),
        ]
        rows = [
            [
                numbers.get(signoff.task_id),
                signoff.task_id.name,
                kinds[signoff.kind],
                signoff.user_id.name,
                self._localize(signoff.date),
                signoff.comment,
                signoff.figure_text,
                "\n".join(name for _file, name, _sum in signoff.files or []),
                signoff.digest,
            ]
            for signoff in self._get_chain()
        ]
        return self.env._("Sign-offs"), head, rows

    def _get_customer_table(self):
        """All customers, in the company's currency as booked."""
        ageing = self._get_top_customers(limit=None)
        receivables_sudo, _domain = self._get_receivables_sudo()
        buckets = receivables_sudo._selection_bucket()
        head = [self.env._("Customer"), *(label for _key, label in buckets)]
        rows = [
            [
                customer["name"],
                *(customer["amounts"].get(key, 0.0) for key, _label in buckets),
                customer["total"],
            ]
            for customer in ageing["customers"]
        ]
        return self.env._("Ageing"), [*head, self.env._("Total")], rows

    def _get_allowance_table(self):
        """All lines of all allowances of the period, in the currency of each."""
        allowances_sudo = self._get_allowances_sudo()
        states = allowances_sudo._fields["state"]._description_selection(self.env)
        head = [
            self.env._("Company"),
            self.env._("State"),
            self.env._("Customer"),
            self.env._("Bucket"),
            self.env._("Receivables"),
            self.env._("Rate (%)"),
            self.env._("Allowance"),
            self.env._("Currency"),
            self.env._("Reason"),
        ]
        rows = [
            [
                line_sudo.company_id.name,
                dict(states)[line_sudo.state],
                line_sudo.partner_name or self.env._("Without customer"),
                line_sudo.rate_id.display_name,
                line_sudo.base,
                line_sudo.rate,
                line_sudo.amount,
                line_sudo.currency_id.name,
                line_sudo.reason,
            ]
            for line_sudo in allowances_sudo.line_ids
        ]
        return self.env._("Allowance"), head, rows

    def _make_tie_out_xlsx(self):
        document = self._get_tie_out_document()
        currencies = {currency.id: currency.name for currency in document["currencies"]}
        head = [
            self.env._("Kind"),
            self.env._("Comparison"),
            self.env._("Line"),
            self.env._("Entries"),
            self.env._("Currency"),
            self.env._("Amount"),
            self.env._("Company currency"),
            self.env._("Amount as booked"),
        ]
        rows = [
            [
                kind,
                title,
                line["name"],
                line.get("count"),
                currencies[section.currency_id],
                line["amount"],
                currencies[section.company_currency_id],
                line["company_amount"],
            ]
            for kind, entries in document["kinds"]
            for section, title, lines in entries
            for line in lines
        ]
        return _make_book([(self.env._("Tie-out"), head, rows)])

    def _localize(self, moment):
        """In the time zone of who reads it, as a spreadsheet knows none."""
        if not moment:
            return None
        return fields.Datetime.context_timestamp(self, moment).replace(tzinfo=None)


def _make_book(tables):
    """A workbook with a sheet for each ``(title, head, rows)``."""
    buffer = io.BytesIO()
    # Texts of people are never taken for formulas or links.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for title, head, rows in tables:
            sheet = book.add_worksheet(title[:31])
            sheet.write_row(0, 0, head, bold)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(head) - 1, 18)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    style = moment if hasattr(value, "hour") else None
                    _write_cell(sheet, number, column, value, style)
    return buffer.getvalue()


def _write_cell(sheet, row, column, value, style):
    if value is None or value is False:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write(row, column, value, style)
