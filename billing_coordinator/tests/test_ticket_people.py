from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_ticket_department import DepartmentCase


@tagged("post_install", "-at_install")
class TestPortalUsers(DepartmentCase):
    """Customers with a login are asked nothing, and answer for nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsider = cls._make_user("outsider", "base.group_portal")
        # With the customer: could read the ticket in the portal.
        cls.outsider.partner_id.parent_id = cls.customer

    def test_asked(self):
        with self.assertRaisesRegex(UserError, "only as a customer"):
            self._ask(user_id=self.outsider.id)

    def test_on_a_ticket(self):
        for name in ("user_id", "responsible_id"):
            with self.assertRaisesRegex(ValidationError, "Outsider"):
                self.ticket[name] = self.outsider

    def test_in_a_team(self):
        for values in (
            {"leader_id": self.outsider.id},
            {"member_ids": [Command.link(self.outsider.id)]},
        ):
            with (
                self.assertRaisesRegex(ValidationError, "Outsider"),
                self.cr.savepoint(),
            ):
                self.team.write(values)

    def test_by_a_reason(self):
        for name in ("user_id", "backup_user_id"):
            with (
                self.assertRaisesRegex(ValidationError, "Outsider"),
                self.cr.savepoint(),
            ):
                self.reason[name] = self.outsider

    def test_offered_nowhere(self):
        domain = "[('share', '=', False)]"
        for model, name in (
            ("billing.ticket", "user_id"),
            ("billing.ticket", "responsible_id"),
            ("billing.team", "leader_id"),
            ("billing.team", "member_ids"),
            ("billing.ticket.reason", "user_id"),
            ("billing.ticket.reason", "backup_user_id"),
        ):
            field = self.env[model].fields_get([name], ["domain"])[name]
            self.assertIn(domain[1:-1], str(field["domain"]), f"{model} {name}")

    def test_who_became_one(self):
        """Somebody who left and got access as a customer: tickets go elsewhere."""
        groups = [Command.set(self.env.ref("base.group_portal").ids)]
        self.member.group_ids = groups
        self.company.billing_responsible_id = self.leader
        self.leader.group_ids = groups
        ticket = self._make_ticket()
        self.assertFalse(ticket.user_id)
        self.assertFalse(ticket.responsible_id)
        self.assertFalse(self.ticket._can_read(self.member))
        self.assertEqual(self.company._get_followup_manager(), self.manager)


@tagged("post_install", "-at_install")
class TestFollowers(DepartmentCase):
    """Who cannot read a ticket any more does not get what is written on it."""

    def setUp(self):
        super().setUp()
        self.seller = self._make_user("seller", "group_billing_department")
        self.sales = self.env["billing.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [Command.link(self.seller.id)],
            }
        )
        self.people = self.member + self.leader + self.coordinator
        self.ticket.message_subscribe((self.people.partner_id + self.customer).ids)

    def _following(self):
        return self.ticket.message_partner_ids

    def test_another_team(self):
        self.ticket.write({"team_id": self.sales.id, "user_id": self.seller.id})
        gone = (self.member + self.leader).partner_id
        self.assertFalse(gone & self._following())
        self.assertLessEqual(
            self.coordinator.partner_id + self.customer + self.seller.partner_id,
            self._following(),
        )
        note = self.ticket.message_post(
            body="Internal", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertFalse(gone & note.notified_partner_ids)

    def test_another_reason(self):
        self.ticket.reason_id = self.reason.copy({"team_id": self.sales.id})
        self.assertNotIn(self.leader.partner_id, self._following())

    def test_no_team(self):
        self._ask()
        self._respond(self.member, "action_hand_back", text="Sales")
        self.assertFalse((self.member + self.leader).partner_id & self._following())

    def test_who_still_sees_it_stays(self):
        """Assigned in person, or in the new team too."""
        self.sales.member_ids = [Command.link(self.leader.id)]
        self.ticket.team_id = self.sales
        self.assertEqual(self.ticket.user_id, self.member)
        self.assertLessEqual(self.people.partner_id, self._following())
        self.ticket.user_id = self.seller
        self.assertNotIn(self.member.partner_id, self._following())
        self.assertIn(self.leader.partner_id, self._following())

    def test_merged_into_that_of_another_team(self):
        """Followers come along, but nobody who cannot see what remains."""
        reason = self.reason.copy({"team_id": self.sales.id, "user_id": False})
        kept = self._make_ticket(reason_id=reason.id)
        kept._merge(self.ticket)
        followers = kept.message_partner_ids
        self.assertFalse((self.member + self.leader).partner_id & followers)
        self.assertLessEqual(self.customer + self.coordinator.partner_id, followers)

    def test_who_leaves_the_team(self):
        self.ticket.user_id = False
        self.team.member_ids = [Command.unlink(self.member.id)]
        self.assertNotIn(self.member.partner_id, self._following())
        self.team.leader_id = False
        self.assertNotIn(self.leader.partner_id, self._following())
        self.assertIn(self.coordinator.partner_id, self._following())
