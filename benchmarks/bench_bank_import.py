"""A camt file imported, beside OCA account_statement_import_camt.

    ./dev bench bench_bank_import [--entries 10000] [--peer-entries 1000] [--known 0.7]

Both addons get the same seeded camt.053 on copies of one empty ledger, each in a
process of its own, through the dialog that a user presses. The peer creates each line
by Odoo's own `create`: it gets fewer entries, and its time for all is estimated from
them unless ``--peer-entries`` says to import all. The share ``--known`` of the entries
comes from accounts of customers, which only ours looks up.
"""

import argparse
import os
import random
import tempfile
from pathlib import Path

import bench_followup as bench

OURS = "billing_bench_import"
PEER = "billing_bench_peer_import"
PEER_ADDON = "account_statement_import_camt"
IBAN = "DE89370400440532013000"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2025-11-30T00:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>
<CreDtTm>2025-11-30T00:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>USD</Ccy>
</Acct>{balances}
"""
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='USD'>{amount}</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
)
ENTRY = (
    "<Ntry><Amt Ccy='USD'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd>"
    "</Sts><BookgDt><Dt>2025-11-{day:02}</Dt></BookgDt><ValDt><Dt>2025-11-{day:02}</Dt>"
    "</ValDt><AcctSvcrRef>REF{number}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>"
    "E2E{number}</EndToEndId></Refs><Amt Ccy='USD'>{amount}</Amt><RltdPties><Dbtr><Pty>"
    "<Nm>Payer {payer}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{account}</IBAN></Id>"
    "</DbtrAcct></RltdPties><RmtInf><Ustrd>INV/2025/{number:05}</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls></Ntry>\n"
)
TAIL = "</Stmt></BkToCstmrStmt></Document>\n"


def main():
    options = parse_arguments()
    bench.print_machine()
    bench.STEPS = bench.HERE / "bank_import_steps.py"
    make_ledger()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure_ours(options, Path(folder))]
        if options.peer_entries:
            rows.append(measure_peer(options, Path(folder)))
    bench.print_table(rows)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--peer-entries", type=int, default=1_000, help="0: no peer")
    parser.add_argument("--known", type=float, default=0.7)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def make_ledger():
    if not bench.exists(bench.EMPTY):
        bench.create(bench.EMPTY)
        bench.odoo(bench.EMPTY, "-i", "account")
        bench.step(bench.EMPTY, "accounts")


def measure_ours(options, folder):
    bench.create(OURS, bench.EMPTY)
    bench.odoo(OURS, "-i", "billing_coordinator")
    path = write_file(folder, options.entries, options.seed)
    known = str(options.known)
    result = bench.step(OURS, "import_ours", str(path), IBAN, known)
    bench.execute("postgres", f'DROP DATABASE "{OURS}" WITH (FORCE)')
    label = f"Import of a camt file with {result['lines']:,} entries"
    text = f"{result['seconds']:.1f} s, {result['memory']:.0f} MB"
    label += f" ({result['partners']:,} of known accounts)"
    return (label, text, "", "at most 15 s")


def measure_peer(options, folder):
    folders = bench.peer_path(os.environ["BILLING_PEERS"])
    os.environ["BILLING_BENCH_ADDONS"] = folders
    bench.create(PEER, bench.EMPTY)
    bench.odoo(PEER, "-i", PEER_ADDON, f"--addons-path={folders}")
    path = write_file(folder, options.peer_entries, options.seed)
    result = bench.step(PEER, "peer_import", str(path), IBAN)
    bench.execute("postgres", f'DROP DATABASE "{PEER}" WITH (FORCE)')
    seconds = result["seconds"]
    text = f"{seconds:.1f} s"
    if result["lines"] < options.entries:
        whole = seconds / result["lines"] * options.entries
        text += f" (about {whole:.0f} s for {options.entries:,})"
    return (f"{PEER_ADDON}: {result['lines']:,} entries", "", text, "")


def write_file(folder, count, seed):
    """A camt.053 of November with seeded amounts and payers."""
    rng = random.Random(seed)
    cents = [rng.randint(100, 2_000_000) for _number in range(count)]
    total = sum(cents)
    balances = BALANCE.format(code="OPBD", amount="1000.00", day="2025-10-31")
    closing = f"{(total + 100_000) / 100:.2f}"
    balances += BALANCE.format(code="CLBD", amount=closing, day="2025-11-30")
    path = folder / f"camt_{count}.xml"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD.format(iban=IBAN, balances=balances))
        for number, amount in enumerate(cents):
            payer = rng.randrange(4_000)
            file.write(
                ENTRY.format(
                    number=number,
                    amount=f"{amount / 100:.2f}",
                    day=1 + number * 28 // count,
                    payer=payer,
                    account=f"DE00{payer:018}",
                )
            )
        file.write(TAIL)
    return path


if __name__ == "__main__":
    main()
