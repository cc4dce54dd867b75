import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {formatCurrency, getCurrency} from "@web/core/currency";
import {useAutofocus} from "@web/core/utils/hooks";
import {BankReviewRest, askOwner} from "./bank_review_rest";
import {KeepLast} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/views/fields/formatters";
import {parseMonetary} from "@web/views/fields/parsers";
import {useDebounced} from "@web/core/utils/timing";

const SEARCH_DELAY = 250;

/** Allocating a line by hand: items are found, ticked, and given amounts. */
export class BankReviewChange extends Component {
    static template = "billing_coordinator.BankReviewChange";
    static components = {BankReviewRest};
    static props = {model: Object, onAccept: Function};

    setup() {
        this.model = useState(this.props.model);
        this.line = this.model.line;
        this.digits = getCurrency(this.line.currency_id)?.digits || [69, 2];
        this.keepLast = new KeepLast();
        const candidate = this.line.candidates[this.model.candidate];
        this.state = useState({
            parts: (candidate?.items || [])
                .filter(({kind}) => kind !== "credit")
                .map((item) => this.getPart(item, item.amount)),
            items: [],
            text: "",
            rest: {
                handling: candidate?.short_handling || "open",
                note: "",
                reason_id: false,
                partner_id:
                    candidate?.customers[0]?.id || this.line.partner?.id || false,
            },
        });
        useAutofocus({refName: "search"});
        this.search = useDebounced(() => this.load(), SEARCH_DELAY);
        onWillStart(() => this.load());
    }

    async load() {
        const items = await this.keepLast.add(this.model.search(this.state.text));
        this.state.items = items;
    }

    // -- amounts -----------------------------------------------------------------

    getPart(item, amount) {
        return {
            ...item,
            amount: this.format(amount),
            discount: this.format(item.discount || 0),
        };
    }

    round(amount) {
        const factor = 10 ** this.digits[1];
        return Math.round((amount + Number.EPSILON) * factor) / factor;
    }

    format(amount) {
        return formatFloat(amount, {digits: this.digits});
    }

    /** What is typed, or NaN. Odoo takes a word for the symbol of a currency. */
    parse(text) {
        if (!text.trim()) {
            return 0;
        }
        try {
            return /\d/.test(text) ? parseMonetary(text) : NaN;
        } catch {
            return NaN;
        }
    }

    isWrong(text) {
        return Number.isNaN(this.parse(text));
    }

    formatMoney(amount) {
        return formatCurrency(amount, this.line.currency_id);
    }

    /** What of the line goes nowhere yet. */
    get left() {
        const sum = this.state.parts.reduce(
            (total, {amount}) => total + this.parse(amount),
            0,
        );
        return this.round(this.line.amount - sum);
    }

    get leftText() {
        return Number.isNaN(this.left) ? "?" : this.formatMoney(this.left);
    }

    /** What stays open of the items. */
    get short() {
        const sum = this.state.parts.reduce(
            (total, {open, amount, discount, kept}) =>
                total + open - this.parse(amount) - this.parse(discount) - (kept || 0),
            0,
        );
        return this.round(sum);
    }

    get isOut() {
        return this.line.amount < 0;
    }

    get isOver() {
        return this.left !== 0;
    }

    get difference() {
        return this.left || -this.short;
    }

    /** Why it cannot be accepted yet, in words. */
    get problem() {
        const {parts, rest} = this.state;
        if (Number.isNaN(this.left) || Number.isNaN(this.short)) {
            return _t("One of the amounts is not a number.");
        }
        if (this.left * this.line.amount < 0) {
            return this.isOut
                ? _t("The items get more than the line pays out.")
                : _t("The items get more than the line brings.");
        }
        if (this.left && !rest.partner_id) {
            return askOwner(this.isOut, parts.length);
        }
        if (
            !this.left &&
            rest.handling === "writeoff" &&
            this.short &&
            !rest.note.trim()
        ) {
            return _t("Say why the difference is written off.");
        }
        return "";
    }

    /** Labels of fields and buttons that have no text. */
    getLabel(name, {name: item}) {
        return {
            amount: _t("Amount for %s", item),
            discount: _t("Discount for %s", item),
            remove: _t("Remove %s", item),
        }[name];
    }

    // -- items -------------------------------------------------------------------

    isChosen({id}) {
        return this.state.parts.some((part) => part.id && part.id === id);
    }

    onToggle(item) {
        if (this.isChosen(item)) {
            this.state.parts = this.state.parts.filter(({id}) => id !== item.id);
            return;
        }
        const {left} = this;
        const isSameSign = left * item.open > 0;
        const amount =
            isSameSign && Math.abs(left) < Math.abs(item.open) ? left : item.open;
        this.state.parts.push(this.getPart(item, amount));
        this.state.rest.partner_id ||= item.customer?.id || false;
    }

    onRemove({key}) {
        this.state.parts = this.state.parts.filter((part) => part.key !== key);
    }

    onSearch(text) {
        this.state.text = text;
        this.search();
    }

    async onSearchKey(ev) {
        if (ev.key === "Enter" && !ev.ctrlKey && !ev.metaKey) {
            ev.preventDefault();
            await this.load();
            const item = this.state.items.find((each) => !this.isChosen(each));
            if (item && this.state.text.trim()) {
                this.onToggle(item);
                ev.target.select();
            }
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.onAccept();
        } else if (ev.key === "Escape") {
            ev.stopPropagation();
            this.onCancel();
        }
    }

    formatDue({due}) {
        return formatDate(deserializeDate(due));
    }

    onRest(values) {
        Object.assign(this.state.rest, values);
    }

    onCancel() {
        this.model.isChanging = false;
        this.model.error = "";
    }

    async onAccept() {
        if (this.problem || this.model.isBusy) {
            return;
        }
        const allocation = this.state.parts.map((part) => {
            const {id, payment_id, amount, discount, kept} = part;
            return {
                move_line_id: id,
                payment_id,
                amount: this.parse(amount),
                discount: this.parse(discount),
                kept: kept || 0,
            };
        });
        const handling = this.left ? "credit" : this.state.rest.handling;
        await this.props.onAccept(allocation, {...this.state.rest, handling});
    }
}
