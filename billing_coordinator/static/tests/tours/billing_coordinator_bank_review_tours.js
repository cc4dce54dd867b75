import {registry} from "@web/core/registry";

const CURRENT = ".o_billing_review_current";
const ROW = ".o_billing_review_row";

registry.category("web_tour.tours").add("billing_coordinator_bank_review", {
    steps: () => [
        {
            content: "the clearest line is first, what proves it is marked",
            trigger: `body:has(${CURRENT}:contains("Tour One")) .o_billing_review_text mark:contains("TOUR/1177")`,
        },
        {
            content: "the proposal says why",
            trigger: `.o_billing_review_selected .o_billing_review_reasons:contains("The text names")`,
        },
        {
            content: "ask for the keys",
            trigger: "[role=listbox]",
            run: "press ?",
        },
        {
            content: "and close them",
            trigger: `.modal .o_billing_review_keys:contains("Next line")`,
            run: "press Escape",
        },
        {
            content: "go down",
            trigger: "body:not(:has(.modal)) [role=listbox]",
            run: "press j",
        },
        {
            content: "and up again",
            trigger: `${CURRENT}:contains("Tour Two")`,
            run: "press k",
        },
        {
            content: "accept",
            trigger: `body:has(.o_billing_review_detail:contains("TOUR/1177") [name=accept]:enabled) ${CURRENT}:contains("Tour One")`,
            run: "press Enter",
        },
        {
            content: "the next line is there; undo",
            trigger: `body:not(:has(${ROW}:contains("Tour One"))):has(.o_notification:contains("Undo")) ${CURRENT}:contains("Tour Two")`,
            run: "press u",
        },
        {
            content: "it is back: accept it again",
            trigger: `body:has(.o_billing_review_detail:contains("TOUR/1177") [name=accept]:enabled) ${CURRENT}:contains("Tour One")`,
            run: "press Enter",
        },
        {
            content: "the next one pays too little: leaving it open is proposed",
            trigger: `body:has(${CURRENT}:contains("Tour Two")) .o_billing_review_rest input[value=open]:checked`,
        },
        {
            content: "nobody says why it is not clear: the difference is asked about",
            trigger: `.o_billing_review_selected:not(:has(.o_billing_review_doubt))`,
        },
        {
            content: "change what it pays",
            trigger: `body:has(.o_billing_review_detail [name=accept]:enabled) ${CURRENT}`,
            run: "press e",
        },
        {
            content: "a word is no amount",
            trigger: ".o_billing_review_parts input[name=amount]",
            run: "edit some",
        },
        {
            content: "it cannot be accepted",
            trigger: `.o_billing_review_parts input.is-invalid, .o_billing_review_change [name=apply]:disabled`,
        },
        {
            content: "a part only",
            trigger: ".o_billing_review_parts input[name=amount]",
            run: "edit 30",
        },
        {
            content: "something is left of the line",
            trigger: `.o_billing_review_left.text-danger:contains("20.00")`,
        },
        {
            content: "find an item of somebody else; letters are no commands here",
            trigger: ".o_billing_review_change input[name=find]",
            run: "edit Tour Three",
        },
        {
            content: "take it",
            trigger: `.o_billing_review_found:not(:has(li:contains("Tour Two"))) li:contains("Tour Three") input`,
            run: "click",
        },
        {
            content: "it gets the rest; accept",
            trigger: `body:has(.o_billing_review_left.text-success) .o_billing_review_change [name=apply]:enabled`,
            run: "click",
        },
        {
            content: "nothing was found for the last one: set it aside",
            trigger: `body:has(.o_billing_review_detail:contains("Nothing found")) ${CURRENT}:contains("Tour Unknown")`,
            run: "press s",
        },
        {
            content: "say what it waits for",
            trigger: ".modal input[name=skip_note]",
            run: "edit Asked the bank && press Enter",
        },
        {
            content: "all is done",
            trigger: `.o_billing_review_nothing:contains("All lines are matched"):contains("1 set aside")`,
        },
        {
            content: "see what it waits for",
            trigger: ".o_billing_review_states button[name=skipped]",
            run: "click",
        },
        {
            content: "the note stands in its row",
            trigger: `${ROW}:contains("Tour Unknown") .o_billing_review_note:contains("Asked the bank")`,
        },
        {
            content: "look at what was matched",
            trigger: ".o_billing_review_states button[name=matched]",
            run: "click",
        },
        {
            content: "open one",
            trigger: `${ROW}:contains("Tour One")`,
            run: "click",
        },
        {
            content: "what it paid is one click away",
            trigger: `.o_billing_review_detail:contains("TOUR/1177") .o_billing_review_applied a[href^="/odoo/account.move/"]`,
        },
        {
            content: "undo it",
            trigger: `.o_billing_review_detail:contains("TOUR/1177"):has(.o_billing_review_applied) [name=undo]`,
            run: "click",
        },
        {
            content: "it is matched no more",
            trigger: `.o_billing_review_list:not(:has(${ROW}:contains("Tour One"))):has(${ROW})`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_bank_review_out", {
    steps: () => [
        {
            content: "a payment that came back says why somebody has a look",
            trigger: `.o_billing_review_selected .o_billing_review_doubt:contains("proves it")`,
        },
        {
            content: "the next best took more than that payment brought",
            trigger: `.o_billing_review_card:contains("2") .o_billing_review_card_head`,
            run: "press 2",
        },
        {
            content: "that is no credit of the customer",
            trigger: `.o_billing_review_selected .o_billing_review_rest:contains("5.00"):contains("charges of the bank"):not(:has(input))`,
        },
        {
            content: "choose the items",
            trigger: `body:has(.o_billing_review_detail [name=accept]:enabled) ${CURRENT}`,
            run: "press e",
        },
        {
            content: "money that goes out is owed",
            trigger: `.o_billing_review_change .o_billing_review_rest:contains("the customer owes it"):not(:contains("credit"))`,
        },
        {
            content: "of somebody",
            trigger: `.o_billing_review_change [name=cancel]`,
            run: "click",
        },
        {
            content: "and that is all",
            trigger: `.o_billing_review_detail:not(:has(.o_billing_review_change))`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_bank_review_mass", {
    steps: () => [
        {
            content: "only what is ready",
            trigger: ".o_billing_review_states button[name=ready]",
            run: "click",
        },
        {
            content: "nothing is ready; accept several all the same",
            trigger: `body:has(.o_billing_review_nothing) .o_billing_review button[name=mass]:enabled`,
            run: "click",
        },
        {
            content: "it says that the filters count",
            trigger: ".modal .o_billing_review_filtered",
        },
        {
            content: "close it",
            trigger: ".modal footer .btn-secondary",
            run: "click",
        },
        {
            content: "all that is left",
            trigger:
                "body:not(:has(.modal)) .o_billing_review_states button[name=left]",
            run: "click",
        },
        {
            content: "accept several",
            trigger: ".o_billing_review button[name=mass]:enabled",
            run: "click",
        },
        {
            content: "from a lower score on",
            trigger: `.modal input[name=score]`,
            run: "edit 60",
        },
        {
            content: "it says how many and how much, and what is left",
            trigger: `.modal:contains("3 lines of"):contains("280.00"):contains("1 more line") button[name=confirm]:enabled`,
            run: "click",
        },
        {
            content: "and which one failed, and why",
            trigger: `.modal:contains("2 lines are matched") .o_billing_review_failed li:contains("Paid twice"):contains("gone")`,
        },
        {
            content: "close it",
            trigger: ".modal button[name=close]",
            run: "click",
        },
        {
            content: "what failed waits",
            trigger: `${ROW}:contains("Paid twice")`,
        },
    ],
});
