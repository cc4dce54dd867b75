from odoo import Command
from odoo.tests import tagged

from .common import days
from .match_common import MatchCase


@tagged("post_install", "-at_install")
class TestMatchShort(MatchCase):
    """Too little came: left open, a discount, written off, or a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100.0)

    def _pay_short(self, handling=None, amount=95.0, user=None, **rest):
        line = self._make_bank_line(amount)
        rest = {"handling": handling, **rest} if handling else None
        match = self._match(line, (self.invoice, amount), rest=rest, user=user)
        return match, line

    def test_left_open(self):
        match, line = self._pay_short("open")
        self.assertOpen(invoice=5.0)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((match.difference, match.rest_handling), (-5.0, "open"))

    def test_nothing_short(self):
        match, _line = self._pay_short("writeoff", 100.0)
        self.assertFalse(match.rest_handling)
        self.assertEqual(match.difference, 0.0)

    def test_as_the_company_chose(self):
        for handling, left in (("open", 5.0), ("discount", 0.0)):
            self.company.billing_match_short = handling
            match, _line = self._pay_short()
            self.assertEqual(match.rest_handling, handling)
            self.assertOpen(invoice=left)
            match.action_undo()

    def test_discount(self):
        match, line = self._pay_short("discount")
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEntry(
            line,
            [
                ("101400", "Customer A", 95.0),
                ("642000", "Customer A", 5.0),
                ("101000", "Customer A", -100.0),
            ],
        )
        self.assertEqual(match.granted, 5.0)

    def test_discount_without_account(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        with self.assertRefused("account for early-payment discounts of Follow-up"):
            self._pay_short("discount")

    def test_written_off(self):
        match, line = self._pay_short("writeoff", note="Not worth a letter")
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEntry(
            line,
            [
                ("101400", "Customer A", 95.0),
                ("643000", "Customer A", 5.0),
                ("101000", "Customer A", -100.0),
            ],
        )
        self.assertEqual(match.note, "Not worth a letter")

    def test_written_off_without_a_reason(self):
        with self.assertRefused("Say why"):
            self._pay_short("writeoff")

    def test_written_off_above_the_limit(self):
        """The limit itself may be written off."""
        match, _line = self._pay_short("writeoff", 90.0, note="Ten")
        match.action_undo()
        with self.assertRefused("ask a billing manager"):
            self._pay_short("writeoff", 89.99, note="More than ten")
        self.assertOpen(invoice=100.0)
        self._pay_short("writeoff", 89.99, note="More than ten", user=self.manager)
        self.assertOpen(invoice=0.0)

    def test_limit_is_of_all_items(self):
        second = self._make_invoice(amount=100.0)
        line = self._make_bank_line(188.0)
        with self.assertRefused("12.00.€ is more than the 10.00.€"):
            self._match(
                line,
                (self.invoice, 94.0),
                (second, 94.0),
                rest={"handling": "writeoff", "note": "Twice six"},
            )

    def test_limit_counts_what_tickets_wrote_off(self):
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Too dear",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create({"move_id": self.invoice.id, "amount_disputed": 8.0})
                ],
            }
        )
        cause = self.env["billing.ticket.cause"].search([], limit=1)
        ticket._settle("written_off", root_cause=cause)
        self.assertOpen(invoice=92.0)
        with self.assertRefused("13.00.€ is more than"):
            self._pay_short("writeoff", 87.0, note="Five more")

    def test_job_writes_nothing_off_above_the_limit(self):
        self.company.billing_match_short = "writeoff"
        match = self._propose(
            self._make_bank_line(80.0), (self.invoice, 80.0), difference=-20.0
        )
        with self.assertRefused("more than the 10.00"):
            match.with_context(billing_match_automatic=True)._apply()

    def test_ticket(self):
        reason = self.env["billing.ticket.reason"].search(
            [("kind", "=", "discrepancy")], limit=1
        )
        match, _line = self._pay_short("ticket", note="Broken", reason_id=reason.id)
        ticket = match.ticket_id
        self.assertOpen(invoice=5.0)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual((ticket.kind, ticket.channel), ("discrepancy", "bank"))
        self.assertEqual(ticket.reason_id, reason)
        self.assertEqual(ticket.line_ids.move_id, self.invoice)
        self.assertEqual(ticket.amount_disputed, 5.0)
        self.assertFalse(self._row()._process_one())  # nobody is reminded of it

    def test_ticket_of_several_customers(self):
        theirs = self._make_invoice(self.other, amount=50.0)
        line = self._make_bank_line(140.0)
        with self.assertRefused("A ticket is of one customer"):
            self._match(
                line,
                (self.invoice, 95.0),
                (theirs, 45.0),
                rest={"handling": "ticket"},
            )

    def test_charges_kept_by_the_bank(self):
        charges = self._make_account(self.company, "644000", "expense")
        self.company.billing_match_charges_account_id = charges
        line = self._make_bank_line(97.0)
        item = self._item(self.invoice)
        matches = self.env["billing.payment.match"].with_user(self.coordinator)
        match = matches._apply_manual(
            line.with_user(self.coordinator),
            [{"move_line_id": item.id, "amount": 97.0, "kept": 3.0}],
        )
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEntry(
            line,
            [
                ("101400", "Customer A", 97.0),
                ("644000", "Customer A", 3.0),
                ("101000", "Customer A", -100.0),
            ],
        )
        self.assertEqual(match.sudo().kept, 3.0)

    def test_charges_of_a_proposal(self):
        """The rules say what was kept of all; it comes off the largest item."""
        charges = self._make_account(self.company, "644000", "expense")
        self.company.billing_match_charges_account_id = charges
        small = self._make_invoice(amount=20.0)
        line = self._make_bank_line(117.0)
        match = self._propose(line, (self.invoice, 97.0), (small, 20.0), kept=3.0)
        match.with_user(self.coordinator).action_apply()
        self.assertOpen(invoice=0.0)
        self.assertEqual(small.payment_state, "paid")

    def test_charges_without_account(self):
        line = self._make_bank_line(97.0)
        match = self._propose(line, (self.invoice, 97.0), kept=3.0)
        with self.assertRefused("account for charges of the bank of Follow-up"):
            match._apply()


@tagged("post_install", "-at_install")
class TestMatchDiscount(MatchCase):
    """Early-payment discounts are booked as Odoo does, with their taxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_account = cls._make_account(cls.company, "251000", "liability_current")
        group = cls.env["account.tax.group"].create(
            {"name": "VAT", "company_id": cls.company.id}
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "20 %",
                "amount": 20.0,
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
                "tax_group_id": group.id,
                "invoice_repartition_line_ids": cls._repartition(),
                "refund_repartition_line_ids": cls._repartition(),
            }
        )

    @classmethod
    def _repartition(cls):
        return [
            Command.create({"repartition_type": "base"}),
            Command.create(
                {"repartition_type": "tax", "account_id": cls.tax_account.id}
            ),
        ]

    def _make_discounted(self, computation):
        """An invoice of 1000 and 200 of taxes, with 2 % if paid within ten days."""
        terms = self.env["account.payment.term"].create(
            {
                "name": f"2 % {computation}",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": computation,
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        [invoice] = self._make_invoices([(None, 1000.0, 0)], post=False)
        invoice.write({"invoice_date": days(-5), "invoice_payment_term_id": terms.id})
        invoice.invoice_line_ids.tax_ids = self.tax
        invoice.action_post()
        return invoice

    def assertDiscount(self, computation, total, paid, expected):
        """``expected`` entry, but for bank and receivable."""
        invoice = self._make_discounted(computation)
        self.assertEqual(invoice.amount_total, total)
        for by_rest in (False, True):
            line = self._make_bank_line(paid)
            if by_rest:  # somebody chooses it for what is missing
                match = self._match(
                    line, (invoice, paid), rest={"handling": "discount"}
                )
            else:
                match = self._match(line, (invoice, paid, total - paid))
            self.assertEqual(invoice.payment_state, "paid")
            self.assertEntry(
                line,
                [
                    ("101400", "Customer A", paid),
                    ("101000", "Customer A", -total),
                    *expected,
                ],
            )
            match.action_undo()
        return line

    def test_included(self):
        """On payment the tax is corrected: 2 % of 1000, and of the tax on it."""
        self.assertDiscount(
            "included",
            1200.0,
            1176.0,
            [("642000", "Customer A", 20.0), ("251000", "Customer A", 4.0)],
        )

    def test_excluded(self):
        """The tax stays: 2 % of 1000."""
        self.assertDiscount(
            "excluded", 1200.0, 1180.0, [("642000", "Customer A", 20.0)]
        )

    def test_mixed(self):
        """The tax is that of the reduced amount from the start: 20 % of 980."""
        self.assertDiscount("mixed", 1196.0, 1176.0, [("642000", "Customer A", 20.0)])

    def test_included_tags(self):
        """The tax report sees the corrected base and tax."""
        invoice = self._make_discounted("included")
        line = self._make_bank_line(1176.0)
        self._match(line, (invoice, 1176.0, 24.0))
        base = line.move_id.line_ids.filtered("tax_ids")
        tax = line.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual((base.balance, base.tax_ids), (20.0, self.tax))
        self.assertEqual((tax.balance, tax.tax_line_id), (4.0, self.tax))

    def test_other_amount_than_offered(self):
        """It is a discount, though not that of the terms."""
        invoice = self._make_discounted("excluded")
        line = self._make_bank_line(1190.0)
        self._match(line, (invoice, 1190.0), rest={"handling": "discount"})
        self.assertEntry(
            line,
            [
                ("101400", "Customer A", 1190.0),
                ("101000", "Customer A", -1200.0),
                ("642000", "Customer A", 10.0),
            ],
        )
