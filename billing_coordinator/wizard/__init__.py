from . import billing_followup_run
from . import billing_followup_run_line
from . import billing_call_wizard
from . import billing_postpone_wizard
from . import billing_assign_wizard
from . import billing_hold_wizard
from . import billing_notice_cancel_wizard
from . import billing_receivable_date_wizard
