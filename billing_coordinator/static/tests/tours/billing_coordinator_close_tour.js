import {registry} from "@web/core/registry";

const TASK = ".o_billing_close_task";
const TASK_COUNT = ".o_billing_close_figures [name=done]";

function group(name, task) {
    return `.o_billing_close_group[data-group=${name}]:has(${TASK}:contains("${task}"))`;
}

/** Press the one button of a task, and sign in the dialog. */
function sign(action, task) {
    return [
        {
            content: `${action}: ${task}`,
            trigger: `${TASK}:contains("${task}") button[name=${action}]`,
            run: "click",
        },
        {
            content: `${task}: write what was done`,
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit Looked at it in the tour",
        },
        {
            content: `${task}: sign`,
            trigger: ".modal footer button[name=action_sign]",
            run: "click",
        },
        {
            content: `${task}: the dialog is gone`,
            trigger: "body:not(:has(.modal))",
        },
    ];
}

function done(count) {
    return {
        content: `${count} of 3 tasks are done`,
        trigger: `${TASK_COUNT}:contains("${count} of 3")`,
    };
}

registry.category("web_tour.tours").add("billing_coordinator_close", {
    steps: () => [
        {
            content: "there is no close yet: make the first one",
            trigger: ".o_billing_close_empty button[name=make]",
            run: "click",
        },
        {
            content: "the month that ended last is proposed",
            trigger: ".o_form_view .o_form_button_save",
            run: "click",
        },
        {
            content: "its tasks come from the template",
            trigger: `.o_field_widget[name=task_ids] .o_data_row:contains("Tour tie-out")`,
        },
        {
            content: "open the board",
            trigger: "button[name=action_open_board]",
            run: "click",
        },
        {
            content: "the tie-out says what it waits for",
            trigger: `${group("waiting", "Tour tie-out")} ${TASK}:contains("Waits for Tour drafts")`,
        },
        {
            content: "and the drafts what waits for them",
            trigger: `${group("todo", "Tour drafts")} ${TASK}:contains("1 waits for this")`,
        },
        ...sign("prepare", "Tour drafts"),
        {
            content: "nobody reviews the drafts: the tie-out waits no longer",
            trigger: group("todo", "Tour tie-out"),
        },
        done(1),
        ...sign("prepare", "Tour tie-out"),
        {
            content: "what waits for others is not for now",
            trigger: `.o_billing_close_person:contains("You"):contains("1 now"):not(:contains("waiting"))`,
        },
        {
            content: "the tie-out waits for another person",
            trigger: `${group("prepared", "Tour tie-out")}:not(:has(button[name=review]))`,
        },
        ...sign("prepare", "Tour talk"),
        {
            content: "so does the talk",
            trigger: group("prepared", "Tour talk"),
        },
        {
            content: "show who is next",
            trigger: "button[name=group_person]",
            run: "click",
        },
        {
            content: "the tie-out is the reviewer's",
            trigger: `.o_billing_close_group:contains("Reviewer") ${TASK}:contains("Tour tie-out"):contains("to review")`,
        },
        {
            content: "show the states again",
            trigger: "button[name=group_state]",
            run: "click",
        },
        {
            content: "the states are back",
            trigger: group("prepared", "Tour talk"),
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_close_review", {
    steps: () => [
        done(1),
        {
            content: "look at the tie-out before the review",
            trigger: `${TASK} .o_billing_close_name:contains("Tour tie-out")`,
            run: "click",
        },
        {
            content: "its figures are there",
            trigger: `.o_billing_check_figures tr:contains("Ledger"):contains("0.00")`,
        },
        {
            content: "back to the board",
            trigger: `.o_breadcrumb .o_back_button, .breadcrumb-item a:contains("Close board")`,
            run: "click",
        },
        done(1),
        ...sign("review", "Tour tie-out"),
        done(2),
        ...sign("review", "Tour talk"),
        done(3),
        {
            content: "all is done: lock",
            trigger: ".o_control_panel button[name=lock]",
            run: "click",
        },
        {
            content: "the dialog says which lock date moves",
            trigger: `.modal .o_field_widget[name=what]:contains("Global Lock Date: none")`,
        },
        {
            content: "confirm",
            trigger: ".modal footer button[name=action_confirm]:contains('Lock')",
            run: "click",
        },
        {
            content: "the month is locked",
            trigger: `.o_billing_close_header .badge:contains("Locked")`,
        },
        {
            content: "and nothing can be locked again",
            trigger: ".o_control_panel:not(:has(button[name=lock]))",
        },
        {
            content: "it is the first bar of the comparison",
            trigger: ".o_billing_close_bars .o_billing_close_this",
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_close_companies", {
    steps: () => [
        {
            content: "the close of the first company",
            trigger: `.o_billing_close_header ${TASK_COUNT}:contains("0 of 3")`,
        },
        {
            content: "look at the other company",
            trigger: ".o_billing_close_header select[name=company]",
            run: "selectByLabel Tour elsewhere",
        },
        {
            content: "it has no close yet",
            trigger: ".o_billing_close_empty button[name=make]",
        },
        {
            content: "and back",
            trigger: ".o_billing_close_empty select[name=company]",
            run: "selectByLabel Follow-up Ltd",
        },
        {
            content: "its close is there again",
            trigger: `.o_billing_close_header ${TASK_COUNT}:contains("0 of 3")`,
        },
    ],
});
