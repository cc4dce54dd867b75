from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .properties import holds_for
from .test_ticket_resolve import ResolveCase

# Positions of an invoice: pieces, price in cents, and which of the taxes.
POSITIONS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.integers(1, 50_000),
        st.sets(st.integers(0, 3), max_size=2),
        st.sampled_from((0, 0, 7.5)),
    ),
    min_size=1,
    max_size=4,
)


@tagged("post_install", "-at_install")
class TestTicketCredit(ResolveCase):
    """Credit notes of a part of an invoice, with taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_fiscal_country_id = cls.env.ref("base.be")
        group = cls.env["account.tax.group"].create(
            {"name": "VAT", "company_id": cls.company.id}
        )
        taxes = (
            ("21", "percent", 21, False),
            ("6 included", "percent", 6, True),
            ("by piece", "fixed", 0.15, False),
            ("7.7", "percent", 7.7, False),
        )
        cls.taxes = cls.env["account.tax"].create(
            [
                {
                    "name": name,
                    "amount_type": kind,
                    "amount": amount,
                    "price_include_override": "tax_included"
                    if included
                    else "tax_excluded",
                    "type_tax_use": "sale",
                    "company_id": cls.company.id,
                    "country_id": cls.env.ref("base.be").id,
                    "tax_group_id": group.id,
                }
                for name, kind, amount, included in taxes
            ]
        )

    def _invoice(self, positions, **values):
        """A posted invoice of ``(pieces, price, taxes, discount)``."""
        lines = [
            Command.create(
                {
                    "name": f"Position {number}",
                    "quantity": pieces,
                    "price_unit": price,
                    "discount": discount,
                    "account_id": self._account("income").id,
                    "tax_ids": [Command.set(taxes.ids)],
                }
            )
            for number, (pieces, price, taxes, discount) in enumerate(positions)
        ]
        return self._make_invoice(invoice_line_ids=lines, **values)

    def _credit(self, invoice, amount, position=None):
        ticket = self._make_ticket(invoice, amount)
        if position:
            ticket.line_ids.write(
                {"invoice_line_id": position.id, "amount_disputed": amount}
            )
        self._resolve(ticket, "credited")
        return self._credit_of(ticket)

    def test_in_proportion(self):
        """40 % of each position, so 40 % of each tax."""
        vat, _included, _piece, other = self.taxes
        invoice = self._invoice([(1, 100, vat, 0), (2, 50, other, 0)])
        self.assertEqual(invoice.amount_total, 228.70)
        credit = self._credit(invoice, 91.48)
        self.assertEqual(credit.invoice_line_ids.mapped("price_subtotal"), [40.0, 40.0])
        self.assertEqual(
            sorted(credit.line_ids.filtered("tax_line_id").mapped("balance")),
            [3.08, 8.40],
        )
        self.assertEqual(credit.amount_total, 91.48)
        self.assertAlmostEqual(invoice.amount_residual, 137.22)

    def test_fewer_pieces(self):
        vat = self.taxes[0]
        invoice = self._invoice([(10, 4, vat, 0), (1, 7, vat, 0)])
        credit = self._credit(invoice, 14.52, position=invoice.invoice_line_ids[0])
        [line] = credit.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (3, 4))
        self.assertEqual(credit.amount_total, 14.52)

    def test_lower_price(self):
        vat = self.taxes[0]
        invoice = self._invoice([(10, 4, vat, 0), (1, 7, vat, 0)])
        credit = self._credit(invoice, 5, position=invoice.invoice_line_ids[0])
        [line] = credit.invoice_line_ids
        self.assertEqual((line.quantity, line.name), (10, "Position 0"))
        self.assertEqual(credit.amount_total, 5)
        self.assertEqual(credit.amount_tax, 0.87)

    def test_more_than_the_position(self):
        invoice = self._invoice([(1, 10, self.taxes[0], 0), (1, 90, self.taxes[0], 0)])
        with self.assertRaisesRegex(UserError, "is about .*12.10"):
            self._credit(invoice, 12.11, position=invoice.invoice_line_ids[0])

    def test_two_positions_of_one_invoice(self):
        vat = self.taxes[0]
        invoice = self._invoice([(1, 10, vat, 0), (1, 90, vat, 0), (1, 5, vat, 0)])
        ticket = self._make_ticket()
        first, second, _third = invoice.invoice_line_ids
        ticket.line_ids = [
            Command.create(
                {
                    "move_id": invoice.id,
                    "invoice_line_id": position.id,
                    "amount_disputed": amount,
                }
            )
            for position, amount in ((first, 6.05), (second, 10.89))
        ]
        self._resolve(ticket, "credited")
        [credit] = self._credit_of(ticket)
        self.assertEqual(credit.invoice_line_ids.mapped("price_subtotal"), [5, 9])
        self.assertEqual(credit.amount_total, 16.94)
        self.assertEqual(ticket.state, "resolved")
        credit.button_draft()
        self.assertEqual(ticket.state, "in_progress")

    def test_total_that_no_price_gives(self):
        """2.35 + 0.49 = 2.84 and 2.36 + 0.50 = 2.86: the tax takes the cent."""
        invoice = self._invoice([(1, 100, self.taxes[0], 0)])
        credit = self._credit(invoice, 2.85)
        self.assertEqual(credit.amount_total, 2.85)
        self.assertIn(credit.amount_tax, (0.49, 0.50))
        self.assertAlmostEqual(sum(credit.line_ids.mapped("balance")), 0)

    def test_foreign_currency(self):
        vat = self.taxes[0]
        invoice = self._invoice(
            [(3, 33.33, vat, 0), (1, 12, self.taxes[3], 0)], currency_id=self.usd.id
        )
        credit = self._credit(invoice, 50)
        self.assertEqual((credit.currency_id, credit.amount_total), (self.usd, 50))
        self.assertAlmostEqual(
            invoice.amount_residual, invoice.amount_total - 50, places=2
        )

    def test_any_invoice(self):
        """To the cent, whatever taxes, discounts, rounding and position there are."""
        methods = ("round_per_line", "round_globally")

        @holds_for(
            POSITIONS,
            st.sampled_from(methods),
            st.floats(0.01, 0.999),
            st.booleans(),
            examples=8,
        )
        def check(positions, method, part, named):
            self.company.tax_calculation_rounding_method = method
            invoice = self._invoice(
                [
                    (
                        pieces,
                        cents / 100,
                        self.taxes.browse([self.taxes[index].id for index in taxes]),
                        discount,
                    )
                    for pieces, cents, taxes, discount in positions
                ]
            )
            position = invoice.invoice_line_ids[:1] if named else None
            base = position.price_total if named else invoice.amount_total
            amount = round(min(base, invoice.amount_total) * part, 2)
            if amount <= 0:
                return
            credit = self._credit(invoice, amount, position)
            self.assertAlmostEqual(credit.amount_total, amount, 2)
            self.assertEqual(credit.state, "posted")
            self.assertAlmostEqual(
                invoice.amount_residual, invoice.amount_total - amount, 2
            )
            self._assert_taxes_right(invoice, credit, position, amount / base)

        check()

    def _assert_taxes_right(self, invoice, credit, position, part):
        """Base and tax shrink alike, but for what rounding does."""
        if position:
            full = position.price_total - position.price_subtotal
        else:
            full = invoice.amount_tax
        tolerance = 0.02 + 0.01 * 2 * len(invoice.invoice_line_ids)
        if "fixed" in credit.invoice_line_ids.tax_ids.mapped("amount_type"):
            tolerance += 0.15  # pieces have two digits
        self.assertAlmostEqual(credit.amount_tax, full * part, delta=tolerance)
