import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {BankReviewHelp} from "./bank_review_help";
import {BankReviewLine} from "./bank_review_line";
import {BankReviewList} from "./bank_review_list";
import {BankReviewMass} from "./bank_review_mass";
import {BankReviewModel} from "./bank_review_model";
import {BankReviewSkip} from "./bank_review_skip";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useBankReviewKeys} from "./bank_review_keys";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";

const SEARCH_DELAY = 300;
const UNDO_DELAY = 8000;
const NARROW = "(max-width: 991.98px)";
const STATES = [
    {name: "left", label: _t("All left")},
    {name: "ready", label: _t("Ready"), hint: _t("One clear proposal")},
    {name: "decide", label: _t("To decide"), hint: _t("Proposals, none of them clear")},
    {name: "nothing", label: _t("Nothing found")},
    {name: "skipped", label: _t("Set aside")},
    {name: "matched", label: _t("Matched"), hint: _t("In the last 30 days")},
];
const LINKS = {
    import: "billing_coordinator.billing_statement_import_action",
    tie_out: "billing_coordinator.billing_tie_out_open_action",
};

/** Lines of the bank that wait, and what they pay; all of it by keyboard. */
export class BankReview extends Component {
    static template = "billing_coordinator.BankReview";
    static components = {BankReviewLine, BankReviewList, ControlPanel};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.model = useState(new BankReviewModel(useService("orm")));
        this.state = useState({isOpen: false});
        this.root = useRef("root");
        this.states = STATES;
        this.display = {controlPanel: {}};
        this.onSearch = useDebounced((text) => this.model.filter({text}), SEARCH_DELAY);
        useBankReviewKeys(this.root, this.getKeys(), (index) => this.onChoose(index));
        onWillStart(() => {
            const {journal_id = 0} = this.props.action.context || {};
            return this.model.filter({journal_id});
        });
    }

    // -- what is shown -----------------------------------------------------------

    get isFiltered() {
        const {state, text, journal_id} = this.model.filters;
        return Boolean(state !== "left" || text || journal_id);
    }

    /** Why there is nothing to show. */
    get emptiness() {
        if (!this.model.setup.has_lines) {
            return "no_lines";
        }
        return this.isFiltered ? "filtered" : "done";
    }

    formatMoney(amount, currencyId) {
        return formatCurrency(amount, currencyId);
    }

    // -- moving ------------------------------------------------------------------

    getKeys() {
        const next = () => this.move(1);
        const previous = () => this.move(-1);
        return {
            j: next,
            ArrowDown: next,
            k: previous,
            ArrowUp: previous,
            Enter: () => this.onEnter(),
            e: () => this.onChange(),
            s: () => this.onSkip(),
            u: () => this.onUndo(),
            "/": () => this.root.el.querySelector("input[type=search]").focus(),
            "?": () => this.onHelp(),
            Escape: () => this.onEscape(),
        };
    }

    focusList() {
        this.root.el.querySelector("[role=listbox]")?.focus({preventScroll: true});
    }

    async move(step) {
        if (!this.model.isChanging && this.model.lines.length) {
            await this.model.selectIndex(Math.max(0, this.model.index + step));
        }
    }

    get isNarrow() {
        return window.matchMedia(NARROW).matches;
    }

    async onEnter() {
        if (this.isNarrow && !this.state.isOpen) {
            this.state.isOpen = true;
        } else if (this.model.line?.candidates.length && !this.model.isChanging) {
            await this.onAccept();
        }
    }

    onEscape() {
        if (this.model.isChanging) {
            this.model.isChanging = false;
        } else if (this.isNarrow) {
            this.state.isOpen = false;
        }
        this.focusList();
    }

    onChoose(index) {
        if (this.model.line?.candidates[index] && !this.model.isChanging) {
            this.model.candidate = index;
        }
    }

    // -- what is done ------------------------------------------------------------

    async onSelect(id) {
        this.state.isOpen = true;
        await this.model.select(id);
    }

    async onAccept(allocation, rest) {
        const done = await this.model.accept(allocation, rest);
        if (done) {
            this.closeNotification?.();
            const amount = formatCurrency(done.amount, done.currencyId);
            this.closeNotification = this.notification.add(
                _t("%(amount)s of %(name)s is matched.", {amount, name: done.name}),
                {
                    type: "success",
                    autocloseDelay: UNDO_DELAY,
                    buttons: [
                        {name: _t("Undo"), onClick: () => this.onUndo(done.match)},
                    ],
                },
            );
            this.focusList();
        }
    }

    onChange() {
        const {line} = this.model;
        if (line && !line.is_matched && !this.model.isStale) {
            this.state.isOpen = true;
            this.model.isChanging = true;
        }
    }

    onSkip() {
        const {line} = this.model;
        const {isChanging, isStale} = this.model;
        if (!line || line.is_matched || isChanging || isStale) {
            return;
        }
        if (line.skipped) {
            this.model.unskip();
            return;
        }
        this.dialog.add(
            BankReviewSkip,
            {onConfirm: (note) => this.model.skip(note)},
            {onClose: () => this.focusList()},
        );
    }

    async onUndo(matchId) {
        const id = matchId || this.model.line?.applied?.id || this.model.applied.at(-1);
        if (!id) {
            this.notification.add(_t("Nothing to undo."), {type: "info"});
            return;
        }
        this.closeNotification?.();
        if (await this.model.undo(id)) {
            this.notification.add(_t("Undone: the line waits again."), {type: "info"});
        } else if (this.model.error && this.model.line?.applied?.id !== id) {
            this.notification.add(this.model.error, {type: "danger"});
        }
        this.focusList();
    }

    async onLookAgain(lineId) {
        if (await this.model.lookAgain(lineId)) {
            const {ready} = this.model.counts;
            this.notification.add(
                ready === 1
                    ? _t("Looked again: 1 line is ready.")
                    : _t("Looked again: %s lines are ready.", ready),
                {type: "info"},
            );
            this.focusList();
        }
    }

    onMass() {
        this.dialog.add(
            BankReviewMass,
            {model: this.model},
            {onClose: () => this.model.load()},
        );
    }

    onHelp() {
        this.dialog.add(BankReviewHelp);
    }

    onLink(name) {
        return this.action.doAction(LINKS[name]);
    }

    onJournal(ev) {
        return this.model.filter({journal_id: Number(ev.target.value)});
    }

    onResetFilters() {
        this.root.el.querySelector("input[type=search]").value = "";
        return this.model.filter({state: "left", text: "", journal_id: 0});
    }
}

registry.category("actions").add("billing_bank_review", BankReview);
