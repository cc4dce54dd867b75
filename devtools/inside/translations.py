"""Export the addon's terms anew and bring each language's file up to date.

main(env, []) -> 0; prints how many terms of each language wait for a translator
"""

from io import BytesIO
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

ADDON = "billing_coordinator"


def main(env, _arguments):
    folder = Path(ADDON) / "i18n"
    template = export(env)
    template.save(folder / f"{ADDON}.pot")
    for path in sorted(folder.glob("*.po")):
        catalogue = polib.pofile(path)
        merge(catalogue, template)
        catalogue.save(path)
        print(f"{path}: {len(catalogue.untranslated_entries())} to translate")
    return 0


def export(env):
    """The terms of the installed addon; nothing tells when they were written."""
    content = BytesIO()
    trans_export(False, [ADDON], content, "po", env)
    template = polib.pofile(content.getvalue().decode())
    for key in [key for key in template.metadata if key.endswith("Date")]:
        del template.metadata[key]
    for entry in template:
        entry.msgstr = ""
    return template


def merge(catalogue, template):
    """Take over the terms of the template in its order; keep what was translated."""
    known = {entry.msgid: entry.msgstr for entry in catalogue}
    metadata = catalogue.metadata
    catalogue.clear()
    for entry in template:
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=known.get(entry.msgid, ""),
                occurrences=entry.occurrences,
                comment=entry.comment,
                flags=entry.flags,
            )
        )
    catalogue.metadata = metadata
