import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_ticket_menu_department";

registry.category("web_tour.tours").add("billing_ticket_department", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app of the questions",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "open the question",
            trigger: `.o_data_row:contains("Were ten missing?") .o_data_cell[name=question]`,
            run: "click",
        },
        {
            content: "it says what is asked, of whom",
            trigger: `.o_form_view .alert:contains("Were ten missing?")`,
        },
        {
            content: "look at the invoices",
            trigger: ".o_form_view .nav-link[name=invoices]",
            run: "click",
        },
        {
            content: "with number and amounts",
            trigger: `.o_field_widget[name=line_ids] .o_data_row:contains("TINV"):contains("40.00")`,
        },
        {
            content: "answer",
            trigger: `.o_statusbar_buttons button:contains("Answer")`,
            run: "click",
        },
        {
            content: "say what was found out",
            trigger: ".modal .o_field_widget[name=text] textarea",
            run: "edit Five were missing, the carrier confirms it.",
        },
        {
            content: "in short",
            trigger: `.modal .o_field_widget[name=outcome] .o_selection_badge:contains("Partly right")`,
            run: "click",
        },
        {
            content: "send it",
            trigger: ".modal footer button[name=action_answer]",
            run: "click",
        },
        {
            content: "it has left the list",
            trigger: `.o_list_view:not(:has(.o_data_row)):contains("No question waits for you")`,
        },
    ],
});
