"""Read the mails that the catcher kept: `./dev mail` and `./dev mail N`."""

import email
import email.policy

from . import paths
from .console import Problem


def caught(folder=None):
    """Mails on disk, the latest first."""
    return sorted((folder or paths.mails()).glob("*.eml"), reverse=True)


def read(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def attachments(message):
    return [part.get_filename() or "unnamed" for part in message.iter_attachments()]


def summary(number, message):
    """One line for a mail; its number is what `./dev mail` takes."""
    files = attachments(message)
    enclosed = f"  [{', '.join(files)}]" if files else ""
    route = f"{message['From']} -> {message['To']}"
    return (
        f"{number:>3}  {message['Date']}  {route}\n     {message['Subject']}{enclosed}"
    )


def text(message):
    """A mail as a person reads it: head, plain text, names of attachments."""
    head = [
        f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Date", "Subject")
    ]
    head = [line for line in head if not line.endswith(": None")]
    body = message.get_body(preferencelist=("plain", "html"))
    files = [f"Attachment: {name}" for name in attachments(message)]
    return "\n".join([*head, *files, "", body.get_content() if body else ""])


def show(arguments):
    """List caught mails, or print the one whose number is given (1 is the latest)."""
    mails = caught()
    if not arguments:
        lines = [summary(number, read(path)) for number, path in enumerate(mails, 1)]
        print("\n".join(lines) or f"No mail yet in {paths.mails()}.")
        return 0
    if not arguments[0].isdigit() or not 0 < int(arguments[0]) <= len(mails):
        raise Problem(
            f"There is no mail {arguments[0]}: ./dev mail lists {len(mails)}."
        )
    print(text(read(mails[int(arguments[0]) - 1])))
    return 0
