"""The steps of bench_propose: propose_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import sys
import time

import followup_steps
from match_oca_ledger import make_partners, post_items
from match_oca_steps import make_statement_lines, make_world


def propose_build(env, items, seed, noise, lines):
    """Open items, and the lines that pay them."""
    world = make_world(items, seed, noise)
    lines = world.make_lines(int(lines))
    post_items(env, world, make_partners(env, world))
    env["res.company"].search([]).billing_match_tolerance = 5
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    for start in range(0, len(lines), 500):
        make_statement_lines(env, journal, lines[start : start + 500])
        env.cr.commit()
        env.invalidate_all()
    return {"items": len(world.items), "lines": len(lines)}


def propose_time(env):
    matches = env["billing.payment.match"]
    lines = env["account.bank.statement.line"].search(matches._get_left_domain())
    before = env.cr.sql_log_count
    seconds = propose(env, lines)
    queries = env.cr.sql_log_count - before
    return {
        "seconds": seconds,
        "queries": queries,
        "matches": matches.search_count([]),
        "clear": matches.search_count([("is_clear", "=", True)]),
        "again": propose(env, lines),  # what was proposed is deleted first
    }


def propose(env, lines):
    env.invalidate_all()
    started = time.monotonic()
    env["billing.payment.match"]._propose(lines)
    env.flush_all()
    seconds = time.monotonic() - started
    env.cr.commit()
    return seconds


for _function in (propose_build, propose_time):
    followup_steps.STEPS[_function.__name__] = _function

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
