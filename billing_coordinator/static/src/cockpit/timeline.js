import {Component, onWillUpdateProps, useState} from "@odoo/owl";
import {deserializeDate, formatDate, today} from "@web/core/l10n/dates";
import {KeepLast} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {useService} from "@web/core/utils/hooks";

// Enough to see at once; the page has more below it.
const FIRST = 10;
const STEP = 25;
const DAY = {weekday: "short", day: "numeric", month: "short", year: "numeric"};

/** What has happened with a customer, by day, newest first. */
export class Timeline extends Component {
    static template = "billing_coordinator.Timeline";
    static props = {resId: Number, timeline: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        const {entries, has_more} = this.props.timeline;
        this.state = useState({kinds: [], entries, hasMore: has_more, shown: FIRST});
        onWillUpdateProps((next) => {
            if (next.timeline !== this.props.timeline) {
                return this.reset(next);
            }
        });
    }

    get kinds() {
        return this.props.timeline.kinds.filter(({count}) => count);
    }

    get total() {
        return this.props.timeline.kinds.reduce((sum, {count}) => sum + count, 0);
    }

    get isMoreToShow() {
        return this.state.shown < this.state.entries.length || this.state.hasMore;
    }

    /** The entries that are shown, by day. */
    get days() {
        const days = [];
        this.state.entries.slice(0, this.state.shown).forEach((entry, index) => {
            if (!days.length || days.at(-1).date !== entry.date) {
                const title = this.formatDay(entry.date);
                days.push({date: entry.date, title, entries: []});
            }
            days.at(-1).entries.push({...entry, key: index});
        });
        return days;
    }

    formatDay(text) {
        const date = deserializeDate(text);
        const ago = today().diff(date, "days").days;
        return {0: _t("Today"), 1: _t("Yesterday")}[ago] || date.toLocaleString(DAY);
    }

    formatDue({date_due, kind}) {
        const date = formatDate(deserializeDate(date_due));
        return kind === "hold" ? _t("until %s", date) : _t("due %s", date);
    }

    formatAmount({amount, currency_id}) {
        return formatCurrency(amount, currency_id);
    }

    /** A reload of the page keeps the filter. */
    async reset({resId, timeline}) {
        const isSame = resId === this.props.resId;
        this.state.kinds = isSame ? this.state.kinds : [];
        this.state.shown = isSame ? this.state.shown : FIRST;
        this.show(this.state.kinds.length ? await this.fetch(0, resId) : timeline);
    }

    show({entries, has_more}) {
        this.state.entries = entries;
        this.state.hasMore = has_more;
    }

    fetch(offset, resId = this.props.resId) {
        const {kinds} = this.state;
        const call = this.orm.call("billing.worklist", "get_timeline", [[resId]], {
            kinds,
            offset,
        });
        return this.keepLast.add(call);
    }

    async onToggle(kind) {
        const {kinds} = this.state;
        this.state.kinds = kinds.includes(kind)
            ? kinds.filter((other) => other !== kind)
            : [...kinds, kind];
        await this.refetch();
    }

    async onShowAll() {
        this.state.kinds = [];
        await this.refetch();
    }

    async refetch() {
        this.state.shown = FIRST;
        this.show(await this.fetch(0));
    }

    async onShowMore() {
        const {entries, hasMore} = this.state;
        this.state.shown += STEP;
        if (hasMore && this.state.shown > entries.length) {
            const page = await this.fetch(entries.length);
            this.show({...page, entries: [...entries, ...page.entries]});
        }
    }

    onOpen({model, id}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
