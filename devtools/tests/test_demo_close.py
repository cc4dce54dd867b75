"""The close of the demo, on whatever day of the month it is made."""

from datetime import date

import pytest

from devtools.inside import demo_close

# Tasks of October 2026 by the days of the starter template.
DUE = {
    "draft": date(2026, 11, 2),
    "sequence": date(2026, 11, 3),
    "sent": date(2026, 11, 3),
    "tickets": date(2026, 11, 4),
    "by_hand": date(2026, 11, 4),
    "tax": date(2026, 11, 5),
    "ageing": date(2026, 11, 6),
}


@pytest.mark.parametrize(
    ("day", "done", "late"),
    [
        (1, ["draft"], []),
        (3, ["draft"], []),
        (12, ["draft", "by_hand", "tax"], ["sequence", "sent", "tickets", "ageing"]),
        (28, ["draft", "by_hand", "tax"], ["sequence", "sent", "tickets", "ageing"]),
    ],
)
def test_there_is_something_done_and_little_is_late(day, done, late):
    today = date(2026, 11, day)
    steps = {name: demo_close.get_step(name, due, today) for name, due in DUE.items()}
    assert [name for name, step in steps.items() if step == "review"] == done
    open_ones = [name for name, step in steps.items() if step != "review"]
    assert [name for name in open_ones if DUE[name] < today] == late
