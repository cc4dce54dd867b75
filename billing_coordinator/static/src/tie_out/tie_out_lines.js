import {BillingX2ManyField} from "@billing_coordinator/list/billing_list";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {x2ManyField} from "@web/views/fields/x2many/x2many_field";

/**
 * Figures of the tie-out: a click on one lists the entries behind it.
 */
export class TieOutLines extends BillingX2ManyField {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.actionService = useService("action");
    }

    async openRecord(record) {
        if (!record.data.res_model || !record.data.count) {
            return;
        }
        const action = await this.orm.call(
            "billing.tie.out.report.line",
            "action_open_entries",
            [record.resId],
        );
        await this.actionService.doAction(action);
    }
}

registry
    .category("fields")
    .add("billing_tie_out_lines", {...x2ManyField, component: TieOutLines});
