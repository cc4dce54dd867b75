import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";
const ENTRY = ".o_billing_entry";

function entry(kind, text) {
    return `${ENTRY}[data-kind=${kind}]:contains("${text}")`;
}

function seeWhatIsOpen() {
    return [
        {
            content: "what is due in total",
            trigger: `.o_billing_figure[name=due]:contains("1,500.00")`,
        },
        {
            content: "and what is overdue, since when",
            trigger: `.o_billing_figure[name=overdue]:contains("1,200.00"):contains("oldest 40 days")`,
        },
        {
            content: "the ageing bar says in words what it shows",
            trigger: `.o_billing_ageing_bar[aria-label*="31-60 days"][aria-label*="1,000.00"]`,
        },
        {
            content: "how much of the credit limit is used",
            trigger: `.o_billing_tile[name=credit]:contains("75 % used")`,
        },
        {
            content: "how the customer pays",
            trigger: `.o_billing_tile[name=average]:contains("days late")`,
        },
        {
            content: "and whom to call: the follow-up contact",
            trigger: `.o_billing_contact:first:contains("Tour Payables"):contains("Gets notices") a[href="tel:+32 2 555"]`,
        },
    ];
}

function filterTheTimeline() {
    return [
        {
            content: "the invoices are in the timeline",
            trigger: entry("invoice", "1,000.00"),
        },
        {
            content: "show notices only",
            trigger: ".o_billing_kinds button[data-kind=notice]",
            run: "click",
        },
        {
            content: "no invoice is left",
            trigger: `.o_billing_timeline:has(${entry("notice", "Tour plan")}):not(:has(${ENTRY}[data-kind=invoice]))`,
        },
        {
            content: "show all again",
            trigger: ".o_billing_kinds button:first",
            run: "click",
        },
        {
            content: "the invoices are back",
            trigger: entry("invoice", "1,000.00"),
        },
    ];
}

function logCall() {
    return [
        {
            content: "log a call",
            trigger: `.o_statusbar_buttons button:contains("Log a call")`,
            run: "click",
        },
        {
            content: "nobody was there: that is all there is to say",
            trigger: `.modal footer button:contains("No answer")`,
            run: "click",
        },
        {
            content: "the call is in the timeline at once, in the day of today",
            trigger: `.o_billing_day:contains("Today") ${entry("call", "Call: No answer")}`,
        },
        {
            content: "and it was the last contact",
            trigger: `.o_billing_tile[name=last_contact]:contains("Call on")`,
        },
    ];
}

registry.category("web_tour.tours").add("billing_coordinator_cockpit", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "show all customers",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "open the customer",
            trigger: `.o_data_cell[name=partner_id]:contains("Tour Cockpit")`,
            run: "click",
        },
        ...seeWhatIsOpen(),
        ...filterTheTimeline(),
        ...logCall(),
        {
            content: "open what has been overdue for long",
            trigger: `.o_billing_ageing_legend li:contains("31-60 days") .o_billing_bucket`,
            run: "click",
        },
        {
            content: "one item, and no other",
            trigger: `.o_list_view:has(.o_data_row:contains("1,000.00")):not(:has(.o_data_row:nth-child(2)))`,
        },
    ],
});
