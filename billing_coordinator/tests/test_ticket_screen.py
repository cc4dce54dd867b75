from ast import literal_eval

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..models.billing_ticket_escalation import LATE
from .common import TODAY, SecondCompany, days
from .test_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTicketScreen(SecondCompany, TicketCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def _count_queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        return self.cr.sql_log_count - before

    # -- the ticket -------------------------------------------------------------------

    def _set_made(self, ticket, number):
        self.env.cr.execute(
            "UPDATE billing_ticket SET create_date = %s WHERE id = %s",
            [fields.Datetime.subtract(fields.Datetime.now(), days=number), ticket.id],
        )
        ticket.invalidate_recordset()

    def test_age(self):
        tickets = [self._make_ticket() for _number in range(4)]
        for ticket, number in zip(tickets, (0, 10, 40, 400), strict=True):
            self._set_made(ticket, number)
        keys = ["d00", "d08", "d31", "d92"]
        self.assertEqual([ticket.age for ticket in tickets], keys)
        for ticket, key in zip(tickets, keys, strict=True):
            found = ticket.search([("age", "=", key), ("subject", "!=", False)])
            self.assertEqual(found, ticket)
        groups = self.env["billing.ticket"]._read_group(
            [], ["age"], ["age_days:avg", "__count"]
        )
        self.assertEqual(
            {age: (round(average), count) for age, average, count in groups},
            {"d00": (0, 1), "d08": (10, 1), "d31": (40, 1), "d92": (400, 1)},
        )

    def test_age_of_what_is_over(self):
        ticket = self._make_ticket()
        self._set_made(ticket, 10)
        ticket._resolve("answered")
        with self._at(days(90)):
            ticket.invalidate_recordset()
            self.assertEqual(round(ticket.age_days), 10)
            [[average]] = ticket._read_group(
                [("id", "=", ticket.id)], [], ["age_days:avg"]
            )
            self.assertEqual(round(average), 10)

    def test_form_shows_the_customer(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._make_ticket()
        self._make_ticket().action_cancel()
        self._row()
        self.assertEqual(ticket.other_count, 1)
        row = self._row()
        self.assertEqual(ticket.action_open_customer()["res_id"], row.id)
        self.assertEqual(len(ticket.search(ticket.action_open_others()["domain"])), 3)

    def test_customer_beside_the_ticket(self):
        """What is open, overdue, disputed, promised, and when they were in touch."""
        self._make_invoice(amount=50, overdue=-20)
        ticket = self._make_ticket(self.invoice, 40)
        promises = self.env["billing.promise"].with_user(self.coordinator)
        promises._make(self._receivable_lines(self.invoice), [(days(3), 25)])
        figures = [
            "customer_due",
            "customer_overdue",
            "customer_disputed",
            "customer_promised",
            "customer_contact_on",
        ]
        [values] = ticket.with_user(self.coordinator).read(figures)
        self.assertEqual([values[f] for f in figures], [150, 100, 40, 25, TODAY])
        nobody = self._make_ticket(partner_id=False)
        self.assertEqual((nobody.customer_due, nobody.customer_contact_on), (0, False))

    def test_customer_in_one_query(self):
        """As many as there are: the form reads one, an export reads many."""
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        for number in range(5):
            customer = self._make_customer(f"Customer {number}")
            tickets += self._make_ticket(self._make_invoice(customer, 10, 10))
        tickets._fetch_customers()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(len(tickets._fetch_customers()), 5)

    def test_figures_are_not_for_departments(self):
        ticket = self._make_ticket(self.invoice, user_id=self.member.id)
        with self.assertRaises(AccessError):
            ticket.with_user(self.leader).read(["customer_due"])

    def test_buttons_beside_the_form(self):
        """Of the menu: for several at once, and for nobody but coordinators."""
        tickets = self._make_ticket(self.invoice, 40) + self._make_ticket()
        for name, state in (("wait", "waiting_customer"), ("cancel", "cancelled")):
            action = self.env.ref(f"billing_coordinator.billing_ticket_action_{name}")
            chosen = {"active_model": tickets._name, "active_ids": tickets.ids}
            action.with_user(self.coordinator).with_context(**chosen).run()
            self.assertEqual(set(tickets.mapped("state")), {state})
            with self.assertRaises(AccessError):
                action.with_user(self.leader).with_context(**chosen).run()

    def test_what_is_over_is_late_no_more(self):
        """Nobody keeps a to-do about the lateness of what is done."""
        for over in (lambda t: t._resolve("rejected"), lambda t: t.action_cancel()):
            ticket = self._make_ticket()
            ticket._plan(LATE, self.manager, "The ticket is late")
            self.assertTrue(ticket.activity_search([LATE]))
            over(ticket)
            self.assertFalse(ticket.activity_search([LATE]))

    def test_search_by_age(self):
        tickets = self.env["billing.ticket"]
        for number in (0, 10, 40, 400):
            ticket = self._make_ticket()
            self._set_made(ticket, number)
            tickets += ticket
        arch = self.env.ref("billing_coordinator.billing_ticket_view_search").arch
        [old] = etree.fromstring(arch).xpath("//filter[@name='old']/@domain")
        found = tickets.search([*literal_eval(old), ("id", "in", tickets.ids)])
        self.assertEqual(found, tickets[2:].sorted())

    def test_form_takes_amounts(self):
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        with Form(tickets) as form:
            form.subject = "Price"
            form.partner_id = self.customer
            with form.line_ids.new() as line:
                line.move_id = self.invoice
                self.assertEqual(line.amount_disputed, 100)
                line.amount_disputed = 25
        self.assertEqual(form.record.amount_disputed, 25)

    def test_columns_of_the_kanban(self):
        self._make_ticket()
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        tickets = tickets.with_context(read_group_expand=True)
        groups = tickets.web_read_group([], ["state"])["groups"]
        self.assertEqual(
            [group["state"] for group in groups],
            ["new", "in_progress", "waiting_customer", "waiting_department"],
        )

    # -- the customer's page ----------------------------------------------------------

    def test_worklist(self):
        ticket = self._make_ticket(self.invoice)
        over = self._make_ticket()
        over.action_cancel()
        row = self._row()
        self.assertEqual(row.ticket_ids, ticket + over)
        self.assertEqual((row.open_ticket_count, row.amount_disputed), (1, 100))
        ticket.deadline = fields.Datetime.to_datetime("2025-06-20 12:00:00")
        row.invalidate_recordset()
        self.assertEqual(row.todo, "In dispute, due Jun 20")

    def test_filter_of_the_worklist(self):
        free = self._make_invoice(self._make_customer("Free")).partner_id
        self._make_ticket(self.invoice, 1)
        rows = self._row() + self._row(free)
        worklist = self.env["billing.worklist"].with_user(self.coordinator)
        mine = [("id", "in", rows.ids)]
        for value, expected in ((True, rows[0]), (False, rows[1])):
            found = worklist.search([("is_disputed", "=", value), *mine])
            self.assertEqual(found, expected)
            found = worklist.search([("is_disputed", "!=", not value), *mine])
            self.assertEqual(found, expected)

    def test_timeline(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._make_ticket(reason_id=False, kind="inquiry")
        timeline = self._row().with_user(self.coordinator).get_timeline(["ticket"])
        question, dispute = timeline["entries"]
        self.assertEqual(dispute["name"], f"{ticket.name} Ten are missing")
        self.assertEqual((dispute["model"], dispute["id"]), (ticket._name, ticket.id))
        self.assertEqual((dispute["amount"], dispute["note"]), (40, "Too few"))
        made = fields.Datetime.context_timestamp(ticket, ticket.create_date)
        self.assertEqual(dispute["date"], str(made.date()))
        self.assertEqual(dispute["state"], "New")
        self.assertIsNone(question["amount"])

    def test_timeline_is_of_one_company(self):
        """The customer of both has a ticket in the other one."""
        self._make_ticket()
        self._make_invoice(company=self.other_company)
        row = self._row(company=self.other_company)
        row = row.with_user(self.other_coordinator).with_context(
            allowed_company_ids=self.other_company.ids
        )
        self.assertFalse(row.get_timeline(["ticket"])["entries"])

    def test_customers_in_one_query(self):
        def show(rows):
            return lambda: rows.mapped("ticket_ids") and rows.mapped("todo")

        customers = [self._make_customer(f"Customer {n}") for n in range(3)]
        self._make_invoices([(customer, 10, 10) for customer in customers])
        rows = self.env["billing.worklist"]
        for customer in customers:
            self._make_ticket(partner_id=customer.id)
            rows += self._row(customer)
        self._count_queries(show(rows))
        self.assertLessEqual(
            self._count_queries(show(rows)), self._count_queries(show(rows[0])) + 1
        )

    # -- customers and invoices -------------------------------------------------------

    def test_customer(self):
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.customer.id}
        )
        self._make_ticket()
        self._make_ticket().action_cancel()
        partners = (self.customer + person).with_user(self.coordinator)
        self.assertEqual(partners.mapped("billing_ticket_count"), [1, 1])
        action = person.with_user(self.coordinator).action_open_billing_tickets()
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        self.assertEqual(len(tickets.search(action["domain"])), 2)

    def test_customers_count_in_one_query(self):
        partners = self.env["res.partner"].union(
            *(self._make_customer(f"Customer {n}") for n in range(5))
        )
        for partner in partners:
            self._make_ticket(partner_id=partner.id)
        partners = partners.with_user(self.coordinator)

        def count(some):
            return self._count_queries(lambda: some.mapped("billing_ticket_count"))

        count(partners)
        self.assertLessEqual(count(partners), count(partners[0]))

    def test_invoice(self):
        invoice = self.invoice.with_user(self.coordinator)
        self.assertEqual(invoice.billing_ticket_count, 0)
        ticket = self._make_ticket(self.invoice, 40)
        self.env.invalidate_all()
        self.assertEqual(invoice.billing_ticket_count, 1)
        self.assertEqual(invoice.action_open_billing_tickets()["res_id"], ticket.id)
        self._make_ticket(self.invoice, 10)
        invoice.invalidate_recordset()
        action = invoice.action_open_billing_tickets()
        self.assertEqual(len(ticket.search(action["domain"])), 2)

    def test_status_of_the_invoice(self):
        invoice = self.invoice.with_user(self.coordinator)
        ticket = self._make_ticket(self.invoice, 40)
        self.assertRegex(
            invoice.billing_followup_status, r"^No reminder yet, .*40\.00.* in dispute$"
        )
        ticket.line_ids.amount_disputed = 100
        self.env.invalidate_all()
        self.assertEqual(invoice.billing_followup_status, "No reminder yet, In dispute")
        ticket.action_cancel()
        self.env.invalidate_all()
        self.assertEqual(invoice.billing_followup_status, "No reminder yet")

    def test_invoices_in_one_query(self):
        invoices = self._make_invoices([(None, 10, 10)] * 5)
        for invoice in invoices:
            self._make_ticket(invoice, 5)
        invoices = invoices.with_user(self.coordinator)

        def show(some):
            return self._count_queries(
                lambda: (
                    some.mapped("billing_ticket_count")
                    and some.mapped("billing_followup_status")
                )
            )

        show(invoices)
        self.assertLessEqual(show(invoices), show(invoices[0]))

    # -- open items -------------------------------------------------------------------

    def test_open_items(self):
        other = self._make_invoice(amount=50, overdue=5)
        self._make_credit_note()
        self._make_ticket(self.invoice, 40)
        rows = self._receivables().with_user(self.coordinator)
        by_move = {row.move_id: row.disputed for row in rows}
        self.assertEqual((by_move[self.invoice], by_move[other]), (40, 0))
        disputed = rows.search([("disputed", ">", 0), ("id", "in", rows.ids)])
        self.assertEqual(disputed.move_id, self.invoice)
