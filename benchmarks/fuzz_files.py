"""Valid files of banks, which fuzzing damages: each family in several shapes."""

import csv
import io
import zipfile
from pathlib import Path

from openpyxl import Workbook

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02d}">
<{root}><GrpHdr><MsgId>M1</MsgId><CreDtTm>2025-11-06T05:00:00</CreDtTm></GrpHdr>
<{element}><Id>S1</Id><ElctrncSeqNb>17</ElctrncSeqNb>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-11-04</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1300.50</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-11-05</Dt></Dt></Bal>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">1204.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts>{status}</Sts><BookgDt><Dt>2025-11-05</Dt></BookgDt>
<ValDt><DtTm>2025-11-06T00:00:00+01:00</DtTm></ValDt><AcctSvcrRef>B17</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>
</BkTxCd>
<Chrgs><Rcrd><Amt Ccy="EUR">0.50</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="EUR">1204.50</TtlAmt></Btch>
<TxDtls><Refs><EndToEndId>E1</EndToEndId><MndtId>M7</MndtId></Refs>
<Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<AmtDtls><InstdAmt><Amt Ccy="USD">1080.00</Amt></InstdAmt></AmtDtls>
<RltdPties><Dbtr><Pty><Nm>Azure Interior</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE02120300
000000202051</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>INV/2025/00017 &amp; more</Ustrd>
<Strd><RfrdDocInf><Nb>INV/2025/00018</Nb>
</RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
<TxDtls><Amt Ccy="EUR">204.50</Amt><RmtInf><Ustrd>Möbel</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">4.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>
<Sts>{status}</Sts><BookgDt><Dt>2025-11-05</Dt></BookgDt><NtryDtls><TxDtls>
<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf></TxDtls></NtryDtls>
</Ntry></{element}></{root}></Document>
"""
ROOTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
MT940 = (
    "{1:F01BANKDEFFXXXX}{2:O9400000N}{4:",
    ":20:START", ":25:37040044/0532013000EUR", ":28C:17/1", ":60F:C251104EUR100,00",
    ":61:2511051106CR1204,50NTRFNONREF//B17", "/OCMT/USD1300,00/CHGS/EUR0,50/",
    ":86:166?00GUTSCHRIFT?109251?20EREF+E1?21SVWZ+INV/2025/00017 U?22ND INV/2025/18",
    "?30BYLADEM1001?31DE02120300000000202051?32AZURE INTERIOR?33GMBH?34000",
    ":61:251105RC4,00NRTIE2//B18", ":86:109?20RUECKLASTSCHRIFT AC04?32DECO",
    ":61:251105D3,00NCHG", ":86:/EREF/NOTPROVIDED//REMI/CHARGES/NAME/Bank",
    ":62F:C251105EUR1297,50", ":64:C251105EUR1297,50", "-}",
)  # fmt: skip
OFX = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>0532013000<ACCTTYPE>CHECKING
</BANKACCTFROM><BANKTRANLIST><DTSTART>20251101<DTEND>20251130
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20251105120000[-5:EST]<TRNAMT>1204.50<FITID>F1
<NAME>Azure &amp; Co<MEMO>INV/2025/00017</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20251106<TRNAMT>-3.00<FITID>F2<CHECKNUM>7
<PAYEE><NAME>Bank<CITY>X</PAYEE></STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>100.00<DTASOF>20251130</LEDGERBAL></STMTRS></STMTTRNRS>
</BANKMSGSRSV1></OFX>
"""
CSV = """Konto;DE89370400440532013000
Zeitraum;01.11.2025 - 30.11.2025
Buchungstag;Valuta;Name Zahlungsbeteiligter;IBAN;Verwendungszweck;Betrag;Waehrung
05.11.2025;06.11.2025;Azure;DE12;"INV/2025/17; ""2"" x";"1.204,50";EUR
06.11.2025;06.11.2025;Möbel;DE13;Rücklast;-3,00;EUR
07.11.2025;06.11.2025;Deco;DE14;"über
zwei Zeilen";1.000.000,01-;EUR
"""
ENGLISH = """Date,Description,Paid out,Paid in,Reference,Balance
11/05/2025,INV 17,,"1,204.50",R1,"1,304.50"
11/26/2025,Charges,3.00,,R2,"1,301.50"
"""


def make_files():
    """``[(family, data)]``"""
    made = [("camt", _camt(m, v)) for m in ROOTS for v in (2, 8)]
    text = "\r\n".join(MT940)
    made += [("mt940", text.encode("cp1252")), ("mt940", text.encode())]
    made += [("ofx", OFX.encode()), ("ofx", _close_tags(OFX).encode())]
    made += [("csv", CSV.encode("cp1252")), ("csv", ENGLISH.encode("utf-8-sig"))]
    made += [("xlsx", _workbook(CSV, ";")), ("xlsx", _workbook(ENGLISH, ","))]
    return made


def read_folder(folder):
    """Files of others, by the name of their folder: camt, mt940, ofx."""
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and path.stat().st_size < 200_000:
            family = path.relative_to(folder).parts[0]
            yield family, path.read_bytes()


def _camt(message, version):
    root, element = ROOTS[message]
    status = "<Cd>BOOK</Cd>" if version >= 8 else "BOOK"
    return CAMT.format(
        message=message, version=version, root=root, element=element, status=status
    ).encode()


def _close_tags(text):
    """As XML: OFX 2."""
    body = text[text.index("<OFX>") :]
    lines = []
    for part in body.replace("\n", "").split("<")[1:]:
        tag, _end, value = part.partition(">")
        lines.append(f"<{tag}>{value}" + (f"</{tag}>" if value else ""))
    return '<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211"?>' + "".join(lines)


def _workbook(text, delimiter):
    book, stream = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def pack(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return stream.getvalue()
