import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const APP = "billing_coordinator.billing_coordinator_menu_root";
const BANK = "billing_coordinator.billing_bank_menu";
const IMPORT = "billing_coordinator.billing_statement_import_menu";
const ROW = ".o_billing_review_row";

// What the bank sends: one payment of Tour One, who names an invoice.
const FILE = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-06-12</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-06-13</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2025-06-13</Dt></BookgDt><AcctSvcrRef>BANK-1</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>TOUR ONE</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>INVOICE TOUR/2025/01177 THANK YOU</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry></Stmt></BkToCstmrStmt></Document>`;

registry.category("web_tour.tours").add("billing_coordinator_bank_file", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the Billing app",
            trigger: `.o_app[data-menu-xmlid="${APP}"]`,
            run: "click",
        },
        {
            content: "the bank",
            trigger: `button[data-menu-xmlid="${BANK}"]`,
            run: "click",
        },
        {
            content: "import",
            trigger: `.dropdown-item[data-menu-xmlid="${IMPORT}"]`,
            run: "click",
        },
        {
            content: "choose the file of the bank",
            trigger: ".modal .o_field_widget[name=attachment_ids] .o_attach",
            async run() {
                const file = new File([FILE], "june.xml", {type: "text/xml"});
                await inputFiles(".modal .o_file_input input", [file]);
            },
        },
        {
            content: "it is uploaded: import it",
            trigger: `.modal:has(.o_attachment:contains("june.xml")) button[name=action_import]`,
            run: "click",
        },
        {
            content: "one entry is new; go on and match it",
            trigger: `.modal:has(.o_data_row:contains("june.xml") [name=new_count]:contains("1")) button[name=action_match]`,
            run: "click",
        },
        {
            content: "the invoice is found and marked in the text",
            trigger: `.o_billing_review_text mark:contains("TOUR/2025/01177")`,
        },
        {
            content: "accept",
            trigger: `.o_billing_review_detail [name=accept]:enabled`,
            run: "click",
        },
        {
            content: "all is done: look at what was matched",
            trigger: `body:has(.o_billing_review_nothing) .o_billing_review_states button[name=matched]`,
            run: "click",
        },
        {
            content: "open it",
            trigger: `${ROW}:contains("TOUR ONE")`,
            run: "click",
        },
        {
            content: "and undo it",
            trigger: `.o_billing_review_detail:has(.o_billing_review_applied) [name=undo]`,
            run: "click",
        },
        {
            content: "it is matched no more",
            trigger: `.o_billing_review:not(:has(${ROW}:contains("TOUR ONE"))) .o_billing_review_nothing`,
        },
    ],
});
