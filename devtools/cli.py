"""Entry of ./dev: finds the command and turns problems into one sentence."""

import sys

from . import commands
from .console import Problem

HELP = """\
Usage: ./dev COMMAND [ARGUMENTS]

  run [--fresh] [--database NAME]
                          serve a demo of the addon; installs all it needs first;
                          --fresh makes the demo anew
  mail [N]                list the mails the demo sent, or print one (1: the latest)
  load FILE.csv [--as-of DATE] [--no-payments] [--database NAME]
                          put receivables of your own into a database without demo
  test [PYTEST ARGUMENTS] run the whole test suite, browser tours included
  lint [--fix]            check the style of every file, or mend what can be mended
  bench NAME [ARGUMENTS]  run a measurement of the folder benchmarks/
  translate               export the terms to translate, update the languages
  shell, psql [--database NAME]
                          Odoo's Python shell, PostgreSQL's client

Variables:
  BILLING_PORT            port of ./dev run (8069)
  BILLING_CACHE           folder of downloads (~/.cache/billing_coordinator; for
                          root /var/lib/billing_coordinator)
  BILLING_DATA            folder of databases, mails and logs (data in the cache)
  BILLING_ODOO            your own Odoo 19: a checkout, the folder that holds its
                          package 'odoo', or its odoo-bin
  BILLING_PYTHON          a Python that has what your own Odoo needs
  BILLING_DEBIAN_MIRROR   Debian mirror to get Odoo from, if apt names none
  PGHOST, PGPORT, PGUSER, PGPASSWORD
                          your own PostgreSQL; none is started when PGHOST is set

More in docs/development.md.
"""


def main():
    arguments = sys.argv[1:] or ["help"]
    if arguments[0] in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    command = commands.COMMANDS.get(arguments[0])
    try:
        if command is None:
            raise Problem(f"There is no command {arguments[0]!r}: see ./dev help.")
        return command(arguments[1:])
    except Problem as problem:
        print(f"./dev: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("./dev: stopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"./dev: {reason(error)}", file=sys.stderr)
        return 1


def reason(error):
    """One sentence for what the system refused, a full disk above all."""
    place = f" at {error.filename}" if error.filename else ""
    return (
        f"The system refused ({error.strerror or error}{place}): "
        "free space or check the rights of the folders in BILLING_CACHE, BILLING_DATA."
    )
