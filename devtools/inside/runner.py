"""Call `main(env, argv)` of a module inside Odoo.

    python -m devtools.inside.runner DATABASE MODULE [ARGUMENT ...]

Commits when it returns 0 or None and rolls back otherwise.
"""

import importlib
import sys

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config


def main(database, module, *argv):
    options = ["-d", database, "--no-http", "--max-cron-threads=0"]
    config.parse_config(options, setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        code = importlib.import_module(module).main(env, list(argv)) or 0
        (cr.rollback if code else cr.commit)()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
