"""Matching lines of a bank with open receivables: how many, how right, how fast.

    ./dev bench bench_match [--lines 10000] [--items 100000] [--seed 101] [--wrong 5]
                            [--noise seen|unseen]

The lines have the noise of real life and know what they pay: the noise of `bank_noise`
is what the rules were tuned on, that of `bank_noise_unseen` was made after them.
Lines are matched one after the other: what is applied by itself is open no more.
Printed is, for each kind of line, how many there are, how many are applied by
themselves, how many of these rightly, and whether the right answer is among the first
three proposals.
"""

import argparse
import time
from collections import Counter, defaultdict

import bank_noise
import bank_noise_unseen

from odoo.addons.billing_coordinator.tools.matching.index import Index
from odoo.addons.billing_coordinator.tools.matching.match import match_one
from odoo.addons.billing_coordinator.tools.matching.record import Rules

NOISE = {"seen": bank_noise.World, "unseen": bank_noise_unseen.World}
TARGETS = "targets: 90 % applied, 1 wrong in 2,000, 97 % in the first three, 60 s"


def main():
    options = parse_arguments()
    customers = max(50, options.items * 8 // 100)
    world = NOISE[options.noise](options.seed, options.items, customers)
    lines = world.make_lines(options.lines)
    start, busy = time.perf_counter(), time.process_time()
    names = [(name, partner) for partner, name in world.names.items()]
    index = Index(
        world.items,
        names,
        world.accounts,
        world.remembered,
        world.received,
        world.customer_numbers,
    )
    counts, wrong = apply(lines, index, Rules(tolerance=500))
    seconds = time.perf_counter() - start, time.process_time() - busy
    report(counts, seconds, len(lines), len(world.items))
    for line, proposal in wrong[: options.wrong]:
        reasons = [(e.reason.value, e.points) for e in proposal.evidence]
        print(f"  wrong, {line.kind}: {line.payment}")
        print(f"    {sorted(proposal.key)} {reasons}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--noise", choices=NOISE, default="seen")
    parser.add_argument("--wrong", type=int, default=5, help="wrong ones to print")
    return parser.parse_args()


def apply(lines, index, rules):
    """``{kind: Counter}``, and the lines applied wrongly with their proposal."""
    counts, wrong = defaultdict(Counter), []
    for line in lines:
        result = match_one(line.payment, index, rules)
        count = counts[line.kind]
        count["lines"] += 1
        count["with answer"] += bool(line.answer)
        keys = [proposal.key for proposal in result.proposals[:3]]
        count["first three"] += bool(line.answer) and line.answer in keys
        if result.automatic:
            [first, *_others] = result.proposals
            take(index, first)
            count["applied"] += 1
            count["right"] += first.key == line.answer
            if first.key != line.answer:
                wrong.append((line, first))
    return counts, wrong


def take(index, proposal):
    if proposal.returns is None:
        index.take(proposal.paid)
    else:
        index.received.give_back(proposal.returns)


def report(counts, seconds, lines, items):
    columns = ("lines", "applied", "right", "first three")
    print(f"{'kind':<16}" + "".join(f"{name:>13}" for name in columns))
    for kind, count in counts.items():
        print(f"{kind:<16}" + "".join(f"{count[name]:>13}" for name in columns))
    total = sum(counts.values(), Counter())
    with_answer = total["with answer"]
    wrong = total["applied"] - total["right"]
    print(
        f"{lines} lines, {items} open items: {seconds[0]:.1f} s,"
        f" {seconds[1]:.1f} s of the processor;"
        f" applied {total['right'] / with_answer:.1%} of {with_answer} that pay"
        f" something, {wrong} wrong of {total['applied']},"
        f" {total['first three'] / with_answer:.1%} in the first three"
    )
    print(TARGETS)


if __name__ == "__main__":
    main()
