"""Take every mail on a local port and write it into a folder; send none on.

    python -m devtools.inside.smtp_catcher FOLDER PORT

Says "ready", then works until its standard input closes.
"""

import itertools
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller


class Catcher:
    """Writes each message to a file; names sort by time of arrival."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.numbers = itertools.count(1)

    async def handle_DATA(self, _server, _session, envelope):
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{next(self.numbers):05}"
        partial = self.folder / f"{name}.partial"
        partial.write_bytes(envelope.content)
        partial.rename(self.folder / f"{name}.eml")
        return "250 Kept"


def main(folder, port):
    controller = Controller(Catcher(folder), hostname="127.0.0.1", port=int(port))
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
