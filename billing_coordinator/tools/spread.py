"""An amount spread over parts, without a cent too many or too few."""


def spread(total, weights, round_amount):
    """Parts of ``total`` in proportion to ``weights``, which may be of both signs.

    The weights add up to what ``total`` stands for: what rounding takes from one
    part it gives to the next, and the parts make ``total`` exactly.

    >>> spread(10.0, [1, 1, 1], lambda amount: round(amount, 2))
    [3.33, 3.34, 3.33]
    >>> spread(90.0, [200, -20], lambda amount: round(amount, 2))
    [100.0, -10.0]
    """
    whole = sum(weights)
    parts, so_far, weighed = [], 0.0, 0.0
    for position, weight in enumerate(weights, start=1):
        weighed += weight
        last = position == len(weights) or not whole
        reached = total if last else round_amount(total * weighed / whole)
        parts.append(round_amount(reached - so_far))
        so_far = reached
    return parts
