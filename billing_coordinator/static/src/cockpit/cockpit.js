import {Component, useState} from "@odoo/owl";
import {formatDate, today} from "@web/core/l10n/dates";
import {AgeingBar} from "./ageing_bar";
import {KeepLast} from "@web/core/utils/concurrency";
import {Timeline} from "./timeline";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

const TRENDS = {
    better: {icon: "fa-arrow-down", color: "text-success", label: _t("Getting better")},
    worse: {icon: "fa-arrow-up", color: "text-danger", label: _t("Getting worse")},
    same: {icon: "fa-arrow-right", color: "text-muted", label: _t("No change")},
};

/** A customer on one page: what they owe, how they pay, what happened, whom to call. */
export class BillingCockpit extends Component {
    static template = "billing_coordinator.Cockpit";
    static components = {AgeingBar, Timeline};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({cockpit: null, resId: null});
        // The form does not wait for it; each refresh of the figures loads it again.
        useRecordObserver(({resId, data}) => {
            this.load(resId, data.refreshed_on);
        });
    }

    async load(resId) {
        if (resId !== this.state.resId) {
            this.state.cockpit = null;
        }
        const call = this.orm.call("billing.worklist", "get_cockpit", [[resId]]);
        const cockpit = await this.keepLast.add(call);
        Object.assign(this.state, {cockpit, resId});
    }

    get cockpit() {
        return this.state.cockpit;
    }

    formatMoney(amount, currencyId = this.cockpit.currency_id) {
        return formatCurrency(amount, currencyId);
    }

    describeDays(days) {
        const number = Math.round(days);
        if (!number) {
            return _t("On time");
        }
        const count = Math.abs(number);
        if (number > 0) {
            return count === 1 ? _t("1 day late") : _t("%s days late", count);
        }
        return count === 1 ? _t("1 day early") : _t("%s days early", count);
    }

    get trend() {
        const {trend, recent, before} = this.cockpit.behaviour;
        if (!trend) {
            return null;
        }
        const hint = _t("Last 6 months: %(recent)s. The 6 before: %(before)s.", {
            recent: this.describeDays(recent),
            before: this.describeDays(before),
        });
        return {...TRENDS[trend], hint};
    }

    get longAverage() {
        const days = this.cockpit.behaviour.average_all;
        return _t("Over the last 24 months: %s", this.describeDays(days));
    }

    get creditHint() {
        const {available} = this.cockpit.credit;
        const amount = this.formatMoney(Math.abs(available));
        return available < 0 ? _t("%s over the limit", amount) : _t("%s left", amount);
    }

    get lastContact() {
        const {last_contact_date, last_call_date} = this.props.record.data;
        if (!last_contact_date) {
            return {value: _t("Never"), hint: _t("No call and no notice yet")};
        }
        // The server may be in the next day already.
        const days = Math.max(
            Math.round(today().diff(last_contact_date, "days").days),
            0,
        );
        const wasCall = last_call_date && last_call_date.equals(last_contact_date);
        const date = formatDate(last_contact_date);
        return {
            value:
                days > 1
                    ? _t("%s days ago", days)
                    : [_t("Today"), _t("Yesterday")][days],
            hint: wasCall ? _t("Call on %s", date) : _t("Notice on %s", date),
        };
    }

    onOpenBucket(bucket) {
        return this.openAction("action_open_receivables", {bucket});
    }

    onOpenContact(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async openAction(name, kwargs) {
        const {resId} = this.state;
        const action = await this.orm.call("billing.worklist", name, [[resId]], kwargs);
        return this.action.doAction(action);
    }
}

registry.category("view_widgets").add("billing_cockpit", {
    component: BillingCockpit,
    fieldDependencies: [
        {name: "last_call_date", type: "date"},
        {name: "last_contact_date", type: "date"},
        {name: "refreshed_on", type: "datetime"},
    ],
});
