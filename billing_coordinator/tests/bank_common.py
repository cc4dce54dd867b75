"""Lines of a bank account for tests."""

from .common import TODAY


class Bank:
    """For test classes that have `Ledger` too."""

    @classmethod
    def _make_bank_line(cls, amount, text="Payment", day=TODAY, **values):
        company = values.pop("company", cls.company)
        journal = values.pop("journal", None) or cls._journal("TBNK", company)
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": day,
                "amount": amount,
                "payment_ref": text,
                **values,
            }
        )
