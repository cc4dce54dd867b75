import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";
const BANK = "billing_coordinator.billing_bank_menu";
const IMPORT = "billing_coordinator.billing_statement_import_menu";
const MT940 = [
    ":20:START",
    ":25:37040044/0532013000",
    ":28C:1/1",
    ":60F:C251104EUR100,00",
    ":61:2511051105C40,00NTRFNONREF//R1",
    ":86:INV 1177",
    ":62F:C251105EUR140,00",
    "-",
].join("\r\n");

registry.category("web_tour.tours").add("billing_coordinator_bank_import", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "open the bank menu",
            trigger: `[data-menu-xmlid="${BANK}"]`,
            run: "click",
        },
        {
            content: "import",
            trigger: `[data-menu-xmlid="${IMPORT}"]`,
            run: "click",
        },
        {
            content: "choose a good and a bad file",
            trigger: ".modal .o_field_widget[name=attachment_ids]",
            async run() {
                const good = new File([MT940], "bank.sta", {type: "text/plain"});
                const bad = new File(["hello"], "letter.txt", {type: "text/plain"});
                await inputFiles(".modal .o_input_file", [good, bad]);
            },
        },
        {
            content: "both are there",
            trigger: `.modal .o_field_widget[name=attachment_ids]:contains("bank.sta"):contains("letter.txt")`,
        },
        {
            content: "import them",
            trigger: ".modal footer button[name=action_import]",
            run: "click",
        },
        {
            content: "the good one is imported",
            trigger: `.modal .o_data_row:contains("bank.sta"):contains("Imported")`,
        },
        {
            content: "the bad one is not, and it says why",
            trigger: `.modal .o_data_row:contains("letter.txt"):contains("no bank file")`,
        },
        {
            content: "import more",
            trigger: ".modal footer button[name=action_again]",
            run: "click",
        },
        {
            content: "the same file once more",
            trigger: `.modal:not(:has(.o_data_row)) .o_field_widget[name=attachment_ids]`,
            async run() {
                const again = new File([MT940], "again.sta", {type: "text/plain"});
                await inputFiles(".modal .o_input_file", [again]);
            },
        },
        {
            content: "it is there",
            trigger: `.modal .o_field_widget[name=attachment_ids]:contains("again.sta")`,
        },
        {
            content: "import it",
            trigger: ".modal footer button[name=action_import]",
            run: "click",
        },
        {
            content: "nothing of it is new",
            trigger: `.modal .o_data_row:contains("again.sta"):contains("Known already")`,
        },
        {
            content: "look at the entries",
            trigger: ".modal footer button[name=action_open_lines]",
            run: "click",
        },
        {
            content: "the entry is there",
            trigger: `.o_list_view .o_data_row:contains("INV 1177"):contains("40.00")`,
        },
    ],
});
