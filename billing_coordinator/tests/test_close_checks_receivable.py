from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from .close_check_common import IN_MAY, CloseCheckCase
from .common import days


@tagged("post_install", "-at_install")
class TestReceivableChecks(CloseCheckCase):
    def test_receivables(self):
        invoice = self._in_may()
        theirs = self._elsewhere()
        self._break(theirs)
        found = self._run("receivables")
        self.assertEqual(found.figure, 0)
        self.assertEqual(found.figures["ledger"][1], 100)
        self.assertEqual(sum(self._open(found).mapped("balance")), 100)
        self._break(invoice)
        found = self._run("receivables")
        self.assertEqual(found.figure, 7)
        self.assertEqual(self._open(found), self._receivable_lines(invoice))
        figures = {key: figure for key, (_label, figure) in found.figures.items()}
        self.assertEqual(figures, {"ledger": 100, "other": 93})
        [row] = found.rows
        self.assertEqual((row.label, row.figure), ("Customer A", 7))
        self.assertEqual(self._open(row), self._receivable_lines(invoice))

    def _break(self, invoice):
        """An open amount that is not what the settlements leave."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE account_move_line SET amount_residual = amount_residual - 7,
                      amount_residual_currency = amount_residual_currency - 7
                WHERE id = ANY(%s)""",
            [self._receivable_lines(invoice).ids],
        )
        self.env.invalidate_all()

    def test_change_of_the_books(self):
        """What is posted into the month after the sign-off is drift."""
        self._in_may()
        signed = self._run("receivables")
        self._make_invoice(amount=60, overdue=-40)  # of June
        self._pay(self._in_may(amount=20), day=IN_MAY)
        self.assertFalse(self._run("receivables").has_moved(signed, 0))
        self._in_may(amount=60)
        self.assertTrue(self._run("receivables").has_moved(signed, 59.99))
        self.assertFalse(self._run("receivables").has_moved(signed, 60))

    def test_manual_entries(self):
        invoice = self._in_may()
        self._register_payment(invoice, payment_date=IN_MAY)
        self._make_entry(self.customer, 10, days(-1))
        self._make_entry(self.other_customer, 10, IN_MAY, company=self.other_company)
        self.assertClean("manual_entries")
        entry = self._make_entry(self.customer, 10, IN_MAY)
        found = self.assertFound("manual_entries", self._receivable_lines(entry))
        self.assertEqual(found.model, "account.move.line")

    def test_differences_in_exchange_are_nobody_s_entries(self):
        invoice = self._make_invoice(amount=100, overdue=30, currency_id=self.usd.id)
        entry = self._make_entry(
            *(self.customer, -25, IN_MAY, self.usd, -100),
        )
        items = self._receivable_lines(invoice + entry)
        items.reconcile()
        self.assertTrue(items.matched_credit_ids.exchange_move_id)
        self.assertFound("manual_entries", self._receivable_lines(entry))

    def test_unapplied_credits(self):
        invoice = self._in_may()
        self._make_credit_note(amount=33, overdue=-40)  # of June
        theirs = {"company": self.other_company, "customer": self.other_customer}
        self._make_credit_note(amount=9, overdue=-10, **theirs)
        self.assertClean("unapplied_credits")
        credit = self._make_credit_note(amount=30, overdue=-10)
        found = self._run("unapplied_credits")
        self.assertEqual(found.figure, 30)
        rows = self._open(found)
        self.assertEqual((rows.move_id, rows.residual), (credit, -30))
        [row] = found.rows
        self.assertEqual((row.label, row.figure), ("Customer A", -30))
        self.assertEqual(self._open(row), rows)
        items = self._receivable_lines(invoice + credit)
        items.reconcile()
        self.assertClean("unapplied_credits")

    def test_credit_balances(self):
        self._in_may(amount=40)
        credit = self._make_credit_note(amount=30, overdue=-10)
        theirs = {"company": self.other_company, "customer": self.other_customer}
        self._make_credit_note(amount=9, overdue=-10, **theirs)
        self.assertClean("credit_balances")
        credit += self._make_credit_note(amount=30, overdue=-10)
        found = self._run("credit_balances")
        self.assertEqual(found.figure, 20)
        self.assertEqual(sum(self._open(found).mapped("residual")), -20)
        self._in_may(amount=300, customer=self._make_customer("Customer B"))
        self.assertEqual(self._run("credit_balances").figure, 20)

    def test_credit_without_customer(self):
        entry = self._make_entry(self.customer.browse(), -10, IN_MAY)
        self._in_may(amount=40)
        for code in ("credit_balances", "unapplied_credits"):
            found = self._run(code)
            self.assertEqual(found.figure, 10)
            self.assertEqual(self._open(found).move_id, entry)
            self.assertEqual(self._open(found.rows[0]).move_id, entry)

    # -- what customers say --------------------------------------------------------

    def _dispute(self, invoice, amount, made_on=datetime(2025, 5, 20)):
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Wrong price",
                "kind": "discrepancy",
                "company_id": invoice.company_id.id,
                "partner_id": invoice.partner_id.id,
                "line_ids": [
                    Command.create({"move_id": invoice.id, "amount_disputed": amount})
                ],
            }
        )
        self._set_made_on(ticket, made_on)
        return ticket

    def test_discrepancies(self):
        invoice = self._in_may()
        self._dispute(self._elsewhere(), 50)
        self._dispute(self._in_may(), 50, datetime(2025, 6, 1, 8))
        self.assertClean("discrepancies")
        ticket = self._dispute(invoice, 40)
        self.assertFound("discrepancies", ticket, 40)
        ticket.action_cancel()
        self.assertClean("discrepancies")

    def test_promises(self):
        self.company.billing_promise_grace = 0
        self.other_company.billing_promise_grace = 0
        self._promise(self._elsewhere(), days(-18))
        self._promise(self._in_may(), days(-1))
        self.assertClean("promises")
        self.assertFound("promises", self._promise(self._in_may(), days(-18)))

    def _promise(self, invoice, day):
        with self._at(days(-19)):
            return self.env["billing.promise"]._make(
                self._receivable_lines(invoice), [(day, 50)]
            )

    def test_failed_notices(self):
        notices = [self._fail(self.customer, self.company)]
        notices.append(self._fail(self.other_customer, self.other_company))
        found = self._run("failed_notices")
        self.assertEqual(self._open(found), notices[0])
        self.assertEqual(found.figure, 1)
        notices[0].failure_handled = True
        self.assertClean("failed_notices")

    def _fail(self, customer, company):
        """A notice that could not be delivered."""
        self._make_invoice(customer, overdue=60, company=company)
        worklist = self.env["billing.worklist"]
        with self._at(days(-20)):
            worklist._refresh(company, customer.ids)
            notice = worklist._get_row(company, customer)._process_one()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_followup_notice SET state = 'failed' WHERE id = %s",
            [notice.id],
        )
        self.env.invalidate_all()
        return notice

    # -- orders ------------------------------------------------------------------------

    def test_orders(self):
        found = self._run("not_billed")
        if "sale.order" not in self.env:
            self.assertFalse(found.applicable)
            self.assertEqual(found.note, "The app Sales is not installed.")
            return
        self.assertEqual(found.figure, 0)
        product = self.env["product.product"].create(
            {"name": "Service", "type": "service", "invoice_policy": "order"}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.order_line.price_unit = 100
        order.action_confirm()
        order.date_order = datetime(2025, 5, 31, 20)
        self.assertEqual(self._run("not_billed").figure, 1)


@tagged("post_install", "-at_install")
class TestTaxCheck(CloseCheckCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["account.account.tag"].create(
            {"name": "+54", "applicability": "taxes", "country_id": cls._country().id}
        )
        cls.tax = cls._make_tax("VAT 21%", 21)

    @classmethod
    def _country(cls):
        return cls.env.ref("base.be")

    @classmethod
    def _make_tax(cls, name, amount, **values):
        company = values.pop("company", cls.company)
        group = cls.env["account.tax.group"].create(
            {"name": name, "company_id": company.id, "country_id": cls._country().id}
        )
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create(
                {"repartition_type": "tax", "tag_ids": [Command.set(cls.tag.ids)]}
            ),
        ]
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": company.id,
                "country_id": cls._country().id,
                "tax_group_id": group.id,
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
                **values,
            }
        )

    def _bill(self, *amounts, taxes=None, **values):
        company = values.get("company", self.company)
        taxes = taxes or self.tax
        lines = [
            Command.create(
                {
                    "name": "Service",
                    "price_unit": amount,
                    "account_id": self._account("income", company).id,
                    "tax_ids": [Command.set(taxes.ids)],
                }
            )
            for amount in amounts
        ]
        return self._in_may(invoice_line_ids=lines, **values)

    def assertTax(self, booked, due):
        found = self._run("tax")
        figures = {key: figure for key, (_label, figure) in found.figures.items()}
        self.assertEqual(figures, {"booked": booked, "due": due})
        return found

    def test_agrees(self):
        self._bill(100, 50)
        self._bill(10, move_type="out_refund")
        self.assertClean("tax")
        self.assertTax(29.4, 29.4)

    def test_rounding_is_no_difference(self):
        self._bill(*[0.07] * 9)  # 0.0147 each
        self.assertClean("tax")

    def test_taxes_on_each_other_and_groups(self):
        levy = self._make_tax("Levy", 10, include_base_amount=True, sequence=1)
        self.tax.sequence = 2
        self._bill(100, taxes=levy + self.tax)
        self.assertTax(33.1, 33.1)
        parts = self._make_tax("Part", 5) + self._make_tax("Other part", 2)
        group = self._make_tax(
            *("Group", 0),
            amount_type="group",
            children_tax_ids=[Command.set(parts.ids)],
            invoice_repartition_line_ids=[],
            refund_repartition_line_ids=[],
        )
        self._bill(100, taxes=group)
        self.assertTax(40.1, 40.1)
        self.assertClean("tax")

    def test_foreign_currency(self):
        self._bill(33.33, 66.67, currency_id=self.usd.id)
        self.assertClean("tax")

    def test_tax_changed_by_hand(self):
        self._change(self._bill(100, taxes=self._make_elsewhere(), **self._there()))
        invoice = self._bill(100)
        self.assertClean("tax")
        self._change(invoice)
        found = self.assertTax(22, 21)
        self.assertEqual(found.figure, 1)
        self.assertEqual(self._open(found), invoice)
        self.assertEqual([row.figure for row in found.rows], [1])
        self.assertTrue(found.rows[0].label.startswith("VAT 21%"))

    def test_currency_of_three_decimals(self):
        """What rounding explains is as small as the currency's steps."""
        self.eur.rounding = 0.001
        invoice = self._bill(100)
        self._change(invoice, 0.001)
        self.assertClean("tax")
        self._change(invoice, 0.003)
        found = self._run("tax")
        self.assertEqual(found.figure, 0.004)
        self.assertEqual(self._open(found), invoice)

    def _there(self):
        return {"company": self.other_company, "customer": self.other_customer}

    def _make_elsewhere(self):
        return self._make_tax("VAT 21%", 21, company=self.other_company)

    def _change(self, invoice, more=1):
        """Posted with more tax than base and rate give."""
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE account_move_line SET balance = balance - %s
                WHERE move_id = %s AND tax_line_id IS NOT NULL""",
            [more, invoice.id],
        )
        self.env.invalidate_all()

    def test_tax_without_tags(self):
        invoice = self._bill(100)
        self.env.flush_all()
        line = invoice.line_ids.filtered("tax_line_id")
        self.assertEqual(line.tax_tag_ids, self.tag)
        self.env.cr.execute(
            """DELETE FROM account_account_tag_account_move_line_rel
                WHERE account_move_line_id = %s""",
            [line.id],
        )
        found = self.assertTax(21, 21)
        self.assertEqual(found.figure, 21)
        self.assertEqual(self._open(found), invoice)
