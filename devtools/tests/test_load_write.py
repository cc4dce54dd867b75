"""What ./dev load writes: what is in dispute must not be chased."""

from datetime import date
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from devtools.load.parse import Row
from devtools.load.write import Loader


def row(number, amount=100, **values):
    day = date(2012, 10, 1)
    due = date(2012, 10, 31)
    return Row(1, "Acme", number, day, due, Decimal(amount), **values)


@tagged("post_install", "-at_install")
class TestLoadWrite(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create({"name": "Loaded"})
        cls.env.user.company_ids += company
        cls.loader = Loader(
            cls.env(context={"allowed_company_ids": company.ids, "lang": "en_US"})
        )
        cls.loader.load(
            [
                row("OPEN"),
                row("DISPUTED", disputed=True),
                row("SETTLED", settled=date(2012, 11, 2), disputed=True),
                row("CREDIT", -10, disputed=True),
            ]
        )
        cls.moves = {move.name: move for move in cls.loader.moves}

    def test_open_disputed_invoices_are_on_hold(self):
        holds = self.env["billing.hold"].search(
            [("company_id", "=", self.loader.company.id)]
        )
        self.assertEqual(holds.move_id, self.moves["DISPUTED"])
        self.assertEqual(self.loader.hold_count, 1)
        self.assertEqual(holds.reason, "Disputed by the customer")
        self.assertEqual(holds.date_start, date(2012, 10, 1))
        receivables = self.env["billing.receivable"].search(
            [("move_id", "in", self.loader.moves.ids), ("hold_reason", "=", "hold")]
        )
        self.assertEqual(receivables.move_id, self.moves["DISPUTED"])

    def test_the_customer_does_not_read_it_on_the_invoice(self):
        self.assertFalse(any(self.loader.moves.mapped("narration")))
