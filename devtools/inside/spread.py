"""pytest's plugin for the whole suite in several processes: see ./dev test.

A class stays whole, as what it sets up costs more than its tests. All that drives a
browser is one group: two browsers beside each other starve tours on a small machine.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item):
    """Name of the tests that run after one another, in one process."""
    if any("HttpCase" in kind.__name__ for kind in getattr(item.cls, "__mro__", ())):
        return "browser"
    return item.nodeid.rpartition("::")[0]
