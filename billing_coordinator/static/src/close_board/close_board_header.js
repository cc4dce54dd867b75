import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

const RADIUS = 34;
const LENGTH = 2 * Math.PI * RADIUS;
const STATES = {
    open: "text-bg-secondary",
    in_progress: "text-bg-info",
    ready: "text-bg-warning",
    locked: "text-bg-success",
};

/** Which close, how far it is, and how much time is left. */
export class CloseBoardHeader extends Component {
    static template = "billing_coordinator.CloseBoardHeader";
    static props = {
        board: Object,
        onLoad: Function,
        onCompany: Function,
        onOpenClose: Function,
    };

    setup() {
        this.radius = RADIUS;
        this.length = LENGTH;
    }

    get close() {
        return this.props.board.close;
    }

    get percent() {
        return Math.floor(this.close.percent);
    }

    get left() {
        return LENGTH * (1 - this.percent / 100);
    }

    get ringLabel() {
        const {done, total} = this.close;
        return _t("%(done)s of %(total)s tasks are done", {done, total});
    }

    get stateClass() {
        return STATES[this.close.state];
    }

    /** ``[text, class]`` of the time that is left. */
    get time() {
        const {due, state, days_to_close} = this.close;
        if (state === "locked") {
            const text =
                days_to_close === 1
                    ? _t("Closed in 1 working day")
                    : _t("Closed in %s working days", days_to_close);
            return [text, ""];
        }
        if (!due) {
            return [_t("No date is set"), "text-muted"];
        }
        const {days} = due;
        if (days < 0) {
            return [
                days === -1 ? _t("1 day late") : _t("%s days late", -days),
                "text-danger",
            ];
        }
        if (days < 2) {
            return [days ? _t("Ends tomorrow") : _t("Ends today"), "text-warning"];
        }
        return [_t("%s days left", days), ""];
    }
}
