from odoo.tests import Form, tagged

from .common import BillingCase


class ContactCase(BillingCase):
    def _contact(self, name, kind="billing_followup", **values):
        return self._make_customer(
            name, type=kind, parent_id=self.customer.id, **values
        )


@tagged("post_install", "-at_install")
class TestChoice(ContactCase):
    """Whom a notice goes to; the preview of a run names the same address."""

    def assertWritesTo(self, contact):
        self.env["billing.worklist"]._refresh(self.company)
        preview = self.env["billing.followup.run"].with_user(self.coordinator)
        line = preview._preview(self.company).send_line_ids
        self.assertEqual(line.email, contact.email)
        self.assertEqual(self._send().contact_id, contact)

    def test_follow_up_contact_before_the_invoiced_one(self):
        invoiced = self._contact("Anna", "contact")
        self._contact("Bills", "invoice")
        followup = self._contact("Clara")
        self._make_invoice(invoiced)
        self.assertWritesTo(followup)

    def test_invoiced_contact_before_the_invoice_address(self):
        self._contact("Bills", "invoice")
        invoiced = self._contact("Zoe", "contact")
        self._make_invoice(invoiced)
        self.assertWritesTo(invoiced)

    def test_customer_who_was_invoiced_before_the_invoice_address(self):
        self._contact("Bills", "invoice")
        self._make_invoice()
        self.assertWritesTo(self.customer)

    def test_invoice_address_before_a_customer_without_an_address(self):
        self.customer.email = False
        billing = self._contact("Bills", "invoice")
        self._contact("Buyer", "contact")
        self._make_invoice()
        self.assertWritesTo(billing)

    def test_someone_with_an_email_address_comes_first(self):
        self._contact("Clara", email=False)
        self._make_invoice()
        self.assertWritesTo(self.customer)
        self.assertFalse(self.customer.child_ids.email)

    def test_second_follow_up_contact_has_the_address(self):
        self._contact("Anna", email=False)
        reachable = self._contact("Zoe")
        self._make_invoice()
        self.assertWritesTo(reachable)

    def test_nobody_has_an_address(self):
        """Then the letter goes to the best of them."""
        self.customer.email = False
        followup = self._contact("Clara", email=False)
        self._make_invoice()
        self.assertEqual(self._send().contact_id, followup)

    def test_who_went_to_another_customer_gets_nothing(self):
        invoiced = self._contact("Anna", "contact")
        self._make_invoice(invoiced)
        invoiced.parent_id = self._make_customer("Competitor", is_company=True)
        self.assertWritesTo(self.customer)

    def test_archived_contacts_get_nothing(self):
        invoiced = self._contact("Anna", "contact")
        followup = self._contact("Clara")
        self._make_invoice(invoiced)
        (invoiced + followup).active = False
        self.assertWritesTo(self.customer)

    def test_archived_also_where_archived_ones_are_shown(self):
        archived = self._contact("Clara") + self._contact("Anna", "contact")
        archived.active = False
        notices = self.env["billing.followup.notice"].with_context(active_test=False)
        customer = self.customer.with_env(notices.env)
        self.assertEqual(notices._choose_contact(archived[1], customer), customer)

    def test_follow_up_contact_of_another_customer(self):
        other = self._make_customer("Other")
        self._make_customer("Clara", type="billing_followup", parent_id=other.id)
        self._make_invoice()
        self.assertWritesTo(self.customer)


@tagged("post_install", "-at_install")
class TestPartnerType(ContactCase):
    """Odoo's own ways with the types of addresses work with ours."""

    def test_it_is_no_address_for_documents(self):
        self._contact("Clara", street="Elsewhere 1")
        for kind in ("invoice", "delivery", "contact", "other"):
            self.assertEqual(self.customer.address_get([kind])[kind], self.customer.id)

    def test_it_keeps_its_own_address(self):
        followup = self._contact("Clara", street="Elsewhere 1")
        self.customer.street = "Main street 5"
        self.assertEqual(followup.street, "Elsewhere 1")

    def test_without_a_name(self):
        followup = self.env["res.partner"].create(
            {
                "parent_id": self.customer.id,
                "type": "billing_followup",
                "email": "a@b.c",
            }
        )
        self.assertEqual(followup.display_name, "Customer A, Follow-up contact")

    def test_form_and_picture(self):
        user = self._make_user(
            "editor", "base.group_user", "base.group_partner_manager"
        )
        with Form(self.customer.with_user(user)) as form, form.child_ids.new() as line:
            line.type = "billing_followup"
            line.name = "Clara"
            line.email = "clara@example.com"
        followup = self.customer.child_ids
        self.assertEqual(followup.type, "billing_followup")
        self.assertTrue(followup.avatar_128)
        self.assertEqual(followup.type_address_label, "Address")

    def test_uninstalling_keeps_contact_and_address(self):
        """As the uninstallation does it: also without a name, which a plain contact
        has to have."""
        named = self._contact("Clara", street="Elsewhere 1")
        nameless = self._contact("x", street="Elsewhere 2")
        nameless.name = False
        self.customer.street = "Main street 5"
        selection = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "res.partner"),
                ("field_id.name", "=", "type"),
                ("value", "=", "billing_followup"),
            ]
        )
        selection._process_ondelete()
        self.assertEqual((named + nameless).mapped("type"), ["other", "other"])
        self.assertEqual(named.street, "Elsewhere 1")
