import {Component, useState} from "@odoo/owl";
import {BankReviewItems} from "./bank_review_items";
import {BankReviewRest} from "./bank_review_rest";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {getScoreClass, sayScore} from "./bank_review_score";

/** A proposal: the one that is selected is shown in full, and can be accepted. */
export class BankReviewCandidate extends Component {
    static template = "billing_coordinator.BankReviewCandidate";
    static components = {BankReviewItems, BankReviewRest};
    static props = {
        model: Object,
        candidate: Object,
        index: Number,
        onAccept: Function,
    };

    setup() {
        this.model = useState(this.props.model);
        this.getScoreClass = getScoreClass;
        this.sayScore = sayScore;
    }

    get candidate() {
        return this.props.candidate;
    }

    get isSelected() {
        return this.model.candidate === this.props.index;
    }

    get customers() {
        const {customers, returned} = this.candidate;
        if (!customers.length) {
            return returned ? _t("Returned payment") : _t("Nobody");
        }
        return customers.map(({name}) => name).join(", ");
    }

    /** In a card that is closed: how many items, and the best reason. */
    get summary() {
        const {items, reasons} = this.candidate;
        const count = items.length === 1 ? items[0].name : _t("%s items", items.length);
        return [items.length ? count : "", reasons.length ? reasons[0].text : ""]
            .filter(Boolean)
            .join(" · ");
    }

    get isOver() {
        return this.candidate.difference * this.model.line.amount > 0;
    }

    formatMoney(amount) {
        return formatCurrency(amount, this.model.line.currency_id);
    }

    onSelect() {
        this.model.candidate = this.props.index;
    }

    onRest(values) {
        Object.assign(this.model.rests[this.props.index], values);
    }
}
