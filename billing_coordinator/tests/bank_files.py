"""Bank files for tests, in the shapes that banks send."""

import io

from odoo.tests import BaseCase

from ..tools.bank import files
from ..tools.bank.record import Problem, Statement

ACCOUNT = "DE89370400440532013000"
ROOTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def money(amount, name="Amt", currency="EUR"):
    return f'<{name} Ccy="{currency}">{amount}</{name}>'


def balance(code, amount, day, direction="CRDT", currency="EUR"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{money(amount, currency=currency)}<CdtDbtInd>{direction}</CdtDbtInd>"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(amount, details="", more="", direction="CRDT", status="BOOK", version=8):
    """An entry of 5 November 2025."""
    told = f"<Cd>{status}</Cd>" if version >= 8 else status
    inner = f"<NtryDtls>{details}</NtryDtls>" if details else ""
    return (
        f"<Ntry>{money(amount)}<CdtDbtInd>{direction}</CdtDbtInd><Sts>{told}</Sts>"
        f"<BookgDt><Dt>2025-11-05</Dt></BookgDt><ValDt><Dt>2025-11-06</Dt></ValDt>"
        f"{more}{inner}</Ntry>"
    )


def detail(inner="", text="", amount=None):
    remittance = f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    told = money(amount) if amount is not None else ""
    return f"<TxDtls>{told}{inner}{remittance}</TxDtls>"


def camt(entries, balances="", message="053", version=8, account=None):
    root, element = ROOTS[message]
    account = account or f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.'
        f'{version:02d}"><{root}><GrpHdr><MsgId>M</MsgId></GrpHdr>\n'
        f"<{element}><Id>S1</Id>{account}{balances}\n{entries}</{element}>"
        f"</{root}></Document>"
    )
    return text.encode()


def mt940(*lines, account="37040044/0532013000", opening="C251101EUR100,00"):
    """A message; without a closing balance where the lines have none."""
    head = (":20:START", f":25:{account}", ":28C:1/1", f":60F:{opening}")
    return "\r\n".join((*head, *lines, "-")).encode("cp1252")


def ofx(*transactions, balance=("100.00", "20251130"), currency="EUR"):
    """OFX 1, as SGML without closing tags of values."""
    body = "".join(f"<STMTTRN>{inner}</STMTTRN>\n" for inner in transactions)
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\n"
        "CHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
        "<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>\n"
        f"<STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>1<ACCTID>0532013000"
        "<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20251101"
        f"<DTEND>20251130\n{body}</BANKTRANLIST>\n<LEDGERBAL><BALAMT>{balance[0]}"
        f"<DTASOF>{balance[1]}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


class BankFileCase(BaseCase):
    """Reading: what a file says, and how it is refused."""

    def read_all(self, data, mapping=None):
        return list(files.read_file(io.BytesIO(data), mapping))

    def statements(self, data, mapping=None):
        return [r for r in self.read_all(data, mapping) if isinstance(r, Statement)]

    def transactions(self, data, mapping=None):
        return [r for r in self.read_all(data, mapping) if not isinstance(r, Statement)]

    def refused(self, data, mapping=None):
        with self.assertRaises(Problem) as caught:
            self.read_all(data, mapping)
        return caught.exception
