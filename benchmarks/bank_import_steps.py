"""The steps of the import benchmark: bank_import_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import base64
import resource
import sys
import time
from pathlib import Path

import followup_steps

from odoo import Command

PAYERS = 4_000


def import_ours(env, path, iban, known):
    journal = prepare_journal(env, iban)
    make_customers(env, int(PAYERS * float(known)))
    attachment = env["ir.attachment"].create(
        {"name": "camt.xml", "raw": Path(path).read_bytes()}
    )
    wizard = env["billing.statement.import"].create(
        {"attachment_ids": [Command.set(attachment.ids)]}
    )
    env.cr.commit()
    started = time.monotonic()
    wizard.action_import()
    env.cr.commit()
    seconds = time.monotonic() - started
    if wizard.file_ids.state != "imported":
        sys.exit(wizard.file_ids.told)
    return count_lines(env, journal, seconds)


def peer_import(env, path, iban):
    journal = prepare_journal(env, iban)
    wizard = env["account.statement.import"].create(
        {
            "statement_filename": "camt.xml",
            "statement_file": base64.b64encode(Path(path).read_bytes()),
        }
    )
    env.cr.commit()
    started = time.monotonic()
    wizard.import_file_button()
    env.cr.commit()
    return count_lines(env, journal, time.monotonic() - started)


def prepare_journal(env, iban):
    """The bank journal of the chart of accounts gets the account number."""
    domain = [("type", "=", "bank"), ("company_id", "=", env.company.id)]
    journal = env["account.journal"].search(domain, limit=1)
    journal.bank_account_id = env["res.partner.bank"].create(
        {"acc_number": iban, "partner_id": env.company.partner_id.id}
    )
    return journal


def make_customers(env, count):
    """Customers whose accounts are those of the first payers of the file."""
    partners = env["res.partner"].create(
        [{"name": f"Customer {number}"} for number in range(count)]
    )
    env["res.partner.bank"].create(
        [
            {"acc_number": f"DE00{number:018}", "partner_id": partner.id}
            for number, partner in enumerate(partners)
        ]
    )


def count_lines(env, journal, seconds):
    lines = env["account.bank.statement.line"]
    domain = [("journal_id", "=", journal.id)]
    return {
        "seconds": seconds,
        "lines": lines.search_count(domain),
        "partners": lines.search_count([*domain, ("partner_id", "!=", False)]),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


followup_steps.STEPS["import_ours"] = import_ours
followup_steps.STEPS["peer_import"] = peer_import

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
