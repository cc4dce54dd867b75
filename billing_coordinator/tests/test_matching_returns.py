from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.matching.index import Index
from ..tools.matching.match import match_one
from ..tools.matching.record import Item, Payment, Reason, Received, Rules
from ..tools.matching.returns import says_return
from .properties import holds_for

TODAY = 739_000
AZURE, DECO = 1, 2
ACCOUNT, OTHER_ACCOUNT = "DE89370400440532013000", "DE02120300000000202051"


def received(line_id, amount=70_000, partner=AZURE, days_ago=5, **known):
    return Received(line_id, partner, amount, TODAY - days_ago, **known)


def returned(amount=-70_000, text="", **known):
    known.setdefault("is_return", True)
    return Payment(99, amount, TODAY, text, **known)


class TestReturns(BaseCase):
    def setUp(self):
        super().setUp()
        self.received = [
            received(1, account=ACCOUNT, end_to_end="E2E-1", name="Azure Interior"),
            received(2, 50_000, account=ACCOUNT, numbers=("INV/2025/01182",)),
            received(3, 50_000, DECO, account=OTHER_ACCOUNT, mandate="M-7"),
        ]
        self.items = [
            Item(11, AZURE, -70_000, TODAY, "RINV/2025/011", "RINV/2025/", 11)
        ]
        self.rules = Rules()

    def match(self, payment):
        index = Index(self.items, [("Azure Interior", AZURE)], received=self.received)
        return match_one(payment, index, self.rules)

    def assertTakesBack(self, payment, line_id):
        result = self.match(payment)
        self.assertTrue(result.automatic, result.proposals)
        self.assertEqual(result.proposals[0].returns, line_id)
        self.assertEqual(result.proposals[0].paid, {})
        return result.proposals[0]

    def assertProposes(self, payment, line_id):
        result = self.match(payment)
        self.assertFalse(result.automatic, result.proposals)
        self.assertIn(line_id, [p.returns for p in result.proposals[:3]])
        return next(p for p in result.proposals if p.returns == line_id)

    def reasons(self, proposal):
        return [evidence.reason for evidence in proposal.evidence]

    def test_same_end_to_end_reference(self):
        proposal = self.assertTakesBack(returned(end_to_end="e2e 1"), 1)
        self.assertEqual(
            self.reasons(proposal), [Reason.RETURNED, Reason.END_TO_END, Reason.EXACT]
        )
        self.assertEqual(proposal.partner, AZURE)

    def test_reference_of_another_amount(self):
        """The charges of the return come off too, as the bank tells or as tolerated."""
        payment = returned(-70_300, end_to_end="E2E-1")
        self.assertEqual(self.assertProposes(payment, 1).difference, -300)
        proposal = self.assertTakesBack(payment._replace(charges=300), 1)
        self.assertEqual((proposal.kept, proposal.difference), (300, 0))
        self.rules.tolerance = 300
        self.assertEqual(self.assertTakesBack(payment, 1).kept, 300)

    def test_reference_that_says_nothing(self):
        self.received = [received(1, end_to_end="NOTPROVIDED")]
        self.assertProposes(returned(end_to_end="NOTPROVIDED"), 1)

    def test_reference_used_twice(self):
        self.received.append(received(4, account=ACCOUNT, end_to_end="E2E-1"))
        self.assertProposes(returned(end_to_end="E2E-1"), 4)

    def test_account_and_amount(self):
        proposal = self.assertTakesBack(returned(-50_000, account=OTHER_ACCOUNT), 3)
        self.assertIn(Reason.ACCOUNT, self.reasons(proposal))

    def test_two_of_the_account_and_amount(self):
        self.received.append(received(4, account=ACCOUNT))
        self.assertProposes(returned(account=ACCOUNT), 4)
        self.assertProposes(returned(account=ACCOUNT), 1)

    def test_number_beside_two_of_the_account(self):
        """A number in the text orders them; sure it is of the only one alone."""
        self.received.append(received(4, 50_000, account=ACCOUNT))
        text = "INV/2025/01182"
        self.assertProposes(returned(-50_000, text, account=ACCOUNT), 2)
        self.received.pop()
        self.assertTakesBack(returned(-50_000, text, account=ACCOUNT), 2)

    def test_text_and_number_are_not_sure(self):
        text = "RETURN INV/2025/01182"
        payment = returned(-50_000, text, account=ACCOUNT, is_return=False)
        self.assertGreaterEqual(self.assertProposes(payment, 2).score, 75)

    def test_money_out_takes_back_money_in_alone(self):
        self.received = [received(1, -70_000, end_to_end="E2E-1")]
        self.assertEqual(self.match(returned(end_to_end="E2E-1")).proposals, [])

    def test_amount_alone(self):
        self.assertProposes(returned(), 1)

    def test_mandate_and_number_order_the_proposals(self):
        first = self.match(returned(-50_000, mandate="M7")).proposals[0]
        self.assertEqual(first.returns, 3)
        text = "Rücklastschrift INV 2025/01182"
        first = self.match(returned(-50_000, text)).proposals[0]
        self.assertEqual(first.returns, 2)

    def test_text_alone(self):
        """It may be a refund of returned goods: somebody looks at it."""
        payment = returned(-50_000, "RETURN", account=OTHER_ACCOUNT, is_return=False)
        proposal = self.assertProposes(payment, 3)
        self.assertEqual(self.reasons(proposal)[0], Reason.SAYS_RETURN)
        self.assertTakesBack(
            returned(-70_000, "UNPAID", end_to_end="E2E-1", is_return=False), 1
        )

    def test_nothing_says_return(self):
        """A refund of the same amount is no return."""
        payment = returned(account=ACCOUNT, name="Azure Interior", is_return=False)
        result = self.match(payment)
        self.assertEqual([p.returns for p in result.proposals], [None])
        self.assertEqual(result.proposals[0].key, frozenset((11,)))

    def test_return_pays_no_credit(self):
        payment = returned(-70_000, "RINV/2025/011", name="Azure Interior")
        keys = {p.returns for p in self.match(payment).proposals}
        self.assertNotIn(None, keys)

    def test_later_money_is_not_taken_back(self):
        self.received = [received(1, days_ago=-1, end_to_end="E2E-1")]
        self.assertEqual(self.match(returned(end_to_end="E2E-1")).proposals, [])

    def test_money_in_takes_back_money_out(self):
        """A refund that did not arrive comes back."""
        self.received.append(received(4, -3_000, account=ACCOUNT))
        self.assertTakesBack(returned(3_000, account=ACCOUNT), 4)

    def test_each_line_once(self):
        index = Index([], received=self.received)
        payment = returned(end_to_end="E2E-1")
        index.received.give_back(1)
        self.assertEqual(match_one(payment, index, self.rules).proposals, [])

    def test_words_of_returns(self):
        for text in (
            "RÜCKLASTSCHRIFT WG. WIDERSPRUCH",
            "Ruecklastschrift",
            "LASTSCHRIFTRÜCKGABE",
            "DD UNPAID 0123",
            "Payment rejected",
            "rejet de prélèvement",
        ):
            self.assertTrue(says_return(text), text)
        for text in ("returning customer", "thanks", "Refund RINV/2025/011"):
            self.assertFalse(says_return(text), text)

    @holds_for(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(1, 3), st.sampled_from("AB ")),
            max_size=8,
        ),
        st.integers(1, 4),
        st.sampled_from("AB "),
    )
    def test_sure_of_one_only(self, lines, amount, account):
        """What is applied by itself is the only one that fits as well."""
        self.received = [
            received(i, a, partner, account=known.strip())
            for i, (a, partner, known) in enumerate(lines)
        ]
        payment = returned(-amount, account=account.strip())
        result = self.match(payment)
        alike = [r for r in self.received if (r.amount, r.account) == (amount, account)]
        if result.automatic:
            self.assertEqual([r.id for r in alike], [result.proposals[0].returns])
        for proposal in result.proposals:
            self.assertEqual(
                -self.received[proposal.returns].amount - proposal.kept,
                -amount - proposal.difference,
            )
