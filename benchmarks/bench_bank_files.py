"""Bank files of others: what the readers find, beside a count of the file itself.

    ./dev bench bench_bank_files FOLDER

The second count knows nothing of the readers: entries and amounts are picked from the
text of the file by pattern (``:61:``, ``<STMTTRN>``) or, for camt, by element. A file
is right where both agree; what is refused is shown with the reason.
"""

import argparse
import io
import re
import sys
from decimal import Decimal
from pathlib import Path

from lxml import etree

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo.tools import config

config.parse_config(["--no-http", "--max-cron-threads=0"])  # where the addons are

from odoo.addons.billing_coordinator.tools.bank import files  # noqa: E402
from odoo.addons.billing_coordinator.tools.bank.record import (  # noqa: E402
    Problem,
    Statement,
)

BOOKED = "[*[local-name()='Sts'][.='BOOK' or *[local-name()='Cd']='BOOK']]"
LINE = re.compile(
    rb"^:61:\d{6}(?:\d{4})?(R?[CD])[A-Z]?(\d+[,.]\d*)", re.MULTILINE | re.IGNORECASE
)
AMOUNT = re.compile(rb"<STMTTRN>.*?<TRNAMT>\s*([-+]?[\d.,]+)", re.DOTALL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    wrong = 0
    for path in sorted(parser.parse_args().folder.rglob("*")):
        if path.is_file():
            wrong += not compare(path)
    sys.exit(bool(wrong))


def compare(path):
    data = path.read_bytes()
    try:
        kind = files.recognise(io.BytesIO(data))
        count, total = read(data)
    except Problem as problem:
        print(f"refused  {path.name:<44} {problem}")
        return True
    expected = COUNTS[kind](data)
    verdict = "right" if expected == (count, total) else "WRONG"
    print(f"{verdict:<8} {path.name:<44} {count:>4} entries {total:>16}", end="")
    print("" if verdict == "right" else f"  but the file has {expected}")
    return verdict == "right"


def read(data):
    """``(entries, their sum)``; a batch is one entry."""
    entries, total = set(), Decimal(0)
    account = None
    for record in files.read_file(io.BytesIO(data)):
        if isinstance(record, Statement):
            account = object()
        else:
            entries.add((account, record.entry))
            total += record.amount
    return len(entries), total


def count_camt(data):
    entries = etree.fromstring(data).xpath(f"//*[local-name()='Ntry']{BOOKED}")
    total = Decimal(0)
    for entry in entries:
        [amount] = entry.xpath("*[local-name()='Amt']/text()")
        [side] = entry.xpath("*[local-name()='CdtDbtInd']/text()")
        total += Decimal(amount) if side == "CRDT" else -Decimal(amount)
    return len(entries), total


def count_mt940(data):
    found = LINE.findall(data)
    total = Decimal(0)
    for mark, amount in found:
        value = Decimal(amount.decode().replace(",", "."))
        total += value if mark.upper() in (b"C", b"RD") else -value
    return len(found), total


def count_ofx(data):
    found = AMOUNT.findall(data)
    amounts = [Decimal(amount.decode().replace(",", "")) for amount in found]
    return len(found), sum(amounts, Decimal(0))


COUNTS = {files.CAMT: count_camt, files.MT940: count_mt940, files.OFX: count_ofx}


if __name__ == "__main__":
    main()
