import {Component} from "@odoo/owl";
import {RecordSelector} from "@web/core/record_selectors/record_selector";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";

const SHORT = [
    {name: "open", label: _t("Leave open")},
    {name: "discount", label: _t("Discount")},
    {name: "writeoff", label: _t("Write off")},
    {name: "ticket", label: _t("Discrepancy ticket")},
];
let counter = 0;

/** What is missing where nobody said whose the rest is. */
export function askOwner(isOut, hasItems) {
    if (isOut) {
        return hasItems
            ? _t("Choose who owes the rest.")
            : _t("Choose items, or the customer who owes it.");
    }
    return hasItems
        ? _t("Choose whose credit the rest is.")
        : _t("Choose items, or a customer whose credit it is.");
}

/** What becomes of the difference: nobody books it without a word. */
export class BankReviewRest extends Component {
    static template = "billing_coordinator.BankReviewRest";
    static components = {RecordSelector};
    static props = {
        amount: Number,
        isOver: Boolean,
        isOut: Boolean,
        isReturn: {type: Boolean, optional: true},
        currencyId: Number,
        rest: Object,
        reasons: Array,
        onChange: Function,
    };

    setup() {
        counter += 1;
        this.group = `billing_bank_rest_${counter}`;
        this.options = SHORT;
        this.customerDomain = [["parent_id", "=", false]];
    }

    get amount() {
        return formatCurrency(Math.abs(this.props.amount), this.props.currencyId);
    }

    get notePlaceholder() {
        return this.props.rest.handling === "writeoff"
            ? _t("Why it is written off")
            : _t("What is in dispute");
    }

    onReason(ev) {
        this.props.onChange({reason_id: Number(ev.target.value) || false});
    }

    get customerProps() {
        return {
            resModel: "res.partner",
            resId: this.props.rest.partner_id || false,
            domain: this.customerDomain,
            placeholder: this.props.isOut
                ? _t("Who owes it?")
                : _t("Whose credit is it?"),
            update: (partner_id) => this.props.onChange({partner_id}),
        };
    }
}
