"""What settles a promise, and what becomes of it when the invoice changes."""

import random

from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, days
from .test_promise import PromiseCase


@tagged("post_install", "-at_install")
class TestPostedAgain(PromiseCase):
    """An invoice that was back in draft has other installments, or another amount."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)
        self.halves = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": number})
                    for number in (5, 10)
                ],
            }
        )

    def _post_again(self, price=None, **values):
        self.invoice.button_draft()
        if price is not None:
            self.invoice.invoice_line_ids.price_unit = price
        self.invoice.write(values)
        self.invoice.action_post()

    def _covers(self, promise):
        """What the promise covers, in the order of the installments of today."""
        covers = promise.line_ids.sorted("date_maturity")
        self.assertLessEqual(covers.move_line_id, self._receivable_lines(self.invoice))
        self.assertEqual(len(covers.move_line_id), len(covers))
        return covers.mapped("amount")

    def test_other_terms(self):
        promise = self._promise(self.invoice, (4, 700))
        self._post_again(invoice_payment_term_id=self.halves.id)
        self.assertEqual(len(self._receivable_lines(self.invoice)), 2)
        self.assertEqual(self._send().amount, 300)
        self.assertEqual(self._covers(promise), [500, 200])
        self._pay(self.invoice, 700, day=days(2))
        self.assertEqual(promise.amount_paid, 700)
        self._judge(6)
        self.assertEqual(promise.state, "kept")

    def test_installment_is_gone(self):
        self._post_again(invoice_payment_term_id=self.halves.id)
        first, second = self._promise(self.invoice, (4, 600), (9, 400)).sorted("date")
        self._post_again(invoice_payment_term_id=False, invoice_date_due=days(-20))
        self.assertEqual(self._row().wait_reason, "promised")
        self.assertEqual((self._covers(first), self._covers(second)), ([600], [400]))
        self._run_job()
        self.assertFalse(self._notices())

    def test_judged_without_an_evaluation_before(self):
        self._post_again(invoice_payment_term_id=self.halves.id)
        promise = self._promise(self.invoice, (4, 1000))
        self._post_again(invoice_payment_term_id=False)
        self._pay(self.invoice, 400, day=days(2))
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), (
            "partially_kept", 400))  # fmt: skip

    def test_another_promise_without_an_evaluation_before(self):
        self._promise(self.invoice, (4, 700))
        self._post_again(invoice_payment_term_id=self.halves.id)
        other = self._promise(self.invoice, (9, 300))
        self.assertEqual(self._covers(other), [300])
        self.assertEqual(sum(self._receivables().mapped("withheld")), 1000)

    def test_payment_before_it_was_posted_again(self):
        """Odoo takes it off the invoice; applied again it counts."""
        promise = self._promise(self.invoice, (4, 700))
        entry = self._pay(self.invoice, 100, day=days(1))
        self._post_again(invoice_payment_term_id=self.halves.id)
        self._row()
        self._receivable_lines(self.invoice + entry).reconcile()
        self._pay(self.invoice, 600, day=days(2))
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), ("kept", 700))

    def test_shown_by_the_refresh_of_the_day(self):
        """Also where the amounts of the customer are what they were."""
        self._promise(self.invoice, (4, 1000))
        self._row()
        self._post_again(invoice_payment_term_id=self.halves.id)
        with self._scheduler() as env:
            env["billing.worklist"]._cron_refresh()
        self.env.invalidate_all()
        self.assertEqual(self._receivables().mapped("withheld"), [500, 500])

    def test_lowered(self):
        """What is not owed any more is not paid, and need not be."""
        promise = self._promise(self.invoice, (4, 1000))
        self._post_again(price=700)
        self.assertEqual(self._row().wait_reason, "promised")
        self.assertEqual(promise.amount_paid, 0)
        self._pay(self.invoice, 700, day=days(2))
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), ("kept", 700))

    def test_lowered_and_not_paid(self):
        promise = self._promise(self.invoice, (4, 1000))
        self._post_again(price=700)
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), ("broken", 0))

    def test_spread_anew_once(self):
        promise = self._promise(self.invoice, (4, 1000))
        self._post_again(price=700, invoice_payment_term_id=self.halves.id)
        self._row()
        covers = promise.line_ids
        self._row()
        self.assertEqual(promise.line_ids, covers)

    def test_cancelled(self):
        promise = self._promise(self.invoice, (4, 1000))
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(promise.amount_paid, 0)
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), ("withdrawn", 0))


@tagged("post_install", "-at_install")
class TestTakenBack(PromiseCase):
    """A payment bounces: its reconciliation is undone."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)

    def _bounce(self, entry):
        self._receivable_lines(entry).remove_move_reconcile()
        entry.button_draft()
        entry.button_cancel()

    def test_payment_from_before_the_promise(self):
        """The hole is not filled with what the customer pays as promised."""
        before = self._pay(self.invoice, 300)
        promise = self._promise(self.invoice, (4, 700))
        self._bounce(before)
        self.assertEqual(promise.amount_paid, 0)
        self.assertEqual(self._send().amount, 300)
        self._pay(self.invoice, 700, day=days(2))
        self.assertEqual(promise.amount_paid, 700)
        self._judge(6)
        self.assertEqual(promise.state, "kept")

    def test_payment_of_a_judged_promise(self):
        first, second = self._promise(self.invoice, (3, 300), (10, 700)).sorted("date")
        paid = self._pay(self.invoice, 300, day=days(1))
        self._judge(5)
        self.assertEqual(first.state, "kept")
        self._bounce(paid)
        self.assertEqual(self._receivables().withheld, 700)
        self._pay(self.invoice, 700, day=days(8))
        self.assertEqual(second.amount_paid, 700)
        self._judge(12)
        self.assertEqual((first.judged_amount, second.state), (300, "kept"))

    def test_payment_of_the_other_promise(self):
        first, second = self._promise(self.invoice, (3, 300), (10, 700)).sorted("date")
        paid = self._pay(self.invoice, 400, day=days(1))
        first.action_withdraw("Called it off")
        self.assertEqual((first.amount_paid, second.amount_paid), (300, 100))
        self._bounce(paid)
        self.assertEqual((first.amount_paid, second.amount_paid), (300, 0))


@tagged("post_install", "-at_install")
class TestAsOf(PromiseCase):
    def test_what_was_paid_by_then(self):
        """As of a past day, with what had come in, and what was judged since."""
        invoice = self._make_invoice(amount=1000)
        with self._at(days(-9)):
            first, second = self._promise(invoice, (-8, 400), (20, 500))
        self._pay(invoice, 300, day=days(-7))
        self._judge(-4)
        self.assertEqual(first.state, "partially_kept")
        self._pay(invoice, 100, day=days(-2))
        self.assertEqual(second.amount_paid, 100)
        for day, withheld in (
            (-10, 0), (-9, 900), (-8, 900), (-7, 600), (-5, 600), (-4, 500), (-2, 400),
        ):  # fmt: skip
            row = self._receivables(as_of=days(day))
            self.assertEqual(row.withheld, withheld, day)


@tagged("post_install", "-at_install")
class TestUnderWay(PromiseCase):
    """Payments that get their entry from the bank, later."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)

    def test_part_of_the_promise(self):
        promise = self._promise(self.invoice, (4, 400))
        self._register_payment(self.invoice, amount=150)
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), (
            "partially_kept", 150))  # fmt: skip

    def test_all_of_the_promise(self):
        promise = self._promise(self.invoice, (4, 400))
        self._register_payment(self.invoice, amount=400)
        self.assertEqual(promise.amount_paid, 400)
        self._judge(6)
        self.assertEqual(promise.state, "kept")

    def test_claim_is_reduced_once(self):
        self._promise(self.invoice, (4, 400))
        self._register_payment(self.invoice, amount=400)
        self.assertEqual(self._receivables().withheld, 0)
        self.assertEqual(self._send().amount, 600)

    def test_claim_with_a_payment_from_before(self):
        """The customer has paid 400 and promises the rest."""
        self._register_payment(self.invoice, amount=400)
        promise = self._promise(self.invoice, (4, 600))
        self.assertEqual(self._receivables().withheld, 600)
        self.assertFalse(self._send())
        self._pay(self.invoice, 400)
        self.assertEqual(self._receivables().withheld, 600)
        self.assertEqual(promise.amount_paid, 0)
        self._pay(self.invoice, 600, day=days(3))
        self._judge(6)
        self.assertEqual(promise.state, "kept")

    def test_arrives_after_the_judging(self):
        """It is the first one's and does not pay for the second."""
        first, second = self._promise(self.invoice, (3, 400), (10, 600)).sorted("date")
        payment = self._register_payment(self.invoice, amount=400)
        self._judge(5)
        self.assertEqual((first.state, second.amount_paid), ("kept", 0))
        self._pay(self.invoice, 400, day=days(7))
        self.assertEqual(payment.state, "paid")
        self.assertEqual((second.amount_paid, self._receivables().withheld), (0, 600))

    def test_for_two_invoices(self):
        """It is shared out by what is open of them."""
        other = self._make_invoice(amount=500)
        promise = self._promise(self.invoice + other, (4, 1500))
        self._register_payment(self.invoice + other, amount=300, group_payment=True)
        self.assertEqual(promise.amount_paid, 300)
        withheld = self._receivables().sorted("amount").mapped("withheld")
        self.assertEqual(withheld, [400, 800])

    def test_in_another_currency(self):
        """400 dollars are 100 euros, at the day's rate."""
        promise = self._promise(self.invoice, (4, 400))
        self._register_payment(self.invoice, amount=400, currency_id=self.usd.id)
        self.assertEqual(promise.amount_paid, 100)


@tagged("post_install", "-at_install")
class TestWhatIsPaid(PromiseCase):
    """A credit note or a write-off is no payment, whatever it settles."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)
        self.promise = self._promise(self.invoice, (4, 1000))

    def _settle(self, *lines, journal="TMISC"):
        """Reconcile the invoice with an entry of ``(account type, balance)``."""
        entry = self.env["account.move"].create(
            {
                "journal_id": self._journal(journal).id,
                "date": TODAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self._account(kind).id,
                            "partner_id": self.customer.id,
                            "balance": balance,
                        }
                    )
                    for kind, balance in lines
                ],
            }
        )
        entry.action_post()
        self._receivable_lines(self.invoice + entry).reconcile()

    def test_credit_note_while_the_promise_is_open(self):
        refund = self._make_credit_note(amount=300)
        self._receivable_lines(self.invoice + refund).reconcile()
        self.assertEqual(self.promise.amount_paid, 0)
        self.assertEqual(self.promise.line_ids.remaining, 700)
        self.promise.action_withdraw("Called it off")
        self.assertEqual(self.promise.judged_amount, 0)

    def test_written_off(self):
        self._settle(("asset_receivable", -1000), ("expense", 1000))
        self.assertEqual(self.promise.amount_paid, 0)
        self._judge(6)
        self.assertEqual(self.promise.state, "withdrawn")

    def test_entry_of_another_system(self):
        self._settle(("asset_receivable", -1000), ("asset_current", 1000))
        self.assertEqual(self.promise.amount_paid, 1000)

    def test_entry_in_the_bank_journal_with_a_discount(self):
        self._settle(
            ("asset_receivable", -1000), ("asset_cash", 970), ("expense", 30),
            journal="TBNK",
        )  # fmt: skip
        self.assertEqual(self.promise.amount_paid, 970)
        self._judge(6)
        self.assertEqual((self.promise.state, self.promise.judged_amount), (
            "kept", 970))  # fmt: skip

    def test_payment_with_a_write_off(self):
        """Registered in the dialog of Odoo, by an outstanding account."""
        outstanding = self._make_account(self.company, "101402", "asset_current")
        outstanding.reconcile = True
        journal = self._journal("TBNK")
        methods = journal.inbound_payment_method_line_ids
        methods.payment_account_id = outstanding
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        wizard = register.create(
            {
                "journal_id": journal.id,
                "amount": 900,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self._account("expense").id,
            }
        )
        payment = wizard._create_payments()
        self.assertTrue(payment.move_id)
        self.assertEqual(self._receivable_lines(self.invoice).amount_residual, 0)
        self.assertEqual(self.promise.amount_paid, 900)

    def test_bank_statement_line(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal("TBNK").id,
                "date": TODAY,
                "payment_ref": "Thank you",
                "partner_id": self.customer.id,
                "amount": 400,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self._account("asset_receivable")
        self._receivable_lines(self.invoice + line.move_id).reconcile()
        self.assertEqual(self.promise.amount_paid, 400)

    def test_exchange_difference(self):
        """What the rate changes is no payment, and hides none."""
        invoice = self._make_invoice(
            amount=100, currency_id=self.usd.id, invoice_date=days(-80)
        )
        promise = self._promise(invoice, (4, 100))
        self._pay(invoice, 20, currency=self.usd, foreign=-60)
        self.assertEqual(promise.amount_paid, 60)
        self.assertEqual(promise.line_ids.remaining, 40)


@tagged("post_install", "-at_install")
class TestSameEverywhere(PromiseCase):
    def test_the_claim_and_the_judging_agree(self):
        """Whatever happens: what is not chased is what the promises wait for."""
        for seed in range(12):
            with self.subTest(seed=seed):
                self._assert_same_in_a_life(random.Random(seed))

    def _assert_same_in_a_life(self, chance):
        customer = self._make_customer(f"Customer {chance.random()}")
        invoice = self._make_invoice(customer, amount=1000)
        paid, promises = [], self.env["billing.promise"]
        for _step in range(8):
            row = self._receivables(customer)
            free = sum(row.mapped("residual")) - sum(row.mapped("withheld"))
            step = chance.choice(("promise", "pay", "bounce", "close", "credit"))
            if step == "promise" and free > 1:
                amount = round(free * chance.uniform(0.1, 1), 2)
                promises |= self._promise(invoice, (4, amount))
            elif step == "pay" and row:
                amount = round(sum(row.mapped("residual")) * chance.random(), 2) or 1
                paid.append(self._pay(invoice, amount))
            elif step == "bounce" and paid:
                entry = paid.pop(chance.randrange(len(paid)))
                self._receivable_lines(entry).remove_move_reconcile()
                entry.button_draft()
                entry.button_cancel()
            elif step == "close" and promises:
                promise = chance.choice(promises)
                promises -= promise
                promise.action_withdraw("Called it off")
            elif step == "credit" and row:
                refund = self._make_credit_note(customer, amount=10)
                self._receivable_lines(invoice + refund).reconcile()
            self._assert_agree(customer, promises)

    def _assert_agree(self, customer, promises):
        promises.invalidate_recordset()
        promises.line_ids.invalidate_recordset()
        withheld = sum(self._receivables(customer).mapped("withheld"))
        waiting = sum(promises.line_ids.mapped("remaining"))
        self.assertAlmostEqual(withheld, waiting, 2)
        for promise in promises:
            left = sum(promise.line_ids.mapped("remaining"))
            self.assertLessEqual(promise.amount_paid + left, promise.amount + 0.001)
