import {Component, useState} from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import {BankReviewCandidate} from "./bank_review_candidate";
import {BankReviewChange} from "./bank_review_change";
import {BankReviewItems} from "./bank_review_items";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";

/** One line of the bank in full, and what it pays or may pay. */
export class BankReviewLine extends Component {
    static template = "billing_coordinator.BankReviewLine";
    static components = {BankReviewCandidate, BankReviewChange, BankReviewItems};
    static props = {
        model: Object,
        onAccept: Function,
        onChange: Function,
        onSkip: Function,
        onUndo: Function,
        onLookAgain: Function,
    };

    setup() {
        this.model = useState(this.props.model);
    }

    get line() {
        return this.model.line;
    }

    get name() {
        return this.line.name || _t("Unknown payer");
    }

    /** Marked as the bank wrote it; the customer's name where the bank wrote none. */
    get nameParts() {
        const {name_parts} = this.line;
        return name_parts.length ? name_parts : [{text: this.name, mark: false}];
    }

    formatDate(text) {
        return formatDate(deserializeDate(text));
    }

    formatMoney(amount) {
        return formatCurrency(amount, this.line.currency_id);
    }

    formatTime(text) {
        return formatDateTime(deserializeDateTime(text), {showSeconds: false});
    }

    get appliedFor() {
        return this.line.applied.customers.map(({name}) => name).join(", ");
    }

    get appliedBy() {
        const {at, by, is_automatic} = this.line.applied;
        const time = this.formatTime(at);
        return is_automatic
            ? _t("By the job on %s", time)
            : _t("By %(name)s on %(time)s", {name: by, time});
    }

    get skippedBy() {
        const {at, by} = this.line.skipped;
        return _t("By %(name)s on %(time)s", {name: by, time: this.formatTime(at)});
    }

    get candidatesTitle() {
        const {length} = this.line.candidates;
        return length === 1 ? _t("1 proposal") : _t("%s proposals", length);
    }
}
