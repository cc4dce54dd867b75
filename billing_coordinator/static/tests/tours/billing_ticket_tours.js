import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";
const MENU = `[data-menu-xmlid="billing_coordinator.billing_ticket_menu"]`;

registry.category("web_tour.tours").add("billing_coordinator_mail_to_credit_note", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "see what customers ask and dispute",
            trigger: MENU,
            run: "click",
        },
        {
            content: "open what came by e-mail",
            trigger: `.o_list_view .o_data_row .o_data_cell[name=subject]:contains("Ten are missing")`,
            run: "click",
        },
        {
            content: "the customer and the invoice were recognised",
            trigger: `.o_form_view:has(.o_field_widget[name=partner_id]:contains("Tour Mail"), .o_field_widget[name=partner_id] input:value("Tour Mail")) .o_field_widget[name=line_ids] .o_data_row`,
        },
        {
            content: "take it up",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        {
            content: "it is in progress",
            trigger: `.o_form_view .o_statusbar_status .o_arrow_button_current:contains("In progress")`,
        },
        {
            content: "ask the customer for more",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_reply]",
            run: "click",
        },
        {
            content: "with a ready text",
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "edit more information",
        },
        {
            content: "of those offered",
            trigger: `.o-autocomplete--dropdown-item a:contains("more information")`,
            run: "click",
        },
        {
            content: "it has the invoice's data, and is for the customer only",
            trigger: `.modal:has(.o_field_widget[name=body]:contains("1,000.00")):not(:has(.o_field_widget[name=partner_ids] .o_tag ~ .o_tag))`,
        },
        {
            content: "send it, and wait",
            trigger: `.modal footer button:contains("Send and wait")`,
            run: "click",
        },
        {
            content: "the ticket says what comes next",
            trigger: `.o_form_view:not(:has(.modal)) div[name=next_customer]:contains("The customer has to say something")`,
        },
        {
            content: "the customer calls: go on",
            trigger: `.o_form_view .o_statusbar_buttons button:contains("Continue")`,
            run: "click",
        },
        {
            content: "what the customer owes is beside the ticket",
            trigger: `.o_form_view:has(button[name=action_resolve].btn-primary) .o_field_widget[name=customer_due]:contains("1,000.00")`,
        },
        {
            content: "money is in dispute",
            trigger: `.o_form_view .o_field_widget[name=kind] label:contains("Discrepancy")`,
            run: "click",
        },
        {
            content: "choose the reason",
            trigger: ".o_form_view .o_field_widget[name=reason_id] input",
            run: "edit Too few",
        },
        {
            content: "of those offered",
            trigger: `.o-autocomplete--dropdown-item a:contains("Too few")`,
            run: "click",
        },
        {
            content: "say how much",
            trigger: ".o_form_view .o_data_row .o_data_cell[name=amount_disputed]",
            run: "click",
        },
        {
            content: "ten pieces",
            trigger: ".o_form_view .o_field_widget[name=amount_disputed] input",
            run: "edit 250 && press Tab",
        },
        {
            content: "the warehouse was right: resolve it",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_resolve]",
            run: "click",
        },
        {
            content: "by a credit note",
            trigger: `.modal .o_field_widget[name=resolution] label:contains("Credit note")`,
            run: "click",
        },
        {
            content: "choose the root cause",
            trigger: ".modal .o_field_widget[name=root_cause_id] input",
            run: "edit Picked",
        },
        {
            content: "which is in the list",
            trigger: `.o-autocomplete--dropdown-item a:contains("Picked")`,
            run: "click",
        },
        {
            content: "book it",
            trigger: ".modal footer button[name=action_resolve]",
            run: "click",
        },
        {
            content: "the ticket is resolved",
            trigger: `.o_form_view:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains("Resolved")`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_ticket", {
    steps: () => [
        {
            content: "the customer disputes the invoice",
            trigger:
                ".o_form_view .o_statusbar_buttons button[name=action_make_ticket]",
            run: "click",
        },
        {
            content: "the invoice is filled in, and all that is open of it",
            trigger: `.modal .o_field_widget[name=line_ids] .o_data_row .o_data_cell[name=amount_disputed]:contains("1,000.00")`,
        },
        {
            content: "say what it is about",
            trigger: ".modal .o_field_widget[name=subject] input",
            run: "edit Half of it is missing",
        },
        {
            content: "choose the reason",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Too few",
        },
        {
            content: "which says who answers",
            trigger: `.o-autocomplete--dropdown-item a:contains("Too few")`,
            run: "click",
        },
        {
            content: "not all of it is in dispute",
            trigger: ".modal .o_data_row .o_data_cell[name=amount_disputed]",
            run: "click",
        },
        {
            content: "only a part",
            trigger: ".modal .o_field_widget[name=amount_disputed] input",
            run: "edit 400 && press Tab",
        },
        {
            content: "make the ticket",
            trigger: ".modal footer button[special=save]",
            run: "click",
        },
        {
            content: "the invoice says so",
            trigger: `.o_form_view:not(:has(.modal)) .o_field_widget[name=billing_followup_status]:contains("in dispute")`,
        },
        {
            content: "open the ticket from the invoice",
            trigger: ".o_form_view button[name=action_open_billing_tickets]",
            run: "click",
        },
        {
            content: "the amount and who has to answer are there",
            trigger: `.o_form_view:has(.o_field_widget[name=amount_disputed]:contains("400.00")) .o_field_widget[name=team_id] input:value("Warehouse")`,
        },
        {
            content: "take it up",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        {
            content: "it is in progress",
            trigger: `.o_form_view .o_statusbar_status .o_arrow_button_current:contains("In progress")`,
        },
        {
            content: "look at the customer",
            trigger: ".o_form_view button[name=action_open_customer]",
            run: "click",
        },
        {
            content: "the ticket is in the timeline",
            trigger: `.o_billing_timeline:contains("Half of it is missing")`,
        },
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "go to all tickets",
            trigger: MENU,
            run: "click",
        },
        {
            content: "the open ones are shown",
            trigger: `.o_list_view .o_data_row:contains("Half of it is missing")`,
        },
        {
            content: "as cards",
            trigger: "button.o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "in the column of its state",
            trigger: `.o_kanban_group:contains("In progress") .o_kanban_record:contains("Half of it is missing"):contains("400.00")`,
        },
    ],
});
