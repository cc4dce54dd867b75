from odoo import api, fields, models

# What stands under another line is set in.
INDENTS = {"explanation": 1, "unexplained": 1, "detail": 2}


class BillingTieOutReport(models.TransientModel):
    """The tie-out of some companies as of a day, to look at and to print."""

    _name = "billing.tie.out.report"
    _description = "Tie-out"

    date = fields.Date(
        "As of the end of",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="Entries of later days are left out, and what was settled later is open.",
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        required=True,
        default=lambda self: self.env.companies,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    line_ids = fields.One2many("billing.tie.out.report.line", "report_id", "Lines")
    section_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "Comparisons",
        domain=[("level", "=", "title")],
    )
    bank_line_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "Bank",
        domain=[("kind", "=", "bank")],
    )
    unmatched_line_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "Not matched",
        domain=[("kind", "=", "unmatched")],
    )
    transit_line_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "In transit",
        domain=[("kind", "in", ("transit", "unbooked"))],
    )
    credit_line_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "Unapplied credits",
        domain=[("kind", "=", "credits")],
    )
    receivable_line_ids = fields.One2many(
        "billing.tie.out.report.line",
        "report_id",
        "Receivable accounts",
        domain=[("kind", "=", "receivable")],
    )
    difference_count = fields.Integer("Differences", compute="_compute_totals")

    has_foreign_lines = fields.Boolean("Foreign currencies", compute="_compute_totals")

    def _compute_display_name(self):
        self.display_name = self.env._("Tie-out")

    @api.depends("line_ids.status", "line_ids.currency_id")
    def _compute_totals(self):
        for report in self:
            states = report.line_ids.mapped("status")
            report.difference_count = states.count("difference")
            report.has_foreign_lines = any(
                line.currency_id != line.company_currency_id for line in report.line_ids
            )

    # -- what it shows -----------------------------------------------------------------

    def _get_sections(self):
        self.ensure_one()
        tie_out = self.env["billing.tie.out"]
        sections = tie_out._get_sections(self.company_ids, self.date)
        return tie_out._describe(sections)

    def _refresh(self):
        """Read the figures anew."""
        self.line_ids.unlink()
        values = []
        for section, title, lines in self._get_sections():
            values.append(self._prepare_title(section, title))
            values += [self._prepare_line(section, line) for line in lines]
        for sequence, line in enumerate(values):
            line["sequence"] = sequence
        self.env["billing.tie.out.report.line"].create(values)

    def _prepare_title(self, section, title):
        status = "ties" if section.ties else "difference"
        line = {"level": "title", "name": title}
        if section.compares:
            line["status"] = status
            line["amount"] = section.difference
            line["company_amount"] = section.company_difference
        return self._prepare_line(section, line)

    def _prepare_line(self, section, line):
        told = line.get("company_amount") is not None
        indent = "\N{EM SPACE}" * INDENTS.get(line["level"], 0)
        return {
            **line,
            "name": indent + line["name"],
            "report_id": self.id,
            "kind": section.kind,
            "company_id": section.company_id,
            "currency_id": section.currency_id,
            "company_currency_id": section.company_currency_id,
            "has_company_amount": told,
        }

    # -- actions -----------------------------------------------------------------------

    @api.model
    def action_open_report(self):
        """Today's tie-out of the selected companies."""
        self.check_access("create")
        report = self.create({})
        report._refresh()
        return report._get_form_action()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tie-out"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_refresh(self):
        """Show the figures of the chosen day and companies."""
        self.ensure_one()
        self.check_access("write")
        self._refresh()
        return True

    def action_print(self):
        self.ensure_one()
        self.check_access("read")
        return self.env.ref("billing_coordinator.action_report_tie_out").report_action(
            self, config=False
        )

    def _get_filename(self):
        return self.env._("Tie-out %(date)s", date=self.date)
