import {Component, onWillRender, useEffect, useRef, useState} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {getScoreClass, sayScore} from "./bank_review_score";
import {useVirtualGrid} from "@web/core/virtual_grid_hook";

const ROW_HEIGHT = 60;
const NEAR_END = 10;

/** The lines of the bank; only those in sight are in the page. */
export class BankReviewList extends Component {
    static template = "billing_coordinator.BankReviewList";
    static props = {model: Object, onSelect: Function};

    setup() {
        this.model = useState(this.props.model);
        this.scroll = useRef("scroll");
        this.getScoreClass = getScoreClass;
        this.sayScore = sayScore;
        this.grid = useVirtualGrid({scrollableRef: this.scroll});
        onWillRender(() =>
            this.grid.setRowsHeights(this.model.lines.map(() => ROW_HEIGHT)),
        );
        useEffect(
            () => this.scrollToCurrent(),
            () => [this.model.currentId, this.model.index],
        );
        useEffect(
            (last, count) => {
                if (last >= count - NEAR_END) {
                    this.model.loadMore();
                }
            },
            () => [this.grid.rowsIndexes?.[1], this.model.lines.length],
        );
        useEffect(
            (el) => el.focus({preventScroll: true}),
            () => [this.scroll.el],
        );
    }

    get height() {
        return this.model.lines.length * ROW_HEIGHT;
    }

    /** The lines in sight, and some around them. */
    get rows() {
        const [first = 0, last = -1] = this.grid.rowsIndexes || [];
        return this.model.lines.slice(first, last + 1).map((line, offset) => ({
            ...line,
            index: first + offset,
            top: (first + offset) * ROW_HEIGHT,
        }));
    }

    scrollToCurrent() {
        const {el} = this.scroll;
        const top = this.model.index * ROW_HEIGHT;
        if (this.model.index < 0) {
            return;
        }
        if (top < el.scrollTop) {
            el.scrollTop = top;
        } else if (top + ROW_HEIGHT > el.scrollTop + el.clientHeight) {
            el.scrollTop = top + ROW_HEIGHT - el.clientHeight;
        }
    }

    formatDate(text) {
        return formatDate(deserializeDate(text));
    }

    formatMoney({amount, currency_id}) {
        return formatCurrency(amount, currency_id);
    }

    getName({name}) {
        return name || _t("Unknown payer");
    }

    /** Whom the best proposal is for, where it is not who paid. */
    getCustomer({customer, name, parts, match_id}) {
        if (customer && name && customer.toLowerCase() === name.toLowerCase()) {
            return "";
        }
        if (customer || !match_id) {
            return customer || "";
        }
        return parts > 1 ? _t("Several customers") : "";
    }

    get footer() {
        const shown = this.model.lines.length;
        return _t("%(shown)s of %(total)s shown", {shown, total: this.model.total});
    }
}
