from . import billing_followup_run
from . import billing_followup_run_line
