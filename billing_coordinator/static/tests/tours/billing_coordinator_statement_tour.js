import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";

function tick(customer) {
    return {
        content: `tick ${customer}`,
        trigger: `.o_list_view .o_data_row:contains("${customer}") .o_list_record_selector input`,
        run: "click",
    };
}

function lineOf(customer, state) {
    return {
        content: `${customer}: ${state}`,
        trigger: `.o_field_widget[name=line_ids] .o_data_row:contains("${customer}"):contains("${state}")`,
    };
}

registry.category("web_tour.tours").add("billing_coordinator_statement_batch", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        tick("Tour One"),
        tick("Tour Two"),
        tick("Tour Nowhere"),
        {
            content: "statements for them",
            trigger: `.o_control_panel button:contains("Statement")`,
            run: "click",
        },
        {
            content: "the customers are there",
            trigger: `.modal .o_field_widget[name=partner_ids] .o_tag:contains("Tour Nowhere")`,
        },
        {
            content: "choose the activity",
            trigger: `.modal .o_field_widget[name=kind] label:contains("Account activity")`,
            run: "click",
        },
        {
            content: "it asks for the first day",
            trigger: ".modal .o_field_widget[name=date_from]",
        },
        {
            content: "back to the open items",
            trigger: `.modal .o_field_widget[name=kind] label:contains("Open items")`,
            run: "click",
        },
        {
            content: "the first day is not asked for any more",
            trigger: ".modal:not(:has(.o_field_widget[name=date_from]))",
        },
        {
            content: "send them",
            trigger: ".modal footer button[name=action_send]",
            run: "click",
        },
        {
            content: "the run shows its progress",
            trigger: `.o_form_view .o_field_widget[name=progress]:contains("100")`,
        },
        {
            content: "and that something failed",
            trigger: `.o_form_view .o_field_widget[name=state]:contains("with failures")`,
        },
        {
            content: "the failure is listed with its reason",
            trigger: `.o_field_widget[name=failed_line_ids] .o_data_row:contains("Tour Nowhere"):contains("No e-mail address")`,
        },
        {
            content: "look at all customers",
            trigger: ".o_form_view .nav-link[name=customers]",
            run: "click",
        },
        lineOf("Tour One", "In the mail queue"),
        lineOf("Tour Two", "In the mail queue"),
        lineOf("Tour Nowhere", "Failed"),
        {
            content: "try again what failed",
            trigger: ".o_form_view button[name=action_retry]",
            run: "click",
        },
        {
            content: "the address is correct now",
            trigger: `.o_form_view .o_field_widget[name=state]:not(:contains("failures")):contains("Done")`,
        },
    ],
});
