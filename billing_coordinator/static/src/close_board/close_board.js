import {Component, onWillStart, useState} from "@odoo/owl";
import {CloseBoardGroup} from "./close_board_group";
import {CloseBoardHeader} from "./close_board_header";
import {CloseBoardSide} from "./close_board_side";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {KeepLast} from "@web/core/utils/concurrency";
import {browser} from "@web/core/browser/browser";
import {groupTasks} from "./close_board_groups";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {user} from "@web/core/user";

const GROUPING = "billing_close_board_grouping";
const ACTIONS = {
    prepare: "action_prepare",
    review: "action_review",
    override: "action_override",
    check: "action_run_check",
};

/** The close of a month on one page: what is left, who is next, what waits for whom. */
export class CloseBoard extends Component {
    static template = "billing_coordinator.CloseBoard";
    static components = {
        CloseBoardGroup,
        CloseBoardHeader,
        CloseBoardSide,
        ControlPanel,
    };
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = {controlPanel: {}};
        const {state} = this.props;
        this.state = useState({
            board: null,
            isBusy: false,
            grouping: browser.localStorage.getItem(GROUPING) || "state",
            // Everybody, or the tasks that wait for one person; 0 is anybody.
            personId: state?.personId ?? null,
        });
        useSetupAction({
            getLocalState: () => ({
                closeId: this.close?.id,
                personId: this.state.personId,
            }),
        });
        onWillStart(() => this.loadFirst());
    }

    // -- what is shown -----------------------------------------------------------

    async loadFirst() {
        const {context} = this.props.action;
        const isOurs = (context.active_model || "billing.close") === "billing.close";
        const id = this.props.state?.closeId || (isOurs && context.active_id) || null;
        try {
            await this.load(id);
        } catch (error) {
            if (!id) {
                throw error;
            }
            // Of a company that is switched off by now.
            await this.load(null);
        }
    }

    async load(closeId = this.close?.id || null, companyId = null) {
        const call = this.orm.call("billing.close", "get_board", [closeId, companyId]);
        this.state.board = await this.keepLast.add(call);
        const {people} = this.state.board;
        const isThere = people?.some(({person}) => this.isChosen(person));
        if (!isThere) {
            this.state.personId = null;
        }
    }

    get board() {
        return this.state.board;
    }

    get close() {
        return this.state.board?.close;
    }

    get groups() {
        return groupTasks(this.board.tasks, this.board.people, this.state);
    }

    get byId() {
        return Object.fromEntries(this.board.tasks.map((task) => [task.id, task]));
    }

    get userId() {
        return user.userId;
    }

    isChosen(person) {
        return this.state.personId === (person ? person.id : 0);
    }

    // -- what is done ------------------------------------------------------------

    onGroup(grouping) {
        this.state.grouping = grouping;
        browser.localStorage.setItem(GROUPING, grouping);
    }

    onCompany(ev) {
        return this.load(null, Number(ev.target.value));
    }

    onPerson(person) {
        const id = person ? person.id : 0;
        this.state.personId = this.state.personId === id ? null : id;
    }

    /** Press a button; the board is read again when it or its dialog is done. */
    async callButton(model, method, id) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.action.doActionButton({
                type: "object",
                name: method,
                resModel: model,
                resId: id,
                context: user.context,
                onClose: () => this.load(),
            });
        } finally {
            this.state.isBusy = false;
        }
    }

    onClose(method) {
        return this.callButton("billing.close", method, this.close.id);
    }

    onTask(task) {
        return this.callButton("billing.close.task", ACTIONS[task.action], task.id);
    }

    onRecords(task) {
        return this.callButton("billing.close.task", "action_open_records", task.id);
    }

    onOpenTask(id) {
        return this.openForm("billing.close.task", id);
    }

    onOpenClose() {
        return this.openForm("billing.close", this.close.id);
    }

    onMake() {
        return this.openForm("billing.close", false, {
            default_company_id: this.board.company_id,
        });
    }

    onTemplates() {
        return this.action.doAction(
            "billing_coordinator.billing_close_template_action",
        );
    }

    openForm(model, id, context = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
            context,
        });
    }

    onList() {
        return this.action.doAction("billing_coordinator.billing_close_task_action", {
            additionalContext: {
                search_default_close_id: this.close.id,
                search_default_left: 0,
            },
        });
    }
}

registry.category("actions").add("billing_close_board", CloseBoard);
