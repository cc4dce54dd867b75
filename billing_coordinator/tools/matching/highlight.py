"""Where in a text stands what a proposal says of it, for a screen to show."""

from .. import reference
from .names import normalise
from .writing import MIN_BARE

NUMBERS = ("numbers", "found")
TEXTS = ("account", "end_to_end", "reference", "mandate")
MIN_WORD = 3  # letters of a name's word


def find_spans(text, wanted):
    """``[(start, end)]`` in their order, none of which overlap.

    :param wanted: a `Proposal`, or numbers, references and names as strings
    """
    known = list(_read(wanted))
    forms = {form for value in known for form in _forms(value)}
    tokens = reference.read_tokens(text)
    spans = _find_numbers(text, tokens, forms)
    spans += [s for value in known for s in _find_name(text, tokens, value)]
    return _join(spans)


def _read(wanted):
    """All that the evidence has to say, as strings."""
    if not hasattr(wanted, "evidence"):
        yield from wanted
        return
    for evidence in wanted.evidence:
        for name in NUMBERS:
            yield from evidence.values.get(name, ())
        for name in (*TEXTS, "name"):
            if evidence.values.get(name):
                yield evidence.values[name]


def _forms(value):
    """How a number or a reference may be written, without what people leave out."""
    tokens = reference.read_tokens(value)
    if not any(token.is_number for token in tokens):
        return
    *before, last = tokens
    yield reference.glue(tokens)
    yield "/" + reference.key_of(tokens)
    if not last.is_number:
        return
    yield reference.glue(before) + (last.text.lstrip("0") or "0")
    if len(last.text) >= MIN_BARE:
        for first in range(1, len(tokens)):
            yield "/" + reference.key_of(tokens[first:])


def _find_numbers(text, tokens, forms):
    """The longest stretch at each place that is one of the forms."""
    spans, at = [], 0
    while at < len(tokens):
        for stretch in _stretches(text, tokens, at):
            glued, key = reference.glue(stretch), "/" + reference.key_of(stretch)
            if len(glued) >= MIN_BARE and (glued in forms or key in forms):
                spans.append((stretch[0].start, stretch[-1].end))
                at += len(stretch) - 1
                break
        at += 1
    return spans


def _stretches(text, tokens, start):
    """From a token on, the longest first."""
    end = start + 1
    while end < len(tokens) and end - start < reference.MAX_TOKENS:
        if not reference.GAP.fullmatch(text, tokens[end - 1].end, tokens[end].start):
            break
        end += 1
    return [tokens[start:last] for last in range(end, start, -1)]


def _find_name(text, tokens, name):
    """The words of a name, where at least half of them stand in the text."""
    words = {w for w in normalise(name).split() if len(w) >= MIN_WORD and w.isalpha()}
    if len(words) < 2 and any(map(str.isdigit, name)):
        return  # a number with a prefix
    found = [token for token in tokens if normalise(token.text) in words]
    there = {normalise(token.text) for token in found}
    if found and 2 * len(there) >= len(words):
        yield from ((token.start, token.end) for token in found)


def _join(spans):
    """Sorted, overlapping ones as one."""
    joined = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
