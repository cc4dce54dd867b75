import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {_t} from "@web/core/l10n/translation";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Points, 0 to 100, with a bar, and the rules that gave them. */
export class BillingPriorityField extends Component {
    static template = "billing_coordinator.PriorityField";
    static props = {
        ...standardFieldProps,
        explain: {type: Boolean, optional: true},
    };
    static defaultProps = {explain: false};

    get points() {
        return this.props.record.data[this.props.name];
    }

    get reasons() {
        const text = this.props.record.data.priority_explanation || "";
        return text.split("\n").filter(Boolean);
    }

    get tooltipInfo() {
        return JSON.stringify({reasons: this.reasons});
    }
}

export const billingPriorityField = {
    component: BillingPriorityField,
    displayName: _t("Priority, 0 to 100"),
    supportedTypes: ["integer"],
    supportedOptions: [
        {
            label: _t("Show the rules that gave the points"),
            name: "explain",
            type: "boolean",
        },
    ],
    fieldDependencies: [{name: "priority_explanation", type: "text"}],
    extractProps: ({options}) => ({explain: Boolean(options.explain)}),
};

registry.category("fields").add("billing_priority", billingPriorityField);
