from . import test_ageing
from . import test_followup_rule
from . import test_hold
from . import test_notice
from . import test_plan
from . import test_priority
from . import test_receivable
from . import test_stage_rule
