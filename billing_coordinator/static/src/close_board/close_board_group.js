import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

const ACTIONS = {
    prepare: {label: _t("Prepare"), isForTurn: true},
    review: {label: _t("Review"), isForTurn: true},
    override: {label: _t("Allow"), isForTurn: false},
    check: {label: _t("Check again"), isForTurn: false},
};
const CHECKS = {
    pass: {style: "text-success", icon: "fa-check-circle", label: _t("Passes")},
    warn: {style: "text-warning", icon: "fa-exclamation-triangle", label: _t("Warns")},
    fail: {style: "text-danger", icon: "fa-times-circle", label: _t("Fails")},
    error: {style: "text-danger", icon: "fa-bolt", label: _t("Error")},
};
const SIGNED = {
    reviewed: _t("Reviewed"),
    prepared: _t("Prepared"),
    na: _t("Not applicable"),
};

/** Tasks of one state or person; each says what it waits for and what is next. */
export class CloseBoardGroup extends Component {
    static template = "billing_coordinator.CloseBoardGroup";
    static props = {
        group: Object,
        byId: Object,
        grouping: String,
        isBusy: Boolean,
        isLocked: Boolean,
        onTask: Function,
        onRecords: Function,
        onOpenTask: Function,
    };

    get lateCount() {
        return this.props.group.tasks.filter((task) => task.is_late).length;
    }

    /** The last group is open only when it is the only thing to see. */
    get isOpen() {
        return this.props.group.name !== "done" || this.props.isLocked;
    }

    actionOf(task) {
        return ACTIONS[task.action];
    }

    /** Others may help out; it stands out where it is the user's turn, or anybody's. */
    actionClass(task) {
        const isTurn = [false, user.userId].includes(task.turn_id);
        return ACTIONS[task.action].isForTurn && isTurn
            ? "btn-primary"
            : "btn-secondary";
    }

    checkOf(task) {
        return CHECKS[task.check.state] || {style: "text-muted", icon: "fa-circle-o"};
    }

    checkText(task) {
        return task.check.text || _t("Not checked yet");
    }

    /** What the group's name does not say already. */
    stateText(task) {
        if (task.is_done) {
            return SIGNED[task.state];
        }
        if (this.props.grouping === "person" && task.state === "prepared") {
            return _t("to review");
        }
        if (this.props.grouping === "person" && task.state === "suspended") {
            return _t("suspended");
        }
        return "";
    }

    lateText(task) {
        const days = -task.days;
        return days === 1 ? _t("1 day late") : _t("%s days late", days);
    }

    dueText(task) {
        if (task.is_late) {
            return this.lateText(task);
        }
        if (!task.is_done && task.days === 0) {
            return _t("Today");
        }
        return !task.is_done && task.days === 1 ? _t("Tomorrow") : task.due;
    }

    namesOf(ids) {
        return ids.map((id) => this.props.byId[id]?.name).join(", ");
    }

    othersOf(task) {
        return task.blocked_ids.map((id) => ({
            id,
            name: this.props.byId[id]?.name || "",
        }));
    }

    waitingText(task) {
        const count = task.waiting_ids.length;
        return count === 1 ? _t("1 waits for this") : _t("%s wait for this", count);
    }

    people(task) {
        const people = [
            {
                name: "owner",
                person: task.owner,
                hint: task.owner
                    ? _t("Preparer: %s", task.owner.name)
                    : _t("Preparer: any accountant"),
            },
        ];
        if (task.review_required) {
            people.push({
                name: "reviewer",
                person: task.reviewer,
                hint: task.reviewer
                    ? _t("Reviewer: %s", task.reviewer.name)
                    : _t("Reviewer: any other accountant"),
            });
        }
        return people;
    }
}
