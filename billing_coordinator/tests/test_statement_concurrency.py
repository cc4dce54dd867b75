from odoo.tests import tagged

from .common import TODAY
from .test_concurrency import CUSTOMERS, TestConcurrency


@tagged("post_install", "-at_install")
class TestStatementConcurrency(TestConcurrency):
    """Two workers on one run, and one that is killed: each customer one e-mail."""

    script = "statement_process.py"
