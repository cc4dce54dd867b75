from odoo import fields, models


class ResPartner(models.Model):
    """Whether a customer gets the statements of the schedule."""

    _inherit = "res.partner"

    billing_statement_schedule = fields.Selection(
        [("company", "As the company"), ("never", "Never")],
        "Statements by e-mail",
        company_dependent=True,
        tracking=True,
        help="Whether the customer gets the monthly statement. One that is sent by hand"
        " goes out all the same.",
    )

    def action_open_billing_statement(self):
        """Open the dialog for the statement of the customer."""
        self.check_access("read")
        return self.env["billing.statement.wizard"]._get_action(
            self.env.company, self.commercial_partner_id
        )
