import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

/** What an automatic check found: its figures, and the records behind each row. */
export class BillingCheckResult extends Component {
    static template = "billing_coordinator.CheckResult";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get result() {
        return this.props.record.data[this.props.name] || {};
    }

    get isError() {
        return this.props.record.data.check_state === "error";
    }

    get figures() {
        return (this.result.figures || []).map(([key, label, value]) => ({
            key,
            label,
            value,
        }));
    }

    get rows() {
        return this.result.rows || [];
    }

    get isEmpty() {
        return !this.figures.length && !this.rows.length && !this.result.note;
    }

    format(value) {
        const {check_unit, currency_id} = this.props.record.data;
        if ((this.result.unit || check_unit) === "money" && currency_id) {
            return formatCurrency(value, currency_id.id);
        }
        return formatFloat(value, {digits: [16, Number.isInteger(value) ? 0 : 2]});
    }

    openLabel({label}) {
        return _t("Open: %s", label);
    }

    onOpen(index) {
        const {resModel, resId} = this.props.record;
        return this.action.doActionButton({
            type: "object",
            name: "action_open_records",
            resModel,
            resId,
            context: {...user.context, billing_check_row: index},
        });
    }
}

export const billingCheckResult = {
    component: BillingCheckResult,
    displayName: _t("Result of a check"),
    supportedTypes: ["json"],
    fieldDependencies: [
        {name: "check_unit", type: "selection"},
        {name: "check_state", type: "selection"},
        {name: "currency_id", type: "many2one", relation: "res.currency"},
    ],
};

registry.category("fields").add("billing_check_result", billingCheckResult);
