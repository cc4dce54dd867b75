"""A chain of digests: who signed what, when and having seen which figures.

Each link carries the digest of the one before, so that a link that was changed, taken
out or put in later breaks every digest after it (a hash chain, as for the inalterable
entries of the ledger).
"""

import hashlib
import json


def text(previous, content):
    """The line of ASCII that a digest is over.

    >>> text("", {"user": 1, "comment": "ä"})
    '["",{"comment":"\\\\u00e4","user":1}]'
    """
    return json.dumps(
        [previous, content], sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )


def digest(previous, content):
    """SHA-256 of a link, in hexadecimal.

    :param str previous: digest of the link before, empty for the first
    :param dict content: what was signed; anything that JSON can say

    >>> first = digest("", {"user": 1})
    >>> digest(first, {"user": 2}) == digest(first, {"user": 2.5})
    False
    >>> len(first)
    64
    """
    return hashlib.sha256(text(previous, content).encode()).hexdigest()


def first_broken(links):
    """Position of the first link whose digest does not hold, None when all do.

    :param links: ``(content, digest)`` in the order of signing

    >>> one = digest("", {"a": 1})
    >>> first_broken([({"a": 1}, one), ({"a": 2}, digest(one, {"a": 2}))])
    >>> first_broken([({"a": 1}, one), ({"a": 3}, digest(one, {"a": 2}))])
    1
    """
    previous = ""
    for position, (content, kept) in enumerate(links):
        if digest(previous, content) != kept:
            return position
        previous = kept
    return None
