import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";

function menu(xmlid) {
    return `[data-menu-xmlid="billing_coordinator.${xmlid}"]`;
}

function openApp() {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
    ];
}

function row(customer) {
    return `.o_data_row:contains("${customer}")`;
}

function sendNow() {
    return [
        {
            content: "a wide screen shows the less important columns too",
            trigger: ".o_list_view th[data-name=amount_due]",
        },
        {
            content: "the most urgent customer comes first",
            trigger: `.o_data_row:first .o_data_cell[name=partner_id]:contains("Tour Urgent")`,
            run: "click",
        },
        {
            content: "the form says what to do",
            trigger: `.o_form_view .o_field_widget[name=todo]:contains("Send: ")`,
        },
        {
            content: "and explains the priority",
            trigger: ".o_form_view .o_field_widget[name=priority] li",
        },
        {
            content: "send the notice",
            trigger: ".o_form_view button[name=action_send_now]",
            run: "click",
        },
        {
            content: "the result is told",
            trigger: `.o_notification:contains("goes out to Tour Urgent")`,
        },
        {
            content: "look at the notices",
            trigger: ".o_form_view .nav-link[name=notices]",
            run: "click",
        },
        {
            content: "the notice is on its way",
            trigger: `.o_field_widget[name=notice_ids] .o_data_row:contains("Queued")`,
        },
    ];
}

function logCall() {
    return [
        {
            content: "log a call",
            trigger: `.o_form_view .o_statusbar_buttons button:contains("Log a call")`,
            run: "click",
        },
        {
            content: "write down what was said",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit They pay on Friday",
        },
        {
            content: "the next contact may be left to the outcome",
            trigger: ".modal .o_field_widget[name=next_contact]",
        },
        {
            content: "the button says what came of it, and saves",
            trigger: `.modal footer button[name=action_log]:contains("Promised to pay")`,
            run: "click",
        },
        {
            content: "what was promised, and for when",
            trigger: `.modal .o_field_widget[name=installment_ids] .o_data_row:contains("3,000.00")`,
        },
        {
            content: "record the promise",
            trigger: ".modal footer button[name=action_promise]",
            run: "click",
        },
        {
            content: "the customer waits until the next contact",
            trigger: `.o_form_view .alert:contains("Postponed until")`,
        },
        {
            content: "the call is in the chatter",
            trigger: `.o-mail-Message:contains("They pay on Friday")`,
        },
    ];
}

function back() {
    return [
        {
            content: "back to the list",
            trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a:first",
            run: "click",
        },
    ];
}

function leaveAlone(customer, icon, reason, button) {
    return [
        {
            content: `use the button in the row of ${customer}`,
            trigger: `.o_list_view ${row(customer)} button:has(.${icon})`,
            run: "click",
        },
        {
            content: "give the reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: `edit ${reason}`,
        },
        {
            content: "confirm",
            trigger: `.modal footer button[name=${button}]`,
            run: "click",
        },
        {
            content: `${customer} needs no action any more`,
            trigger: `.o_list_view:not(:has(${row(customer)}))`,
        },
    ];
}

function postLetters() {
    return [
        {
            content: "open the menu Follow-up",
            trigger: menu("billing_followup_menu"),
            run: "click",
        },
        {
            content: "see which letters wait",
            trigger: menu("billing_followup_notice_menu_letters"),
            run: "click",
        },
        {
            content: "the customer is in the worklist too: wait for the letters",
            trigger: `.o_control_panel:contains("Letters to print")`,
        },
        {
            content: "tick the letter",
            trigger: `.o_list_view ${row("Tour Urgent")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "print it",
            trigger: "button[name=action_print_letters]",
            run: "click",
        },
        {
            content: "it is in the post",
            trigger: `.modal footer button:contains("Mark as printed")`,
            run: "click",
        },
        {
            content: "no letter is left",
            trigger: `.o_view_nocontent:contains("No letter is waiting")`,
        },
    ];
}

registry.category("web_tour.tours").add("billing_coordinator_morning", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        ...sendNow(),
        ...back(),
        {
            content: "the next customer is called",
            trigger: `.o_list_view ${row("Tour Call")} .o_data_cell[name=partner_id]`,
            run: "click",
        },
        ...logCall(),
        ...back(),
        ...leaveAlone("Tour Later", "fa-clock-o", "On holiday", "action_postpone"),
        ...leaveAlone("Tour Dispute", "fa-pause", "Wrong price", "action_hold"),
        ...postLetters(),
    ],
});

function isInSight(anchor) {
    const {left, right} = anchor.getBoundingClientRect();
    if (left < 0 || right > window.innerWidth) {
        throw new Error(`${anchor.outerHTML} is out of sight`);
    }
}

registry.category("web_tour.tours").add("billing_coordinator_narrow", {
    steps: () => [
        {
            content: "the less important columns give way",
            trigger: `.o_list_view:has(${row("Tour Urgent")}):not(:has(th[data-name=amount_due]))`,
        },
        ...[
            "[name=todo]",
            "[name=amount_overdue]",
            " button[name=action_send_now]",
        ].map((part) => ({
            content: `${part} is in sight`,
            trigger: `.o_list_view ${row("Tour Urgent")} ${part}`,
            run: ({anchor}) => isInSight(anchor),
        })),
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_plan", {
    url: "/odoo",
    steps: () => [
        ...openApp(),
        {
            content: "open the configuration",
            trigger: menu("billing_configuration_menu"),
            run: "click",
        },
        {
            content: "open the plans",
            trigger: menu("billing_followup_plan_menu"),
            run: "click",
        },
        {
            content: "open the plan",
            trigger: `.o_data_cell[name=name]:contains("Tour plan")`,
            run: "click",
        },
        {
            content: "add a stage",
            trigger: ".o_field_widget[name=stage_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "name it",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Last call",
        },
        {
            content: "say when it comes",
            trigger: ".modal .o_field_widget[name=delay] input",
            run: "edit 60 && press Tab",
        },
        {
            content: "the stage is put in words",
            trigger: `.modal .o_field_widget[name=summary]:contains("60 days after the due date")`,
        },
        {
            content: "look for the text",
            trigger: ".modal .o_field_widget[name=mail_template_id] input",
            run: "edit Follow-up: final",
        },
        {
            content: "choose it",
            trigger: `.ui-autocomplete a:contains("Follow-up: final notice")`,
            run: "click",
        },
        {
            content: "keep the stage",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "it is in the plan",
            trigger: `.o_field_widget[name=stage_ids] .o_data_row:contains("Last call")`,
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_documents", {
    steps: () => [
        {
            content: "the smart button opens what the customer owes",
            trigger: `button[name=action_open_billing_worklist]:contains("Overdue")`,
        },
        {
            content: "the customer has a tab Billing",
            trigger: ".o_form_view .nav-link[name=billing]",
            run: "click",
        },
        {
            content: "it shows the notices",
            trigger: `.o_field_widget[name=billing_notice_ids] .o_data_row:contains("Tour plan 7")`,
        },
        {
            content: "open the customer in the worklist",
            trigger: "button[name=action_open_billing_worklist]",
            run: "click",
        },
        {
            content: "open the invoice of the open item",
            trigger:
                ".o_field_widget[name=receivable_ids] button[name=action_open_invoice]",
            run: "click",
        },
        {
            content: "the invoice says where its follow-up stands",
            trigger: `.o_field_widget[name=billing_followup_status]:contains("Tour plan 7")`,
        },
        {
            content: "its tab shows the history",
            trigger: ".o_form_view .nav-link[name=billing]",
            run: "click",
        },
        {
            content: "with the notice",
            trigger:
                ".o_field_widget[name=billing_notice_line_ids] .o_data_row button[name=action_open_notice]",
            run: "click",
        },
        {
            content: "which says what it claimed",
            trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row",
        },
    ],
});
