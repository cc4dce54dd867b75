import {registry} from "@web/core/registry";

const CONVERSATION = "#chatterRoot:shadow";

function chooseFile({anchor}) {
    const transfer = new window.DataTransfer();
    transfer.items.add(new window.File(["ten"], "proof.txt", {type: "text/plain"}));
    anchor.files = transfer.files;
}

registry.category("web_tour.tours").add("billing_coordinator_portal_dispute", {
    steps: () => [
        {
            content: "the invoice is overdue: something is wrong with it",
            trigger: `.o_billing_items tr:contains("Overdue") .o_billing_ask`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is chosen already; say what is wrong",
            trigger:
                ".o_billing_ticket_form:has(input[name=invoice_ids]:checked) #reason_discrepancy",
            run: "selectByLabel Tour reason",
        },
        {
            content: "a quarter of it",
            trigger: ".o_billing_amount input",
            run: "edit 250",
        },
        {
            content: "in words",
            trigger: "#ticket_text",
            run: "edit Ten are missing",
        },
        {
            content: "with a proof",
            trigger: "#ticket_files",
            run: chooseFile,
        },
        {
            content: "send it",
            trigger: ".o_billing_ticket_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is received, with the amount",
            trigger: `main:has([name=billing_ticket_created]):contains("250.00"):contains("Received")`,
        },
        {
            content: "and with the file",
            trigger: `${CONVERSATION} .o-mail-Message:contains("proof.txt")`,
        },
    ],
});

registry.category("web_tour.tours").add("billing_coordinator_portal_reply", {
    steps: () => [
        {
            content: "somebody has asked back",
            trigger: `.o_billing_ticket:contains("We need your answer") a`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "read it",
            trigger: `${CONVERSATION} .o-mail-Message:contains("Which ten?")`,
        },
        {
            content: "answer",
            trigger: `${CONVERSATION} .o-mail-Composer-input`,
            run: "edit The blue ones",
        },
        {
            content: "send it",
            trigger: `${CONVERSATION} .o-mail-Composer button:contains(Send):enabled`,
            run: "click",
        },
        {
            content: "it stands in the conversation",
            trigger: `${CONVERSATION} .o-mail-Message:contains("The blue ones")`,
        },
    ],
});
