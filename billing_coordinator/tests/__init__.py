from . import (
    test_ageing,
    test_followup_rule,
    test_hold,
    test_job,
    test_notice,
    test_plan,
    test_priority,
    test_receivable,
    test_security,
    test_stage_rule,
)
