"""Where things are kept: the checkout, the cache and the data."""

import hashlib
import os
from pathlib import Path

ADDON = "billing_coordinator"
CHECKOUT = Path(__file__).resolve().parent.parent
INSIDE = Path(__file__).resolve().parent / "inside"

# PostgreSQL refuses to run as root, so another user must be able to reach its
# programs and data; a home folder of root's is closed to everybody else.
ROOT_CACHE = Path("/var/lib/billing_coordinator")


def is_root():
    return os.geteuid() == 0


def cache():
    """Folder of everything downloaded or built, shared by all checkouts."""
    if os.environ.get("BILLING_CACHE"):
        return Path(os.environ["BILLING_CACHE"]).expanduser().absolute()
    if is_root():
        return ROOT_CACHE
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).expanduser().absolute() / ADDON


def data():
    """Folder of databases, file stores, mails and logs."""
    if os.environ.get("BILLING_DATA"):
        return Path(os.environ["BILLING_DATA"]).expanduser().absolute()
    return cache() / "data"


def mails():
    return data() / "mails"


def checkout_id():
    """Short name that tells this checkout from others on the same machine."""
    return hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]


def digest(*texts):
    """Short hash that changes when one of the texts changes."""
    joined = "\0".join(str(text) for text in texts)
    return hashlib.sha256(joined.encode()).hexdigest()[:12]
