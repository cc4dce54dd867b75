"""The reader of ./dev load: what it takes, what it refuses and how it says so."""

from datetime import date
from decimal import Decimal

import pytest

from devtools.load import main, parse

HEADER = (
    "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate,Disputed"
)


@pytest.fixture
def csv_file(tmp_path):
    def write(*lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / "receivables.csv"
        path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
        return path

    return write


def why(path, **options):
    """The one complaint about a file that has one."""
    _rows, errors = parse.read(path, **options)
    assert len(errors) == 1, errors
    return parse.complaint(errors[0])


def test_row(csv_file):
    path = csv_file("A,0012,1/3/2012,2/2/2012,72.27,2/20/2012,Yes")
    rows, errors = parse.read(path)
    assert not errors
    assert rows == [
        parse.Row(
            line=2,
            customer="A",
            number="0012",
            invoice_date=date(2012, 1, 3),
            due_date=date(2012, 2, 2),
            amount=Decimal("72.27"),
            settled=date(2012, 2, 20),
            disputed=True,
        )
    ]


def test_columns_in_any_order_and_more_of_them(csv_file):
    path = csv_file(
        "5.00,x,A,1,1/1/2012,1/31/2012",
        header="InvoiceAmount,Colour,customerID,invoiceNumber,InvoiceDate,DueDate",
    )
    ((row,), errors) = parse.read(path)
    assert (errors, row.customer, row.settled) == ([], "A", None)


def test_byte_order_mark_and_empty_lines(csv_file):
    path = csv_file("A,1,1/1/2012,1/31/2012,5,,", "", encoding="utf-8-sig")
    rows, errors = parse.read(path)
    assert (len(rows), errors) == (1, [])


def test_negative_amount_is_a_credit_note(csv_file):
    rows, _errors = parse.read(csv_file("A,1,1/1/2012,1/31/2012,-5.50,,No"))
    assert rows[0].amount == Decimal("-5.50")


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2012-01-13", "2012-02-01"),
        ("13.1.2012", "1.2.2012"),
        ("13/1/2012", "1/2/2012"),
    ],
)
def test_dates_of_other_countries(csv_file, day, due):
    rows, errors = parse.read(csv_file(f"A,1,{day},{due},5,,"))
    assert not errors
    assert (rows[0].invoice_date, rows[0].due_date) == (
        date(2012, 1, 13),
        date(2012, 2, 1),
    )


def test_date_format_that_was_asked_for(csv_file):
    path = csv_file("A,1,2/1/2012,3/1/2012,5,,")
    rows, _errors = parse.read(path, date_format="%d/%m/%Y")
    assert rows[0].invoice_date == date(2012, 1, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,1,1/1/2012,1/31/2012,5,", "6 columns instead of 7"),
        (",1,1/1/2012,1/31/2012,5,,", "customerID missing"),
        ("A,1,2/30/2012,1/31/2012,5,,", "InvoiceDate '2/30/2012' is no date"),
        ("A,1,1/1/0012,1/31/2012,5,,", "InvoiceDate '1/1/0012' is not in this age"),
        ("A,1,1/1/2012,1/31/2012,five,,", "InvoiceAmount 'five' is no number"),
        ("A,1,1/1/2012,1/31/2012,NaN,,", "InvoiceAmount 'NaN' is no amount"),
        ("A,1,1/1/2012,1/31/2012,1e400,,", "InvoiceAmount '1e400' is no amount"),
        ("A,1,1/1/2012,1/31/2012,0.00,,", "InvoiceAmount is zero"),
        ("A,1,1/1/2012,1/31/2012,1.005,,", "has more than two decimals"),
        ("A,1,1/2/2012,1/31/2012,5,1/1/2012,", "settled on 2012-01-01, before"),
        ("A,1,1/1/2012,1/31/2012,5,,maybe", "Disputed 'maybe' is neither Yes nor No"),
    ],
)
def test_bad_row(csv_file, line, reason):
    complaint = why(csv_file(line))
    assert complaint.startswith("line 2: ")
    assert reason in complaint


def test_each_bad_row_is_reported_and_good_ones_are_read(csv_file):
    path = csv_file(
        "A,1,1/1/2012,1/31/2012,5,,",
        "A,1,1/1/2012,1/31/2012,5,,",
        "A,2,1/1/2012,1/31/2012,6,,",
        "A,3,1/1/2012,1/31/2012,x,,",
    )
    rows, errors = parse.read(path)
    assert [row.number for row in rows] == ["1", "2"]
    assert [line for line, _reason in errors] == [3, 5]
    assert errors[0][1] == "invoiceNumber 1 is already on line 2"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "line 1: the file is empty"),
        (HEADER.encode(), "line 1: there is a header and nothing below it"),
        (HEADER.replace(",", ";").encode(), "separated by ';'"),
        (b"customerID,InvoiceDate\nA,1\n", "line 1: columns missing: invoiceNumber"),
        (b"a,b\nM\xfcller,1\n", "line 2: not in UTF-8"),
        (HEADER.encode() + b'\nA,"1', "line 2: no CSV"),
        (b"\x00\x01\x02", "line 1: no text, but binary"),
        (HEADER.encode() + b",Disputed\n", "columns given twice: Disputed"),
    ],
)
def test_bad_file(tmp_path, content, complaint):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert complaint in why(path)


def test_what_was_known_on_a_day(csv_file):
    path = csv_file(
        "A,paid,1/1/2012,1/31/2012,1,2/1/2012,",
        "A,paid later,1/1/2012,1/31/2012,2,3/1/2012,",
        "A,never paid,1/1/2012,1/31/2012,4,,",
        "A,credit,1/2/2012,1/31/2012,-0.5,,",
        "A,issued later,2/2/2012,3/3/2012,8,,",
    )
    rows, _errors = parse.read(path)
    known, later = parse.known_on(rows, date(2012, 2, 1))
    assert (len(known), later) == (4, 1)
    assert parse.open_amount(known) == Decimal("5.5")
    assert parse.read(path, date(2012, 2, 1))[0] == known
    assert parse.latest_date(rows) == date(2012, 3, 1)


def test_errors_are_printed_and_nothing_is_written(csv_file, capsys):
    path = csv_file("A,1,1/1/2012,1/31/2012,5,,", "A,2,1/1/2012,1/31/2012,x,,")
    # Without a database: a file with errors never gets that far.
    assert main(None, [str(path)]) == 1
    printed = capsys.readouterr().out
    assert "line 3: InvoiceAmount 'x' is no number" in printed
    assert "nothing was loaded" in printed
