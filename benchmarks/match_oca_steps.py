"""The steps of bench_match_oca: match_oca_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import datetime
import sys
import time
from collections import Counter

import bench_match
import followup_steps
from match_oca_ledger import make_partners, post_items

from odoo.tools import config

from odoo.addons.billing_coordinator.tools.matching.index import Index
from odoo.addons.billing_coordinator.tools.matching.match import match_one
from odoo.addons.billing_coordinator.tools.matching.record import IN_TRANSIT, Rules

BATCH = 100  # lines that the peer matches at once
TODAY = datetime.date.today()


def peer_build(env, items, seed, noise):
    """Customers with their accounts, and an invoice for each open item."""
    started = time.monotonic()
    world = make_world(items, seed, noise)
    partners = make_partners(env, world)
    post_items(env, world, partners)
    env.cr.commit()
    return {"items": len(world.items), "seconds": time.monotonic() - started}


def make_world(items, seed, noise):
    """Without payments in transit: the peer does not know of them."""
    items = int(items)
    world = bench_match.NOISE[noise](int(seed), items, max(50, items * 8 // 100))
    moving = [item for item in world.items if item.kind == IN_TRANSIT]
    world.items = [item for item in world.items if item.kind != IN_TRANSIT]
    for item in moving:
        world.open[item.partner].remove(item)
    return world


def peer_match(env, items, seed, noise, lines, limit):
    world = make_world(items, seed, noise)
    lines = world.make_lines(int(lines))
    seconds, ours = match_ours(world, lines)
    peer_seconds, done, peer = match_theirs(env, lines, int(limit))
    return {
        "lines": len(lines),
        "seconds": seconds,
        "peer_seconds": peer_seconds,
        "done": done,
        "with_answer": sum(bool(line.answer) for line in lines[:done]),
        "these": count(lines[:done], ours),
        "peer": count(lines[:done], peer),
    }


def match_ours(world, lines):
    """``(seconds, {line number: ids of items})`` of what is applied by itself."""
    started = time.monotonic()
    names = [(name, partner) for partner, name in world.names.items()]
    index = Index(
        world.items,
        names,
        world.accounts,
        world.remembered,
        world.received,
        world.customer_numbers,
    )
    applied = {}
    for number, line in enumerate(lines):
        result = match_one(line.payment, index, Rules(tolerance=500))
        if result.automatic:
            applied[number] = result.proposals[0].key
            bench_match.take(index, result.proposals[0])
    return time.monotonic() - started, applied


def match_theirs(env, lines, limit):
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    env.cr.execute("SELECT move_id, id FROM bench_item")
    items = dict(env.cr.fetchall())
    seconds, applied, done = 0, {}, 0
    end = time.monotonic() + limit
    while done < len(lines) and time.monotonic() < end:
        part = lines[done : done + BATCH]
        records = make_statement_lines(env, journal, part)
        started = time.monotonic()
        records._auto_reconcile()
        env.flush_all()
        seconds += time.monotonic() - started
        for number, record in enumerate(records, start=done):
            if record.is_reconciled:
                applied[number] = frozenset(find_items(record, items))
        done += len(part)
        env.cr.commit()
        env.invalidate_all()
    return seconds, done, applied


def make_statement_lines(env, journal, lines):
    """As they are imported; matching is called apart, to be timed alone."""
    config["test_enable"] = True
    records = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": journal.id,
                "date": TODAY,
                "amount": line.payment.amount / 100,
                "payment_ref": say(line.payment),
                "partner_name": line.payment.name or False,
                "account_number": line.payment.account or False,
            }
            for line in lines
        ]
    )
    config["test_enable"] = False
    env.flush_all()
    return records


def say(payment):
    documents = (number for number, _amount in payment.documents)
    return payment.text or " ".join((*payment.structured, *documents)) or "/"


def find_items(record, items):
    lines = record.move_id.line_ids
    partials = lines.matched_debit_ids | lines.matched_credit_ids
    moves = (partials.debit_move_id | partials.credit_move_id).move_id
    return [items[move.id] for move in moves if move.id in items]


def count(lines, applied):
    counts = Counter(applied=0, right=0, wrong=0)
    for number, line in enumerate(lines):
        if number in applied:
            counts["applied"] += 1
            right = bool(line.answer) and applied[number] == line.answer
            counts["right" if right else "wrong"] += 1
    return counts


for _function in (peer_build, peer_match):
    followup_steps.STEPS[_function.__name__] = _function

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
