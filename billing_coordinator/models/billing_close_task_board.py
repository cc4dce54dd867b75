from collections import defaultdict

from odoo import fields, models
from odoo.tools.misc import format_date

from .billing_close_task import PREPARED


class BillingCloseTask(models.Model):
    """A task as the board shows it: where it stands, and what to do next."""

    _inherit = "billing.close.task"

    def _get_board_order(self):
        return (
            not self.is_late,
            self.date_due or fields.Date.to_date("9999-12-31"),
            self.sequence,
            self.id,
        )

    def _get_turn(self):
        """Who has to do something next, or once it no longer waits. May be nobody."""
        if self.is_done:
            return self.owner_id.browse()
        return self.reviewer_id if self.state == PREPARED else self.owner_id

    def _is_blocked(self):
        """Whether its next step waits for other tasks; a review never does."""
        waits = not self.is_done and self.state != PREPARED
        return waits and bool(self.blocked_ids)

    def _get_board_rows(self):
        waiting_ids = defaultdict(list)
        for task in self:
            if task._is_blocked():
                for other in task.blocked_ids:
                    waiting_ids[other].append(task.id)
        return [task._get_board_row(waiting_ids[task]) for task in self]

    def _get_board_row(self, waiting_ids):
        today = fields.Date.context_today(self)
        due = self.date_due
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "is_done": self.is_done,
            "is_late": self.is_late,
            "is_blocked": self._is_blocked(),
            "due": format_date(self.env, due, date_format="EEE d MMM"),
            "days": (due - today).days if due else False,
            "owner": self._get_person(self.prepared_uid or self.owner_id),
            "reviewer": self.review_required
            and self._get_person(self.reviewed_uid or self.reviewer_id),
            "review_required": self.review_required,
            "turn_id": self._get_turn().id,
            "blocked_ids": [] if self.is_done else self.blocked_ids.ids,
            "waiting_ids": waiting_ids,
            "check": self._get_board_check(),
            "action": self._get_next_action(),
        }

    def _get_board_check(self):
        if not self.check_code:
            return False
        return {
            "state": self.check_state or False,
            "text": self.check_text or False,
            "allowed": self.allowed_text,
            "can_open": bool((self.check_result or {}).get("model")),
        }

    def _get_next_action(self):
        """The one thing that the user does next; signing checks the right again."""
        may_sign = self.can_review or self.can_prepare
        if may_sign and not self._needs_override():
            return "review" if self.can_review else "prepare"
        if self.can_override:
            return "override"
        return "check" if may_sign else False

    def _get_board_people(self):
        """Who can do how much now, and how much waits; what is anybody's comes last."""
        people = {}
        for task in self.filtered(lambda task: not task.is_done):
            person = task._get_turn()
            counts = people.setdefault(
                person,
                {"person": self._get_person(person), "now": 0, "waiting": 0, "late": 0},
            )
            counts["waiting" if task._is_blocked() else "now"] += 1
            counts["late"] += task.is_late
        return sorted(
            people.values(),
            key=lambda c: (
                not c["person"],
                -c["late"],
                -c["now"],
                c["person"] and c["person"]["name"],
            ),
        )

    @staticmethod
    def _get_person(user):
        # Who works on a close may be known to whoever reads it, also from afar.
        return {"id": user.id, "name": user.sudo().name} if user else False
