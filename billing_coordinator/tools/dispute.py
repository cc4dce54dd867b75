"""What of an invoice was in dispute, from when to when."""


def note(periods, day, amount):
    """The periods of a dispute after a change on ``day``.

    The day of a change counts with what it is changed to. A period is a dict of the
    first day, the day after the last (None while it goes on), and the amount. Days are
    texts, as JSON keeps them.

    :param amount: what is in dispute from ``day`` on, 0 for nothing

    >>> periods = note([], "2025-06-01", 40.0)
    >>> for period in note(periods, "2025-06-05", 60.0):
    ...     print(period["from"], period["to"], period["amount"])
    2025-06-01 2025-06-05 40.0
    2025-06-05 None 60.0
    """
    result = list(periods)
    if result and result[-1]["to"] is None:
        last = result.pop()
        if last["amount"] == amount:
            return periods
        if last["from"] < day:
            result.append({**last, "to": day})
    if not amount:
        return result
    first = day
    if result and (result[-1]["to"], result[-1]["amount"]) == (day, amount):
        first = result.pop()["from"]  # it only seemed to be over
    return [*result, {"from": first, "to": None, "amount": amount}]
