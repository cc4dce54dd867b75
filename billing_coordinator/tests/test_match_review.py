import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany, days
from .match_common import MatchCase


class ReviewCase(SecondCompany, MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ready = cls._make_bank_line(
            100, "INV 1 of Customer A", partner_name="Customer A"
        )
        cls.invoice = cls._make_invoice(cls.customer, 100)
        cls.second = cls._make_invoice(cls.other, 80, overdue=3)
        cls.decide = cls._make_bank_line(50, "Something", day=days(-1))
        cls.nothing = cls._make_bank_line(7.5, "Who knows", day=days(-2))
        cls.clear = cls._propose(
            cls,
            cls.ready,
            (cls.invoice, 100),
            is_clear=True,
            partner_id=cls.customer.id,
            reasons=[
                ["same_name", 35, {"name": "Customer A", "account": ""}],
                ["number", 55, {"numbers": ["INV 1"]}],
            ],
        )
        cls.unclear = cls._propose(
            cls, cls.decide, (cls.second, 50), score=60, difference=-30
        )
        cls.env.flush_all()

    def _api(self, user=None):
        user = user or self.coordinator
        return (
            self.env["billing.payment.match"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
        )

    def _ids(self, **filters):
        return [line["id"] for line in self._api().get_review(filters)["lines"]]

    def _counts(self, **filters):
        counts = self._api().get_review(filters)["counts"]
        return {state: count for state, count in counts.items() if count}


@tagged("post_install", "-at_install")
class TestReview(ReviewCase):
    def test_states(self):
        self.assertEqual(
            self._counts(), {"ready": 1, "decide": 1, "nothing": 1, "left": 3}
        )
        for state, lines in {
            "ready": [self.ready],
            "decide": [self.decide],
            "nothing": [self.nothing],
            "left": [self.ready, self.decide, self.nothing],
            "skipped": [],
            "matched": [],
        }.items():
            self.assertEqual(self._ids(state=state), [each.id for each in lines], state)

    def test_row(self):
        page = self._api().get_review({"state": "ready"})
        row = page["lines"][0]
        self.assertEqual(
            {name: row[name] for name in ("amount", "date", "name", "text", "score")},
            {
                "amount": 100.0,
                "date": "2025-06-16",
                "name": "Customer A",
                "text": "INV 1 of Customer A",
                "score": 90,
            },
        )
        self.assertEqual(row["customer"], "Customer A")
        self.assertEqual((page["total"], page["has_lines"]), (1, True))

    def test_pages(self):
        first = self._api().get_review({"sort": "oldest"}, 0, 2)
        second = self._api().get_review({"sort": "oldest"}, 2, 2)
        ids = [line["id"] for page in (first, second) for line in page["lines"]]
        self.assertEqual(ids, [self.nothing.id, self.decide.id, self.ready.id])
        self.assertEqual(second["total"], 3)

    def test_search(self):
        for text, lines in {
            "inv 1": [self.ready],
            "customer a": [self.ready],
            "7,5": [self.nothing],
            "50.00": [self.decide],
            "100%": [],
            "nobody": [],
        }.items():
            self.assertEqual(self._ids(text=text), [each.id for each in lines], text)
        self.assertEqual(self._counts(text="inv 1"), {"ready": 1, "left": 1})

    def test_amounts_as_people_type_them(self):
        read = self.env["billing.payment.match"]._read_review_amount
        for text, expected in {
            "1,204.50": "1204.50",
            "1.204,50": "1204.50",
            "1 204,5": "1204.5",
            "1'204": "1204.0",
            "1204": "1204.0",
            "-12": "12.0",
            "1,204": "1204.0",
            "INV 12": None,
            "": None,
        }.items():
            found = read(text)
            self.assertEqual(found and float(found), expected and float(expected), text)

    def test_journal(self):
        other = self._journal("TBNK").copy({"code": "TBNK2", "name": "Second"})
        line = self._make_bank_line(5, journal=other)
        self.assertEqual(self._ids(journal_id=other.id), [line.id])
        self.assertEqual(self._counts(journal_id=other.id)["left"], 1)

    def test_line_in_full(self):
        line = self._api().get_review_line(self.ready.id)
        marked = [part["text"] for part in line["text_parts"] if part["mark"]]
        self.assertIn("INV 1", marked)
        candidate = line["candidates"][0]
        self.assertEqual(candidate["customers"][0]["name"], "Customer A")
        self.assertEqual(candidate["reasons"][0]["text"], "The text names INV 1.")
        item = candidate["items"][0]
        self.assertEqual(
            (item["name"], item["open"], item["amount"], item["days_overdue"]),
            (self.invoice.name, 100, 100, 10),
        )

    def test_answers_are_json(self):
        self._api().review_accept(self.ready.id)
        for answer in (
            self._api().get_review({"state": "matched"}),
            self._api().get_review_line(self.ready.id),
            self._api().get_review_line(self.decide.id),
            self._api().get_review_line(self.nothing.id),
            self._api().search_review_items(self.nothing.id, ""),
        ):
            self.assertEqual(json.loads(json.dumps(answer)), answer)

    def test_text_is_whole_whatever_is_marked(self):
        for line in (self.ready, self.decide, self.nothing):
            parts = self._api().get_review_line(line.id)["text_parts"]
            self.assertEqual("".join(p["text"] for p in parts), line.payment_ref)

    def test_search_items(self):
        search = self._api().search_review_items
        for text, moves in {
            self.invoice.name: [self.invoice],
            "Customer B": [self.second],
            "80.00": [self.second],
            "nothing like it": [],
        }.items():
            found = [item["id"] for item in search(self.nothing.id, text)]
            expected = [self._item(move).id for move in moves]
            self.assertEqual(found, expected, text)

    def test_search_items_shows_open_ones_of_the_company_only(self):
        self._pay(self.second)
        theirs = self._make_invoice(
            self.other, 80, company=self.other_company, overdue=3
        )
        found = self._api().search_review_items(self.nothing.id, "80.00")
        self.assertFalse(found, theirs.name)

    def test_accept(self):
        match_id = self._api().review_accept(self.ready.id, self.clear.id)
        self.assertEqual(match_id, self.clear.id)
        self.assertOpen(invoice=0)
        self.assertEqual(self._ids(state="matched"), [self.ready.id])
        applied = self._api().get_review_line(self.ready.id)["applied"]
        self.assertEqual(
            (applied["by"], applied["is_automatic"]), ("Coordinator", False)
        )

    def test_accept_takes_the_best(self):
        self._propose(self.ready, (self.second, 80), rank=2, score=20)
        self.assertEqual(self._api().review_accept(self.ready.id), self.clear.id)

    def test_accept_of_another_line_is_refused(self):
        with self.assertRefused("look again"):
            self._api().review_accept(self.decide.id, self.clear.id)
        self.assertOpen(invoice=100)

    def test_own_allocation(self):
        allocation = self._allocate((self.invoice, 30), (self.second, 20))
        match_id = self._api().review_accept(self.decide.id, None, allocation)
        match = self.env["billing.payment.match"].browse(match_id)
        self.assertRecordValues(match, [{"state": "applied", "score": 0}])
        self.assertOpen(invoice=70, second=60)

    def test_rest_is_a_credit_of_the_customer(self):
        allocation = self._allocate((self.second, 40))
        rest = {"handling": "credit", "partner_id": self.other.id}
        self._api().review_accept(self.decide.id, None, allocation, rest)
        self.assertEqual(sum(self._receivables(self.other).mapped("residual")), 30)

    def test_rest_is_decided_by_somebody(self):
        allocation = self._allocate((self.second, 40))
        with self.assertRefused("would be left"):
            self._api().review_accept(
                self.decide.id, None, allocation, {"handling": "open"}
            )

    def test_undo(self):
        match_id = self._api().review_accept(self.ready.id)
        self.assertEqual(self._api().review_undo(match_id), self.ready.id)
        self.assertOpen(invoice=100)
        self.assertEqual(self._ids(state="matched"), [])
        self.assertIn(self.ready.id, self._ids())
        self.assertTrue(self._api().get_review_line(self.ready.id)["candidates"])

    def test_what_one_line_pays_is_proposed_for_no_other(self):
        twin = self._make_bank_line(100, "Again")
        self._propose(twin, (self.invoice, 100))
        done = self._api().review_accept_above(50, [self.ready.id, twin.id])
        self.assertEqual([line["id"] for line in done["failed"]], [twin.id])
        self.assertIn("gone", done["failed"][0]["reason"])

    def test_set_aside_and_take_up_again(self):
        self._api().review_skip(self.ready.id, "Asked the bank")
        self.assertEqual(self._ids(state="skipped"), [self.ready.id])
        self.assertNotIn(self.ready.id, self._ids())
        skipped = self._api().get_review_line(self.ready.id)["skipped"]
        self.assertEqual(
            (skipped["note"], skipped["by"]), ("Asked the bank", "Coordinator")
        )
        self._api().review_skip(self.ready.id, "Asked again")
        self._api().review_unskip(self.ready.id)
        self.assertEqual(self._ids(state="ready"), [self.ready.id])

    def test_what_is_matched_is_not_set_aside(self):
        self._api().review_accept(self.ready.id)
        with self.assertRefused("matched already"):
            self._api().review_skip(self.ready.id, "")


@tagged("post_install", "-at_install")
class TestReviewAbove(ReviewCase):
    def test_what_it_would_do(self):
        self.assertEqual(
            self._api().get_review_above(50),
            {
                "line_ids": [self.ready.id],
                "sums": [(self.eur.id, 100.0)],
                "left": 1,  # where somebody decides about the difference
            },
        )
        self.assertFalse(self._api().get_review_above(91)["line_ids"])

    def test_only_what_is_filtered(self):
        self.assertFalse(self._api().get_review_above(50, {"text": "xyz"})["line_ids"])

    def test_nobody_guesses_between_two(self):
        self._propose(self.ready, (self.second, 80), rank=2, score=90)
        self.assertEqual(self._api().get_review_above(50)["line_ids"], [])
        result = self._api().review_accept_above(50, [self.ready.id])
        self.assertEqual((result["done"], len(result["failed"])), ([], 1))

    def test_accept(self):
        result = self._api().review_accept_above(50, [self.ready.id])
        self.assertEqual(result, {"done": [self.clear.id], "failed": []})
        self.assertOpen(invoice=0)

    def test_a_failing_line_stops_no_other(self):
        """The invoice of one line was paid otherwise since it was proposed."""
        paid = self._make_invoice(self.customer, 60)
        twin = self._make_bank_line(60, "Paid twice")
        self._propose(twin, (paid, 60))
        self._pay(paid)
        again = self._make_bank_line(80, "Another")
        self._propose(again, (self.second, 80))
        result = self._api().review_accept_above(50, [self.ready.id, twin.id, again.id])
        self.assertEqual(len(result["done"]), 2)
        self.assertEqual([line["id"] for line in result["failed"]], [twin.id])
        self.assertIn("settled", result["failed"][0]["reason"])
        self.assertOpen(invoice=0, second=0)

    def test_what_lost_its_score_is_left(self):
        self.clear.score = 40
        result = self._api().review_accept_above(50, [self.ready.id])
        self.assertEqual(result["done"], [])
        self.assertOpen(invoice=100)


@tagged("post_install", "-at_install")
class TestReviewAccess(ReviewCase):
    def _calls(self):
        line, match = self.ready.id, self.clear.id
        allocation = self._allocate((self.invoice, 100))
        return {
            "get_review_line": (line,),
            "search_review_items": (line, "x"),
            "review_accept": (line, match),
            "review_accept_above": (50, [line]),
            "review_skip": (line, "x"),
            "review_unskip": (line,),
            "review_undo": (match,),
            "review_again": ({}, line),
        }, allocation

    def assertNoAccess(self, user, name, args):
        with (
            self.assertRaises(AccessError, msg=f"{name} {user.login}"),
            mute_logger("odoo.addons.base.models.ir_rule"),
            mute_logger("odoo.addons.base.models.ir_model"),
        ):
            getattr(self._api(user), name)(*args)

    def test_who_does_not_match_gets_nothing(self):
        employee = self._make_user("employee", "base.group_user")
        invoicing = self._make_user("invoicing", "account.group_account_invoice")
        calls, _allocation = self._calls()
        calls.update(get_review=({},), get_review_above=(50,), review_again=({},))
        for user in (self.department, employee, invoicing):
            for name, args in calls.items():
                self.assertNoAccess(user, name, args)

    def test_second_company_gets_nothing(self):
        calls, allocation = self._calls()
        for name, args in calls.items():
            self.assertNoAccess(self.other_coordinator, name, args)
        page = self._api(self.other_coordinator).get_review({"text": "INV 1"})
        self.assertEqual((page["lines"], page["counts"]["left"]), ([], 0))
        own = self._make_bank_line(100, company=self.other_company)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            with self.assertRaises(AccessError):
                self._api(self.other_coordinator).review_accept(
                    own.id, None, allocation
                )
            with self.assertRaises(UserError):
                self._api(self.other_coordinator).review_accept(own.id, self.clear.id)
        above = self._api(self.other_coordinator).get_review_above(0)
        self.assertEqual(above["line_ids"], [])

    def test_credit_and_ticket_are_of_what_the_user_sees(self):
        hidden = self._make_customer("Hidden", company_id=self.other_company.id)
        reason = self.env["billing.ticket.reason"].create(
            {"name": "Hidden", "company_id": self.other_company.id}
        )
        for handling, values in (
            ("credit", {"partner_id": hidden.id}),
            ("ticket", {"reason_id": reason.id}),
        ):
            rest = {"handling": handling, **values}
            self.assertNoAccess(
                self.coordinator,
                "review_accept",
                (self.ready.id, None, self._allocate((self.invoice, 90)), rest),
            )
        self.assertFalse(self.ready.is_reconciled)

    def test_a_chosen_company_is_not_mixed_with_others(self):
        """Lines of companies that are not switched on are not shown."""
        both = self._make_user("both", "group_billing_coordinator")
        both.company_ids = [(4, self.other_company.id)]
        theirs = self._make_bank_line(100, company=self.other_company)
        api = self.env["billing.payment.match"].with_user(both)
        for companies, shown in (
            (self.company, False),
            (self.company | self.other_company, True),
        ):
            page = api.with_context(allowed_company_ids=companies.ids).get_review({})
            ids = [line["id"] for line in page["lines"]]
            self.assertEqual(theirs.id in ids, shown)

    def test_queries_do_not_grow(self):
        def count(user_api):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            user_api.get_review({}, 0, 300)
            return self.env.cr.sql_log_count - before

        self._make_many(10)
        count(self._api())  # what the registry remembers
        few = count(self._api())
        self._make_many(190)
        self.assertEqual(count(self._api()), few)
        self.assertEqual(len(self._api().get_review({}, 0, 300)["lines"]), 203)

    def _make_many(self, number):
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self._journal("TBNK").id,
                    "date": days(-each % 20),
                    "amount": 10 + each,
                    "payment_ref": f"Line {each}",
                }
                for each in range(number)
            ]
        )
        item = self._item(self.second)
        self.env["billing.payment.match"].create(
            [
                {
                    "statement_line_id": line.id,
                    "rank": 1,
                    "score": 50,
                    "line_ids": [(0, 0, {"move_line_id": item.id, "amount": 1})],
                }
                for line in lines
            ]
        )
