"""A job in a process of its own, slow enough for another process to come between.

The process says ``ready``, waits for the word to begin, and says a word after each unit
of work, before its transaction ends. Then it waits: long enough for another process, or
for the one who kills it.
"""

# What it prints is read by the test that started it.
# pylint: disable=print-used

import sys
import time

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config


def slow_down(registry, model, method, word, seconds):
    """Make a method that does one unit of work take its time in its transaction."""
    model = registry[model]
    original = getattr(model, method)

    def slow(record):
        original(record)
        record.env.flush_all()
        print(word, flush=True)
        time.sleep(float(seconds))

    setattr(model, method, slow)


def work(database, options, prepare, model, job):
    """Run a job once the test says so.

    :param prepare: called with the registry
    """
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    registry = Registry(database)
    prepare(registry)
    print("ready", flush=True)
    sys.stdin.readline()
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        getattr(env[model], job)()
