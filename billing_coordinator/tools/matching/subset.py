"""Which of several amounts make a sum, in bounded time.

For up to `EXHAUSTIVE` amounts all sums are known (Horowitz and Sahni 1974, "Computing
partitions with applications to the knapsack problem": two halves, each with its sums);
for more of them sets of at most three, and all but at most three, are looked at.
"""

from itertools import combinations
from math import comb

EXHAUSTIVE = 18
LARGE = 60
FEW = 3
ENOUGH = 3  # solutions: whoever needs one wants to know whether there is another


def find_subsets(amounts, target):
    """Sets of positions whose amounts make the target, the smallest first.

    :param amounts: integers, at most `LARGE` are looked at
    :return: ``(sets, number of sets that were looked at)``; at most `ENOUGH` sets
    """
    amounts = amounts[:LARGE]
    if not amounts or not target:
        return [], 0
    if len(amounts) <= EXHAUSTIVE:
        return _find_all(amounts, target), 2 ** len(amounts) - 1
    found = dict.fromkeys(_find_few(amounts, target))
    rest = sum(amounts) - target
    everything = frozenset(range(len(amounts)))
    for left_out in _find_few(amounts, rest) if rest else ():
        found[everything - left_out] = None
    looked_at = 2 * sum(comb(len(amounts), size) for size in range(1, FEW + 1))
    return sorted(found, key=len)[:ENOUGH], looked_at


def _find_all(amounts, target):
    half = len(amounts) // 2
    left = _sums(amounts[:half], 0)
    found = []
    for total, sets in _sums(amounts[half:], half).items():
        for other in left.get(target - total, ()):
            found += [other | chosen for chosen in sets]
            if len(found) > 1000:
                break
    return sorted((f for f in found if f), key=len)[:ENOUGH]


def _sums(amounts, offset):
    """``{sum: sets of positions}``; of sets with the same sum a few are enough."""
    result = {0: [frozenset()]}
    for position, amount in enumerate(amounts, start=offset):
        longer = {
            total + amount: [chosen | {position} for chosen in sets]
            for total, sets in result.items()
        }
        for total, sets in longer.items():
            result[total] = (result.get(total, []) + sets)[:ENOUGH]
    return result


def _find_few(amounts, target):
    """Sets of one, two or three positions."""
    found = [frozenset([i]) for i, amount in enumerate(amounts) if amount == target]
    at = {}
    for position, amount in enumerate(amounts):
        at.setdefault(amount, []).append(position)
    for first, amount in enumerate(amounts):
        found += _complete((first,), target - amount, at)
    for first, second in combinations(range(len(amounts)), 2):
        if len(found) >= ENOUGH:
            break
        found += _complete(
            (first, second), target - amounts[first] - amounts[second], at
        )
    return found[:ENOUGH]


def _complete(chosen, missing, at):
    """The last position comes behind the chosen ones: each set once."""
    return [
        frozenset((*chosen, last)) for last in at.get(missing, ()) if last > chosen[-1]
    ]
