"""The board: what it says about a close, to whom, in how many queries."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .bank_common import Bank
from .close_common import MAY, CloseCase
from .common import SecondCompany

# Queries of the board, however many tasks there are.
BUDGET = 12


@tagged("post_install", "-at_install")
class TestCloseBoard(Bank, SecondCompany, CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drafts.owner_id = cls.preparer
        cls.drafts.reviewer_id = cls.reviewer
        cls.close = cls._make_close()

    def _board(self, user=None, close=None, **kwargs):
        closes = self.env["billing.close"].with_user(user or self.preparer)
        self.env.invalidate_all()
        return closes.get_board((close or self.close).id, **kwargs)

    def _row(self, name, user=None):
        board = self._board(user)
        return next(row for row in board["tasks"] if row["name"] == name)

    def test_header(self):
        close = self._board()["close"]
        self.assertEqual(close["name"], "May 2025")
        self.assertEqual((close["done"], close["total"], close["late"]), (0, 3, 3))
        self.assertEqual(close["due"]["days"], -11)
        self.assertEqual(close["mine"], 1)
        self.assertFalse(close["can_lock"])
        self.assertTrue(close["can_check"])

    def test_late_first_then_by_date(self):
        self._sign(self._task(self.close, "Talk"), self.preparer)
        self._task(self.close, "Drafts").date_due = "2025-06-30"
        names = [row["name"] for row in self._board()["tasks"]]
        self.assertEqual(names, ["Tie-out", "Talk", "Drafts"])

    def test_what_waits_for_what(self):
        drafts, tie_out = self._row("Drafts"), self._row("Tie-out")
        self.assertEqual(tie_out["blocked_ids"], [drafts["id"]])
        self.assertEqual(drafts["waiting_ids"], [tie_out["id"]])
        self.assertEqual(tie_out["state"], "waiting")
        self._sign(self._task(self.close, "Drafts"), self.preparer, self.reviewer)
        self.assertFalse(self._row("Drafts")["waiting_ids"])
        self.assertFalse(self._row("Tie-out")["blocked_ids"])

    def test_next_action(self):
        task = self._task(self.close, "Drafts")
        self.assertEqual(self._row("Drafts")["action"], "prepare")
        self.assertFalse(self._row("Drafts", self.coordinator)["action"])
        self._sign(task, self.preparer)
        self.assertFalse(self._row("Drafts")["action"], "one's own is not reviewed")
        self.assertEqual(self._row("Drafts", self.reviewer)["action"], "review")
        self.assertFalse(self._row("Tie-out")["action"], "it waits")

    def test_next_action_when_the_check_fails(self):
        self._make_invoices([(None, 50, 10)], post=False)
        self._task(self.close, "Drafts")._run_checks()
        self.assertEqual(self._row("Drafts")["action"], "check")
        self.assertEqual(self._row("Drafts", self.manager)["action"], "override")
        check = self._row("Drafts")["check"]
        self.assertEqual((check["state"], check["text"]), ("fail", "1 record"))
        self.assertTrue(check["can_open"])

    def test_people(self):
        counts = [
            (
                row["person"] and row["person"]["name"],
                row["now"],
                row["waiting"],
                row["late"],
            )
            for row in self._board()["people"]
        ]
        self.assertEqual(counts, [("Preparer", 1, 0, 1), (False, 1, 1, 2)])
        self._sign(self._task(self.close, "Drafts"), self.preparer)
        people = self._board()["people"]
        self.assertEqual(people[0]["person"]["name"], "Reviewer")

    def test_what_waits_is_not_for_now(self):
        self._task(self.close, "Tie-out").owner_id = self.preparer
        close = self._board()["close"]
        self.assertEqual((close["mine"], close["mine_waiting"]), (1, 1))
        self.assertTrue(self._row("Tie-out")["is_blocked"])
        self._sign(self._task(self.close, "Drafts"), self.preparer, self.reviewer)
        close = self._board()["close"]
        self.assertEqual((close["mine"], close["mine_waiting"]), (1, 0))
        self.assertFalse(self._row("Tie-out")["is_blocked"])

    def test_one_percentage(self):
        """The same on the board and in the list: rounded down, 100 when all is done."""
        self._sign(self._task(self.close, "Drafts"), self.preparer, self.reviewer)
        self._sign(self._task(self.close, "Talk"), self.preparer)
        self.assertEqual(self.close.progress, 66)
        self.assertEqual(self._board()["close"]["percent"], 66)

    def test_history_and_neighbours(self):
        april = self._make_close(date(2025, 4, 30))
        self._sign_all(april)
        with self._at(date(2025, 5, 6)):
            april.with_user(self.reviewer)._lock()
        board = self._board()
        self.assertEqual(board["close"]["previous_id"], april.id)
        self.assertFalse(board["close"]["next_id"])
        [period] = board["history"]["periods"]
        self.assertEqual((period["days"], board["history"]["average"]), (4, 4.0))
        self.assertEqual(self._board(close=april)["close"]["next_id"], self.close.id)

    def test_the_one_that_is_worked_on(self):
        self._make_close(date(2025, 6, 30))
        closes = self.env["billing.close"].with_user(self.preparer)
        self.assertEqual(closes.get_board()["close"]["id"], self.close.id)
        self._sign_all(self.close)
        self.close.with_user(self.reviewer)._lock()
        self.assertEqual(closes.get_board()["close"]["name"], "June 2025")

    def test_no_close(self):
        elsewhere = self.env["billing.close"].with_user(self.other_coordinator)
        elsewhere = elsewhere.with_context(allowed_company_ids=self.other_company.ids)
        board = elsewhere.get_board()
        self.assertFalse(board["close"])
        self.assertFalse(board["can_make"])
        self.assertFalse(board["can_make_template"])
        self.assertTrue(board["has_template"], "the one that came with the app")
        self.env["billing.close.template"].search([]).active = False
        self.assertFalse(elsewhere.get_board()["has_template"])
        self.assertEqual(board["company_id"], self.other_company.id)

    def test_not_of_another_company(self):
        elsewhere = self.env["billing.close"].with_user(self.other_coordinator)
        elsewhere = elsewhere.with_context(allowed_company_ids=self.other_company.ids)
        with self.assertRaises(AccessError):
            elsewhere.get_board(self.close.id)
        board = elsewhere.get_board(None, self.company.id)
        self.assertEqual(board["company_id"], self.other_company.id)

    def test_not_for_departments(self):
        with self.assertRaises(AccessError):
            self._board(self.department)

    def test_people_from_afar(self):
        """Who owns a task may have lost the company since; the board still opens."""
        self.preparer.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.set(self.other_company.ids)],
            }
        )
        row = self._row("Drafts", self.reviewer)
        self.assertEqual(row["owner"]["name"], "Preparer")

    def test_queries_do_not_grow(self):
        self.assertLessEqual(self._count_queries(self.close), BUDGET)
        people = [self._make_user(f"p{n}", "group_billing_accountant") for n in "abc"]
        for number in range(40):
            self._make_template_task_later(number, people[number % 3])
        june = self._make_close(date(2025, 6, 30))
        june.task_ids._run_checks()
        self.assertEqual(len(june.task_ids), 43)
        self.assertLessEqual(self._count_queries(june), BUDGET)

    def _make_template_task_later(self, number, owner):
        """In a version of June, as May runs by the first one."""
        if number == 0:
            self.__class__.template = self.template.copy({"date_from": "2025-06-01"})
            self.later = self.template.task_ids[0]
        self._make_template_task(
            f"More {number}",
            owner_id=owner.id,
            check_code="draft_invoices",
            depends_ids=[Command.set(self.later.ids)],
        )

    def _count_queries(self, close):
        self.env.flush_all()
        self.env.invalidate_all()
        closes = self.env["billing.close"].with_user(self.manager)
        closes.get_board(close.id)  # what is cached for good
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        closes.get_board(close.id)
        return self.env.cr.sql_log_count - before

    def test_button(self):
        action = self.close.with_user(self.preparer).action_open_board()
        self.assertEqual(action["tag"], "billing_close_board")
        self.assertEqual(action["context"]["active_id"], self.close.id)
        self.assertEqual(self.close.date_to, MAY)
