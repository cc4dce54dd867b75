"""Caught mails as a person reads them."""

from email.message import EmailMessage

import pytest

from devtools import console, mail, paths


@pytest.fixture
def mailbox(monkeypatch, tmp_path):
    monkeypatch.setenv("BILLING_DATA", str(tmp_path))
    paths.mails().mkdir()
    for number, subject in enumerate(["Reminder", "Statement"]):
        message = EmailMessage()
        message["From"], message["To"] = "us@example.com", "customer@example.com"
        message["Subject"] = subject
        message.set_content(f"Body of {subject}")
        message.add_attachment(b"%PDF", maintype="a", subtype="b", filename="i.pdf")
        (paths.mails() / f"{number}.eml").write_bytes(bytes(message))


def test_the_latest_mail_is_first(mailbox, capsys):
    assert mail.show([]) == 0
    listed = capsys.readouterr().out
    assert listed.index("Statement") < listed.index("Reminder")
    assert "us@example.com -> customer@example.com" in listed and "[i.pdf]" in listed


def test_a_mail_is_printed_readable(mailbox, capsys):
    assert mail.show(["2"]) == 0
    printed = capsys.readouterr().out
    assert "Body of Reminder" in printed and "Attachment: i.pdf" in printed


def test_an_unknown_mail_is_a_problem(mailbox):
    with pytest.raises(console.Problem, match="There is no mail 3"):
        mail.show(["3"])


def test_an_empty_mailbox_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("BILLING_DATA", str(tmp_path))
    assert mail.show([]) == 0
    assert "No mail yet" in capsys.readouterr().out
