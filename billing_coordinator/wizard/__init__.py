from . import (
    billing_assign_wizard,
    billing_call_wizard,
    billing_company_wizard,
    billing_followup_run,
    billing_followup_run_line,
    billing_hold_wizard,
    billing_notice_cancel_wizard,
    billing_postpone_wizard,
    billing_receivable_date_wizard,
    billing_statement_wizard,
)
