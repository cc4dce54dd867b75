import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";

registry.category("web_tour.tours").add("billing_coordinator_promise", {
    steps: () => [
        {
            content: "the customer promises",
            trigger: `.o_form_view .o_statusbar_buttons button:contains("Promise")`,
            run: "click",
        },
        {
            content: "a day and all that is open are proposed",
            trigger: `.modal .o_field_widget[name=installment_ids] .o_data_row:contains("1,000.00")`,
        },
        {
            content: "record it",
            trigger: ".modal footer button[name=action_promise]",
            run: "click",
        },
        {
            content: "reminders wait until that day",
            trigger: `.o_form_view:not(:has(.modal)) .o_field_widget[name=todo]:contains("Promised for")`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_promise_days", {
    steps: () => [
        {
            content: "the customer promises",
            trigger: `.o_form_view .o_statusbar_buttons button:contains("Promise")`,
            run: "click",
        },
        {
            content: "change the amount that is proposed",
            trigger: `.modal .o_field_widget[name=installment_ids] .o_data_cell[name=amount]:contains("1,000.00")`,
            run: "click",
        },
        {
            content: "a part on the first day",
            trigger: `.modal .o_selected_row .o_field_widget[name=amount] input`,
            run: "edit 600",
        },
        {
            content: "the rest later",
            trigger: ".modal button[name=action_add_day]",
            run: "click",
        },
        {
            content: "the rest is proposed",
            trigger: `.modal .o_field_widget[name=installment_ids] .o_data_row:contains("400.00")`,
        },
        {
            content: "record it",
            trigger: ".modal footer button[name=action_promise]",
            run: "click",
        },
        {
            content: "reminders wait until the last day",
            trigger: `.o_form_view:not(:has(.modal)) .o_field_widget[name=todo]:contains("Promised for")`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_broken", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "the customer is back, with the reason",
            trigger: `.o_data_row:contains("Tour Promise"):contains("Broken promise") .o_data_cell[name=partner_id]`,
            run: "click",
        },
        {
            content: "look at the promises",
            trigger: ".o_form_view .nav-link[name=promises]",
            run: "click",
        },
        {
            content: "it is shown as broken",
            trigger: `.o_field_widget[name=promise_ids] .o_data_row:contains("Broken")`,
        },
    ],
});
