import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";

/** The open items that a match pays: number, due, open, and what of it is paid. */
export class BankReviewItems extends Component {
    static template = "billing_coordinator.BankReviewItems";
    static props = {
        content: Object,
        currencyId: Number,
        isDone: {type: Boolean, optional: true},
    };

    formatMoney(amount) {
        return formatCurrency(amount, this.props.currencyId);
    }

    formatDue({due}) {
        return due ? formatDate(deserializeDate(due)) : "";
    }

    formatDays({days_overdue}) {
        if (!(days_overdue > 0)) {
            return "";
        }
        return days_overdue === 1 ? _t("1 day late") : _t("%s days late", days_overdue);
    }

    get severalCustomers() {
        return this.props.content.customers.length > 1;
    }

    get hasDiscount() {
        return this.props.content.items.some(({discount}) => discount);
    }

    get hasOpen() {
        return !this.props.isDone;
    }

    getName({kind, name, amount}) {
        if (kind === "credit") {
            return amount < 0
                ? _t("Owed by the customer")
                : _t("Credit of the customer");
        }
        return kind === "payment" ? _t("Payment in transit %s", name) : name;
    }
}
