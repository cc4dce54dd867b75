from odoo import fields, models
from odoo.exceptions import AccessError

from .billing_close_task_check import FAIL, WARN

# Of one check: a sheet holds those of a hundred.
MAX_RECORDS = 10000
# Under these names our models and Odoo's have what an auditor looks for.
DATES = ("invoice_date", "date", "date_order", "date_due")
AMOUNTS = (
    "residual",
    "balance",
    "amount",
    "amount_total_signed",
    "amount_total",
    "amount_disputed",
    "total",
)


class BillingClose(models.Model):
    """The records behind the checks that do not pass, as a table of the binder.

    As they are now, and as the user may see them: like the lists that a task opens.
    """

    _inherit = "billing.close"

    def _get_record_table(self, entries):
        head = [
            self.env._("No."),
            self.env._("Task"),
            self.env._("Kind"),
            self.env._("Record"),
            self.env._("Date"),
            self.env._("Customer"),
            self.env._("Amount"),
            self.env._("Currency"),
        ]
        rows = []
        for entry in entries:
            if entry["has_list"]:
                found = entry["task"]._get_listed_records()
                rows += [[entry["number"], entry["task"].name, *row] for row in found]
        return self.env._("Records"), head, rows


class BillingCloseTask(models.Model):
    _inherit = "billing.close.task"

    def _has_list(self):
        return bool(self.check_state in (WARN, FAIL) and self.has_records)

    def _get_listed_records(self):
        """``[[kind, name, date, customer, amount, currency]]``; a row more if they are
        too many."""
        result = self.check_result
        if result["model"] not in self.env:
            return []  # of an app that is not installed any more
        model = self.env[result["model"]].with_context(as_of=self.close_id.date_to)
        kind = model._description
        try:
            records = model.search(result["domain"], limit=MAX_RECORDS)
            count = len(records)
            if count == MAX_RECORDS:
                count = model.search_count(result["domain"])
        except (AccessError, ValueError):  # a field may be gone with its app
            return [[kind, self.env._("You cannot read these.")]]
        rows = [[kind, *self._get_listed_values(record)] for record in records]
        if count > len(rows):
            words = self.env._(
                "The first %(shown)s of %(count)s", shown=len(rows), count=count
            )
            rows.append([kind, words])
        return rows

    def _get_listed_values(self, record):
        known = record._fields
        # A line of the bank has the date of an invoice too, which is empty.
        days = (record[name] for name in DATES if name in known and record[name])
        # Names of customers are no secret to whoever may read their records.
        customer = "partner_id" in known and record["partner_id"].sudo().display_name
        amount, currency = None, None
        if name := next((name for name in AMOUNTS if name in known), None):
            amount = record[name]
            if known[name].type == "monetary":
                currency = record[known[name].get_currency_field(record)].name
        day = fields.Date.to_date(next(days, None))
        return [record.display_name, day, customer, amount, currency]
