"""Odoo's mail queue and the refresh of the worklist, in a process of its own.

python mail_process.py DATABASE [ODOO OPTION ...]
"""

import sys

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(database, *options):
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["mail.mail"].process_email_queue()
        env["billing.worklist"]._cron_refresh()


if __name__ == "__main__":
    main(*sys.argv[1:])
