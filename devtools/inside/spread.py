"""pytest's plugin for the whole suite: marks what drives a browser. See ./dev test."""

import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: drives a browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if drives_browser(item.cls):
            item.add_marker(pytest.mark.browser)


def drives_browser(kind):
    """Whether a class of tests, if it is one, is Odoo's for the browser."""
    return any(base.__name__ == "HttpCase" for base in getattr(kind, "__mro__", ()))
