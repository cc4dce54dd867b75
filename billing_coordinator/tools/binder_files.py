"""Names of files that every system can unpack, and the list of their checksums."""

import hashlib
import re
import unicodedata

MAX_BYTES = 120  # of a name: three of them are a path that Windows still opens
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
# Names that are devices on Windows, with any ending.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MAX_ENDING = 16
MAX_CHARACTERS = 1500  # of a text in print
# Control characters, and marks that turn the direction of all that follows.
MARKS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CHUNK = 1 << 16


def safe_name(text, fallback="file", limit=MAX_BYTES):
    r"""A file name without anything that leaves its folder or cannot be unpacked.

    >>> safe_name("../../etc/passwd")
    '_.._etc_passwd'
    >>> safe_name("a\0b\n.pdf")
    'ab.pdf'
    >>> safe_name("nul.txt"), safe_name(" ... ")
    ('_nul.txt', 'file')
    >>> safe_name("long" * 99 + ".pdf", limit=12)
    'longlong.pdf'
    """
    text = unicodedata.normalize("NFC", text or "")
    # Control characters, marks that turn the direction of writing, lone surrogates.
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    text = FORBIDDEN.sub("_", text)
    text = _trim(re.sub(r"\s+", " ", text))
    if DEVICES.match(text):
        text = f"_{text}"
    return _shorten(text, limit) or fallback


def _trim(text):
    """Hidden on some systems, or dropped by others."""
    return text.lstrip(". ").rstrip(". ")


def _shorten(text, limit):
    """At most so many bytes; what tells the kind of file is kept."""
    if len(text.encode()) <= limit:
        return text
    stem, dot, ending = text.rpartition(".")
    ending = f"{dot}{ending}"
    if not stem or len(ending.encode()) > min(MAX_ENDING, limit // 2):
        stem, ending = text, ""
    kept = stem.encode()[: limit - len(ending.encode())].decode(errors="ignore")
    return _trim(kept) + ending


def unique_name(name, taken):
    """``name``, or with a number if it is taken already; then it is taken.

    Names that differ only by case or by how accents are written are the same file on
    many systems.

    >>> taken = set()
    >>> [unique_name(name, taken) for name in ("a.pdf", "A.pdf", "a.pdf", "a (2).pdf")]
    ['a.pdf', 'A (2).pdf', 'a (3).pdf', 'a (2) (2).pdf']
    """
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number, candidate = 1, name
    while _fold(candidate) in taken:
        number += 1
        candidate = f"{stem} ({number}){dot}{ending}"
    taken.add(_fold(candidate))
    return candidate


def _fold(name):
    """NFKC, as some file systems take a ligature for its letters."""
    return unicodedata.normalize("NFKC", name.casefold()).casefold()


def clip(text, limit=MAX_CHARACTERS):
    """The beginning of a long text, and that it is only that.

    >>> clip("short"), clip("too long for this", 8), clip(False)
    ('short', 'too long …', '')
    """
    text = text or ""
    return text if len(text) <= limit else f"{text[:limit].rstrip()} …"


def show_marks(text):
    r"""What cannot be seen and would make a text look like another, in words.

    >>> show_marks("a\u202efdp.exe")
    'a[U+202E]fdp.exe'
    """
    # No markup is added: a markup-safe text stays one.
    return type(text)(MARKS.sub(lambda mark: f"[U+{ord(mark[0]):04X}]", text))


def checksum_lines(digests):
    """What ``sha256sum -c`` reads; names have no line ends and no backslash.

    >>> checksum_lines({"a b.txt": "00ff"})
    '00ff  a b.txt\\n'
    """
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items())


def copy_hashed(source, target):
    """Copy one open file to another: ``(size, SHA-256, SHA-1)``, the last as Odoo's.

    >>> import io
    >>> copy_hashed(io.BytesIO(b"abc"), io.BytesIO())[0]
    3
    """
    sha256, size = hashlib.sha256(), 0
    # The checksum by which Odoo knows an attachment, and which was signed.
    sha1 = hashlib.sha1(usedforsecurity=False)
    while chunk := source.read(CHUNK):
        for digest in (sha256, sha1):
            digest.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return size, sha256.hexdigest(), sha1.hexdigest()
