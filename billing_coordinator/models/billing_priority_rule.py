from odoo import fields, models

from ..tools import priority


class BillingPriorityRule(models.Model):
    """How many points of a customer's priority one fact may give."""

    _name = "billing.priority.rule"
    _description = "Priority rule"
    _order = "points desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    fact = fields.Selection(
        [
            (priority.OVERDUE_SHARE, "Overdue amount, percent of all overdue"),
            (priority.DAYS_OVERDUE, "Days overdue of the oldest invoice"),
            (priority.BROKEN_PROMISES, "Broken promises to pay"),
            (priority.STAGE_REACHED, "Follow-up stage reached, percent of the plan"),
            (priority.CREDIT_USED, "Credit limit used, percent"),
            (priority.DAYS_SILENT, "Days since the last contact"),
        ],
        required=True,
    )
    points = fields.Integer(
        required=True, help="Points when the fact reaches the full value or more."
    )
    full_at = fields.Float(
        "Full value",
        required=True,
        help="Value that gives all the points; half of it gives half of them.",
    )

    _fact_uniq = models.Constraint(
        "UNIQUE(fact)", "There is already a rule for this fact."
    )
    _points_range = models.Constraint(
        "CHECK(points BETWEEN 0 AND 100)", "Points go from 0 to 100."
    )
    _full_positive = models.Constraint(
        "CHECK(full_at > 0)", "The full value must be more than zero."
    )
