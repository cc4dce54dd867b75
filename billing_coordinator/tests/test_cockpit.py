import random
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..tools import behaviour
from .common import TODAY, BillingCase, SecondCompany, days

MANY = 60
LEDGER = ("invoice", "payment", "entry")


class CockpitCase(BillingCase):
    def _row(self, customer=None, company=None):
        """The row, also of a customer of whom nothing has been open yet."""
        customer = customer or self.customer
        row = super()._row(customer, company)
        values = {"company_id": self.company.id, "partner_id": customer.id}
        return row or self.env["billing.worklist"].create(values)

    def _cockpit(self, customer=None, user=None, row=None):
        row = row or self._row(customer)
        return row.with_user(user or self.coordinator).get_cockpit()

    def _entries(self, *kinds, customer=None, **kwargs):
        row = self._row(customer).with_user(self.coordinator)
        return row.get_timeline(list(kinds), **kwargs)["entries"]

    def _call(self, outcome="reached", note="", customer=None):
        row = self._row(customer).with_user(self.coordinator)
        wizard = self.env["billing.call.wizard"].with_user(self.coordinator)
        wizard = wizard.create({"worklist_ids": row.ids, "note": note})
        wizard.with_context(call_outcome=outcome).action_log()

    def _pay_at_bank(self, invoices, amount, day=TODAY, **values):
        return self._pay(
            invoices, amount, day, journal_id=self._journal("TBNK").id, **values
        )

    def _ledger_balance(self, customer=None):
        """What the general ledger says, by other means than ``billing.receivable``."""
        self.env.flush_all()
        [[balance]] = self.env.execute_query(
            SQL(
                """SELECT SUM(line.balance)
                     FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                    WHERE account.account_type = 'asset_receivable'
                      AND line.parent_state = 'posted' AND line.partner_id = %s
                      AND line.company_id = %s""",
                (customer or self.customer).id,
                self.company.id,
            )
        )
        return float(balance or 0)


@tagged("post_install", "-at_install")
class TestBalance(CockpitCase):
    def _make_history(self):
        """A bit of everything, in two currencies."""
        paid, part, *_open = self._make_invoices(
            [(None, 100, 200), (None, 400, 45), (None, 70, 5), (None, 30, -20)]
        )
        self._pay_at_bank(paid, 100, days(-190))
        self._pay_at_bank(part, 150.55, days(-3))
        dollars = self._make_invoice(
            amount=500, overdue=75, currency_id=self.usd.id, invoice_date=days(-105)
        )
        self._pay(dollars, 100, days(-2), currency=self.usd, foreign=-200)
        self._make_credit_note(amount=25)
        self._make_entry(self.customer, -12.5, days(-7))

    def test_ties_to_the_ledger(self):
        self._make_history()
        found = self._cockpit()
        balance = found["balance"]
        ageing = sum(bucket["amount"] for bucket in found["ageing"])
        self.assertAlmostEqual(balance["ledger"], self._ledger_balance(), 2)
        self.assertAlmostEqual(ageing, balance["open"], 2)
        self.assertAlmostEqual(ageing + balance["credits"], balance["ledger"], 2)
        self.assertEqual(balance["due"], balance["ledger"])
        row = self._row()
        self.assertEqual(balance["due"], row.amount_due)
        self.assertEqual(balance["overdue"], row.amount_overdue)
        self.assertEqual(balance["overdue_count"], row.overdue_count)
        self.assertEqual(balance["days_overdue"], row.days_overdue)

    def test_timeline_adds_up_to_the_balance(self):
        """In each currency, whatever was paid, credited or booked by hand."""
        self._make_history()
        added = {}
        for entry in self._entries(*LEDGER):
            currency = entry["currency_id"]
            added[currency] = added.get(currency, 0) + entry["amount"]
        expected = {}
        for item in self._receivables():
            currency = item.currency_id.id
            expected[currency] = expected.get(currency, 0) + item.residual_currency
        self.assertEqual(set(added), {self.eur.id, self.usd.id})
        for currency, amount in expected.items():
            self.assertAlmostEqual(added[currency], amount, 2)

    def test_buckets(self):
        """Labels of the company's own bounds; credits stay apart."""
        self.company.billing_ageing_bounds = "10,50"
        self._make_invoices([(None, 1, -3), (None, 2, 0), (None, 4, 10), (None, 8, 51)])
        self._make_credit_note(amount=100, overdue=51)
        found = self._cockpit()
        self.assertEqual(
            [(b["label"], b["amount"], b["count"]) for b in found["ageing"]],
            [
                ("Not due", 3, 2),
                ("1-10 days", 4, 1),
                ("11-50 days", 0, 0),
                ("Over 50 days", 8, 1),
            ],
        )
        self.assertEqual(found["balance"]["credits"], -100)
        self.assertEqual(found["balance"]["due"], -85)
        self.assertEqual(found["balance"]["overdue"], 12)

    def test_currencies(self):
        """Told only where there is another one than the company's."""
        self._make_invoice(amount=10)
        self.assertEqual(self._cockpit()["currencies"], [])
        self._make_invoice(amount=80, currency_id=self.usd.id)
        self.assertEqual(
            self._cockpit()["currencies"],
            [
                {"currency_id": self.eur.id, "due": 10},
                {"currency_id": self.usd.id, "due": 80},
            ],
        )

    def test_payment_that_has_no_entry_yet(self):
        """It reduces what is due, as in the worklist, and is shown apart."""
        self._make_invoice(amount=100)
        move = self.env.registry["account.move"]
        with patch.object(
            move, "_get_invoice_in_payment_state", lambda self: "in_payment"
        ):
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "journal_id": self._journal("TBNK").id,
                    "amount": 30,
                }
            )
            payment.action_post()
        self.assertFalse(payment.move_id)
        found = self._cockpit()
        self.assertEqual(found["balance"]["ledger"], 100)
        self.assertEqual(found["balance"]["in_process"], -30)
        self.assertEqual(found["balance"]["due"], 70)
        self.assertEqual(found["balance"]["due"], self._row().amount_due)
        [entry] = self._entries("payment")
        self.assertEqual((entry["amount"], entry["state"]), (
            -30, "Not yet at the bank"))  # fmt: skip

    def test_customer_without_anything(self):
        self._make_invoice()
        found = self._cockpit(self._make_customer("Nobody"))
        self.assertEqual(found["balance"]["due"], 0)
        self.assertEqual({bucket["amount"] for bucket in found["ageing"]}, {0})
        self.assertIsNone(found["behaviour"]["average"])
        self.assertIsNone(found["behaviour"]["trend"])
        self.assertIsNone(found["credit"])
        self.assertEqual(found["timeline"]["entries"], [])
        self.assertEqual([c["name"] for c in found["contacts"]], ["Nobody"])

    def test_credit_limit(self):
        self._make_invoice(amount=750)
        self.customer.with_company(self.company).credit_limit = 1000
        self.assertEqual(
            self._cockpit()["credit"],
            {"limit": 1000, "used": 750, "available": 250, "percent": 75},
        )
        self._make_invoice(amount=500)
        credit = self._cockpit()["credit"]
        self.assertEqual((credit["available"], credit["percent"]), (-250, 125))

    def test_other_company_is_not_counted(self):
        other = self._make_company("Other Ltd")
        self._make_invoice(amount=100)
        self._make_invoice(amount=40, company=other)
        self.customer.with_company(other).credit_limit = 10
        both = self._make_user("both", "group_billing_coordinator")
        both.company_ids = [Command.link(other.id)]
        row = self._row().with_user(both)
        for companies in (self.company + other, other + self.company):
            found = row.with_context(allowed_company_ids=companies.ids).get_cockpit()
            self.assertEqual(found["balance"]["due"], 100)
            self.assertIsNone(found["credit"])
            self.assertEqual(len(found["timeline"]["entries"]), 1)


@tagged("post_install", "-at_install")
class TestBehaviour(CockpitCase):
    def assertBehaves(self, rows):
        """The database agrees with the plain formula on (amount, overdue, paid)."""
        invoices = self._make_invoices(
            [(None, amount, overdue) for amount, overdue, _paid in rows]
        )
        for invoice, (_amount, _overdue, paid) in zip(invoices, rows, strict=True):
            if paid is not None:
                self._pay(invoice, day=days(-paid))
        installments = [
            behaviour.Installment(
                amount, days(-overdue), None if paid is None else days(-paid)
            )
            for amount, overdue, paid in rows
        ]
        periods = behaviour.summarize(installments, TODAY)
        found = self._cockpit()["behaviour"]
        for name, expected in (
            ("average", behaviour.average_days_late(periods[:2])),
            ("average_all", behaviour.average_days_late(periods)),
            ("recent", behaviour.average_days_late(periods[:1])),
            ("before", behaviour.average_days_late(periods[1:2])),
        ):
            if expected is None:
                self.assertIsNone(found[name], name)
            else:
                self.assertAlmostEqual(found[name], expected, 4, name)
        self.assertEqual(found["trend"], behaviour.trend(*periods[:2]))
        return found

    def test_paid_late_and_unpaid(self):
        found = self.assertBehaves([(300, 60, 30), (100, 40, None), (50, -9, None)])
        self.assertEqual(found["average"], 32.5)
        self.assertEqual(found["count"], 2)

    def test_worse_than_before(self):
        found = self.assertBehaves([(100, 60, 20), (100, 250, 245), (100, 700, 100)])
        self.assertEqual((found["recent"], found["before"]), (40, 5))
        self.assertEqual(found["trend"], "worse")

    def test_database_agrees_with_the_formula(self):
        dice = random.Random(3)
        rows = []
        for _number in range(40):
            overdue = dice.choice((-25, 0, 1, 181, 182, 183, dice.randrange(760)))
            # Nobody pays before the invoice, which is 30 days older.
            paid = dice.choice((None, dice.randrange(overdue + 30)))
            rows.append((dice.randrange(1, 10**6) / 100, overdue, paid))
        found = self.assertBehaves(rows)
        self.assertGreater(found["count"], 10)

    def test_partly_paid_is_late_until_all_is_paid(self):
        invoice = self._make_invoice(amount=100, overdue=50)
        self._pay(invoice, 60, days(-49))
        self.assertEqual(self._cockpit()["behaviour"]["average"], 50)
        self._pay(invoice, 40, days(-10))
        self.assertEqual(self._cockpit()["behaviour"]["average"], 40)

    def test_credits_and_entries_say_nothing(self):
        self._make_credit_note(overdue=90)
        self._make_entry(self.customer, 80, days(-40))
        self.assertIsNone(self._cockpit()["behaviour"]["average"])

    def test_installments_count_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value_amount": 75, "nb_days": 10}),
                    Command.create({"value_amount": 25, "nb_days": 30}),
                ],
            }
        )
        self._make_invoice(
            amount=100,
            invoice_date=days(-40),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        found = self._cockpit()["behaviour"]
        self.assertEqual((found["average"], found["count"]), (25, 2))

    def test_more_figures_by_the_hook(self):
        extra = [{"name": "x", "label": "Kept", "value": "80 %", "hint": "4 of 5"}]
        hook = type(self.env["billing.worklist"])._get_extra_behaviour
        self.assertEqual(hook(self._row()), [])
        self.patch(
            self.env.registry["billing.worklist"],
            "_get_extra_behaviour",
            lambda row: extra,
        )
        self.assertEqual(self._cockpit()["behaviour"]["extra"], extra)


@tagged("post_install", "-at_install")
class TestTimeline(CockpitCase):
    def test_everything_newest_first(self):
        invoice = self._make_invoice(amount=100, overdue=20, ref="PO 7")
        self._pay_at_bank(invoice, 40, days(-5))
        self._make_entry(self.customer, -10, days(-8), ref="Goodwill")
        with self._at(days(-4)):
            self._send()
        self.env["billing.hold"].create(
            {"partner_id": self.customer.id, "reason": "Talks", "move_id": invoice.id}
        )
        postpone = self.env["billing.postpone.wizard"].with_user(self.coordinator)
        postpone.create(
            {"worklist_ids": self._row().ids, "date": days(9), "reason": "Holiday"}
        ).action_postpone()
        self._call("promised", "Pays on Friday")
        found = [
            (e["kind"], e["date"], e["amount"], e["state"])
            for e in self._cockpit()["timeline"]["entries"]
        ]
        self.assertEqual(
            found,
            [
                ("postponement", "2025-06-16", None, ""),
                ("hold", "2025-06-16", None, "On hold"),
                ("call", "2025-06-16", None, ""),
                ("notice", "2025-06-12", 50, "Queued"),
                ("payment", "2025-06-11", -40, "Applied"),
                ("entry", "2025-06-08", -10, "Open"),
                ("invoice", "2025-04-27", 100, "Overdue"),
            ],
        )

    def test_promises_and_how_many_were_kept(self):
        invoice = self._make_invoice(amount=100)
        lines = self._receivable_lines(invoice)
        with self._at(days(-9)):
            promises = self.env["billing.promise"]._make(
                lines, [(days(-8), 40), (days(-7), 60)]
            )
        self._pay_at_bank(invoice, 40, days(-8))
        promises._judge()
        found = {
            (e["date_due"], e["amount"], e["state"]) for e in self._entries("promise")
        }
        self.assertEqual(
            found, {("2025-06-08", 40, "Kept"), ("2025-06-09", 60, "Broken")}
        )
        [tile] = self._cockpit()["behaviour"]["extra"]
        self.assertEqual(
            (tile["value"], tile["hint"]), ("50 %", "of 2 that were judged")
        )

    def test_texts(self):
        self._make_invoice(ref="PO 7")
        self._send()
        self._call("promised", "Pays <b>half</b>\non Friday")
        invoice, notice, call = (
            self._entries(kind)[0] for kind in ("invoice", "notice", "call")
        )
        sent = self._notices()
        self.assertEqual(
            (invoice["model"], invoice["id"], invoice["note"], invoice["date_due"]),
            ("account.move", self._receivables().move_id.id, "PO 7", "2025-06-06"),
        )
        self.assertEqual(
            (notice["model"], notice["id"], notice["name"]),
            ("billing.followup.notice", sent.id, sent.stage_id.name),
        )
        self.assertIn(sent.name, notice["note"])
        self.assertEqual(
            (call["name"], call["note"], call["author"]),
            ("Call: Promised to pay", "Pays <b>half</b> on Friday", "Coordinator"),
        )

    def test_states_of_invoices(self):
        paid, part, part_late, _late, _open, credited = self._make_invoices(
            [(None, 1, 1), (None, 2, -9), (None, 3, 1), (None, 4, 1), (None, 5, 0),
             (None, 6, 1)]
        )  # fmt: skip
        self._pay(paid)
        self._pay(part, 1)
        self._pay(part_late, 1)
        self._make_credit_note(amount=7)
        refund = credited._reverse_moves(cancel=True)
        self.assertEqual(credited.payment_state, "reversed")
        states = {e["amount"]: e["state"] for e in self._entries("invoice")}
        self.assertEqual(
            states,
            {
                1: "Paid", 2: "Partly paid", 3: "Overdue", 4: "Overdue", 5: "Open",
                6: "Credited", -6: states[-6], -7: "Not applied",
            },
        )  # fmt: skip
        self.assertTrue(refund)

    def test_payment_under_way_for_an_invoice(self):
        invoice = self._make_invoice()
        self._register_payment(invoice)
        self.assertEqual(self._entries("invoice")[0]["state"], "Payment under way")
        self.assertEqual(self._entries("payment")[0]["state"], "Not yet at the bank")

    def test_exchange_difference_is_no_event(self):
        dollars = self._make_invoice(
            amount=80, overdue=60, currency_id=self.usd.id, invoice_date=days(-90)
        )
        self._pay(dollars, 20, TODAY, currency=self.usd, foreign=-80)
        self.assertFalse(self._receivables())
        self.assertEqual([e["amount"] for e in self._entries(*LEDGER)], [-80, 80])

    def test_drafts_are_not_shown(self):
        self._make_invoices([(None, 100, 10)], post=False)
        self._make_entry(self.customer, 5, TODAY).button_draft()
        self.assertFalse(self._entries(*LEDGER))

    def test_contacts_of_the_customer(self):
        """What was billed to a contact belongs to the customer."""
        contact = self._make_customer("Branch", parent_id=self.customer.id)
        self._make_invoice(contact, 11)
        [entry] = self._entries("invoice")
        self.assertEqual(entry["amount"], 11)

    def test_kinds_and_pages(self):
        self._make_invoices([(None, n + 1, n) for n in range(MANY)])
        self._call()
        timeline = self._cockpit()["timeline"]
        self.assertEqual(
            {kind["kind"]: kind["count"] for kind in timeline["kinds"]},
            {
                "invoice": MANY, "payment": 0, "entry": 0, "notice": 0, "call": 1,
                "promise": 0, "ticket": 0, "hold": 0, "postponement": 0,
            },
        )  # fmt: skip
        self.assertEqual(len(timeline["entries"]), 50)
        self.assertTrue(timeline["has_more"])
        row = self._row().with_user(self.coordinator)
        rest = row.get_timeline(offset=50)
        self.assertEqual(len(rest["entries"]), MANY + 1 - 50)
        self.assertFalse(rest["has_more"])
        both = timeline["entries"] + rest["entries"]
        self.assertEqual(both[0]["kind"], "call")
        amounts = [e["amount"] for e in both[1:]]
        self.assertEqual(amounts, list(range(1, MANY + 1)))
        [call] = row.get_timeline(["call"])["entries"]
        self.assertEqual(call["kind"], "call")
        self.assertEqual(row.get_timeline(["gossip"])["entries"], [])

    def test_days_of_calls_are_those_of_the_user(self):
        self._make_invoice()
        row = self._row().with_user(self.coordinator)
        self._call()
        row.message_ids[:1].sudo().date = "2025-06-16 23:30:00"
        for zone, day in (("UTC", "16"), ("Asia/Tokyo", "17"), ("Nowhere", "16")):
            [entry] = row.with_context(tz=zone).get_timeline(["call"])["entries"]
            self.assertEqual(entry["date"], f"2025-06-{day}", zone)

    def test_notices_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.first.with_context(lang="fr_FR").name = "Premier rappel"
        self._make_invoice()
        self._send()
        row = self._row().with_user(self.coordinator)
        for lang, name in (("fr_FR", "Premier rappel"), ("en_US", self.first.name)):
            [entry] = row.with_context(lang=lang).get_timeline(["notice"])["entries"]
            self.assertEqual(entry["name"], name)


@tagged("post_install", "-at_install")
class TestContacts(CockpitCase):
    def _contact(self, name, kind="contact", **values):
        return self._make_customer(
            name, type=kind, parent_id=self.customer.id, **values
        )

    def test_order_and_choice(self):
        people = self._contact("Anna", function="Buyer", phone="+32 1")
        billing = self._contact("Bills", "invoice")
        followup = self._contact("Clara", "billing_followup")
        self._contact("Dock", "delivery")
        self._make_invoice()
        found = self._cockpit()["contacts"]
        self.assertEqual(
            [(c["id"], c["role"], c["is_chosen"]) for c in found],
            [
                (followup.id, "Follow-up contact", True),
                (self.customer.id, "Customer", False),
                (billing.id, "Invoice", False),
                (people.id, "Buyer", False),
            ],
        )
        self.assertEqual(found[-1]["phone"], "+32 1")

    def test_chosen_is_who_gets_the_notice(self):
        """Also without a follow-up contact, by the newest overdue invoice."""
        anna, bert = self._contact("Anna"), self._contact("Bert")
        self._make_invoices([(anna, 10, 9), (bert, 10, 12), (self.customer, 10, -30)])
        [chosen] = [c for c in self._cockpit()["contacts"] if c["is_chosen"]]
        self.assertEqual(chosen["id"], bert.id)
        self.assertEqual(self._send().contact_id, bert)

    def test_no_crowd(self):
        for number in range(9):
            self._contact(f"Person {number}")
        self._make_invoice()
        self.assertEqual(len(self._cockpit()["contacts"]), 4)


@tagged("post_install", "-at_install")
class TestCockpitAccess(SecondCompany, CockpitCase):
    def test_only_those_who_work_on_customers(self):
        self._make_invoice()
        row = self._row()
        portal = new_test_user(self.env, "cockpit_portal", groups="base.group_portal")
        clerk = self._make_user("clerk", "account.group_account_invoice")
        self.assertTrue(row.with_user(self.coordinator).get_cockpit())
        for user in (self.department, clerk, portal):
            for method in ("get_cockpit", "get_timeline"):
                with self.assertRaises(AccessError, msg=(user.login, method)):
                    getattr(row.with_user(user), method)()

    def test_other_company_sees_nothing(self):
        self._make_invoice()
        row = self._row().with_user(self.other_coordinator)
        row = row.with_context(allowed_company_ids=self.other_company.ids)
        for method in ("get_cockpit", "get_timeline"):
            with self.assertRaises(AccessError):
                getattr(row, method)()

    def test_record_rules_hold_for_what_is_shown(self):
        """A rule on invoices hides them here, as everywhere."""
        seen, hidden = self._make_invoices([(None, 10, 1), (None, 20, 1)])
        self.assertEqual(len(self._entries("invoice")), 2)
        for model, field in (("account.move.line", "move_id"), ("account.move", "id")):
            self.env["ir.rule"].create(
                {
                    "name": "Not this one",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain_force": f"[('{field}', '!=', {hidden.id})]",
                }
            )
        [entry] = self._entries("invoice")
        self.assertEqual(entry["id"], seen.id)


@tagged("post_install", "-at_install")
class TestCockpitBudget(CockpitCase):
    """The number of queries does not depend on how much there is."""

    def _count(self, customer):
        row = self._row(customer).with_user(self.coordinator)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        row.get_cockpit()
        return self.env.cr.sql_log_count - before

    def test_few_and_many(self):
        few, many = self._make_customer("Few"), self._make_customer("Many")
        self._make_invoice(few)
        self._make_customer("Person", parent_id=few.id)
        invoices = self._make_invoices([(many, 10, n) for n in range(MANY)])
        self._pay_at_bank(invoices[: MANY // 2], 10 * MANY // 2)
        for number in range(8):
            self._make_customer(f"Person {number}", parent_id=many.id)
            self._call("no_answer", customer=many)
        self._send(few)
        self._send(many)
        self._count(few)  # fills what is kept for all customers
        counts = self._count(few), self._count(many)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 25)
