import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";

// So many shades between what has just become overdue and what is oldest.
const SHADES = 5;

/** Open items by age: a stacked bar, and a legend that says the same in words. */
export class AgeingBar extends Component {
    static template = "billing_coordinator.AgeingBar";
    static props = {
        buckets: Array,
        currencyId: Number,
        onSelect: Function,
    };

    get parts() {
        const total = this.props.buckets.reduce((sum, {amount}) => sum + amount, 0);
        const oldest = Math.max(this.props.buckets.length - 2, 1);
        const parts = this.props.buckets.map((bucket, index) => ({
            ...bucket,
            share: total ? (bucket.amount / total) * 100 : 0,
            text: formatCurrency(bucket.amount, this.props.currencyId),
            color: index
                ? `o_billing_age_${Math.round(((index - 1) / oldest) * (SHADES - 1))}`
                : "o_billing_age_none",
        }));
        return parts.filter(({amount}) => amount);
    }

    get label() {
        const parts = this.parts.map(({label, text}) => `${label}: ${text}`);
        return `${_t("Ageing")}. ${parts.join(", ")}`;
    }

    describe({label, text, share, count}) {
        return _t("%(bucket)s: %(amount)s, %(percent)s %, items: %(count)s", {
            bucket: label,
            amount: text,
            percent: Math.round(share),
            count,
        });
    }
}
