from odoo.fields import Command
from odoo.tests import tagged

from .allowance_common import MAY, Allowances
from .close_check_common import CloseCheckCase
from .common import days


@tagged("post_install", "-at_install")
class TestAllowanceCheck(Allowances, CloseCheckCase):
    """Whether the allowance is posted, and is still what it comes to: 20 % of 100."""

    @classmethod
    def _set_up_allowances(cls):
        cls.expense, cls.contra = cls._set_up_accounts(cls.company)
        cls.company.billing_ageing_bounds = "30,60,90"
        cls.rates = cls._make_rates(cls.company)

    def _make_branch(self):
        branch = self.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": self.company.id,
                "billing_ageing_bounds": "30,60,90",
                "billing_allowance_journal_id": self._journal("TMISC").id,
                "billing_allowance_expense_account_id": self.expense.id,
                "billing_allowance_account_id": self.contra.id,
            }
        )
        self.accountant.company_ids = [Command.link(branch.id)]
        self._make_rates(branch)
        self._make_entry(self.customer, 50, days(-60), company_id=branch.id)
        return branch

    def assertTold(self, words, *amounts, figure=None):
        found = self._run("allowance")
        told = [self.company.currency_id.format(amount) for amount in amounts]
        self.assertEqual(found.words, words.format(*told))
        self.assertEqual(found.figure, sum(amounts) if figure is None else figure)
        return found

    def test_nothing_posted(self):
        self._make_invoice(amount=100.0, overdue=60)
        found = self.assertTold("Nothing posted, {} needed", 20)
        self.assertFalse(self._open(found))
        draft = self._make_allowance()
        found = self.assertTold("Nothing posted, {} needed", 20)
        self.assertEqual(self._open(found), draft)
        self.assertFalse(found.rows)
        draft.action_post()
        self.assertEqual(self._open(self.assertTold("")), draft)

    def test_which_way(self):
        invoice = self._make_invoice(amount=100.0, overdue=60)
        self._make_allowance().action_post()
        self._make_invoice(amount=30.0, overdue=60)
        self.assertTold("{} too little posted", 6)
        self._pay(invoice, 80.0, day=days(-20))
        found = self.assertTold("{} too much posted", 10)
        figures = {key: figure for key, (_label, figure) in found.figures.items()}
        self.assertEqual(figures, {"posted": 20, "computed": 10})

    def test_other_company(self):
        self.other_company.billing_ageing_bounds = "30,60,90"
        self._make_rates(self.other_company)
        self._make_invoice(
            self.other_customer, amount=70.0, overdue=60, company=self.other_company
        )
        self.assertTold("")
        self.assertFalse(self._run("allowance").rows)
        period = self._period(self.other_company)
        found = self._run("allowance", period, user=self.other_accountant)
        self.assertTrue(found.figure)

    def test_branch(self):
        """Its allowance is closed with that of its parent, and told by its name."""
        branch = self._make_branch()
        self._make_invoice(amount=100.0, overdue=60)
        allowances = self._make_allowance()
        allowances.action_post()
        self.assertTold("Branch: Nothing posted, {} needed", 10)
        self._make_allowance(company=branch).action_post()
        allowances += self.env["billing.allowance"].search(
            [("company_id", "=", branch.id)]
        )
        self.assertTold("")
        self.assertEqual(set(self._open(self._run("allowance"))), set(allowances))
        allowances[0].move_id.button_draft()
        self._make_entry(self.customer, 5, days(-60), company_id=branch.id)
        found = self.assertTold(
            "Branch: {} too little posted; Follow-up Ltd: Nothing posted, {} needed",
            *(1, 20),
        )
        larger, smaller = found.rows
        self.assertEqual((larger.figure, smaller.figure), (20, 1))
        self.assertEqual(found.words, f"{smaller.label}; {larger.label}")
        self.assertEqual(self._open(smaller), allowances[1])
        alone = self._run("allowance", self._period(branch))
        self.assertEqual(alone.figure, 1)

    def test_words_of_a_task(self):
        """The figure alone would not say that something is missing."""
        self._make_invoice(amount=100.0, overdue=60)
        self.env["billing.close.template"].create(
            {
                "name": "Allowance",
                "company_id": self.company.id,
                "date_from": "2025-01-01",
                "task_ids": [
                    Command.create({"name": "Post it", "check_code": "allowance"})
                ],
            }
        )
        closes = self.env["billing.close"]
        close = closes.create({"company_id": self.company.id, "date_to": MAY})
        task = close.task_ids.with_user(self.accountant)
        task.action_run_check()
        amount = self.company.currency_id.format(20)
        self.assertEqual(task.check_text, f"Nothing posted, {amount} needed")
        self.assertIn(task.check_text, task._say_figures(task.check_result))
        self._make_allowance().action_post()
        task.action_run_check()
        self.assertEqual(task.check_text, self.company.currency_id.format(0))
