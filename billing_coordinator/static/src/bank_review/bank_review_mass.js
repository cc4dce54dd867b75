import {Component, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {KeepLast} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {useDebounced} from "@web/core/utils/timing";

const BATCH = 50;
const DELAY = 300;

/** Accept all proposals from a score on: what it would do, doing it, what came of it. */
export class BankReviewMass extends Component {
    static template = "billing_coordinator.BankReviewMass";
    static components = {Dialog};
    static props = {close: Function, model: Object};

    setup() {
        this.title = _t("Accept several");
        this.keepLast = new KeepLast();
        this.state = useState({
            score: this.props.model.setup.threshold,
            phase: "ask",
            preview: null,
            done: 0,
            failed: [],
            handled: 0,
            isStopped: false,
        });
        this.look = useDebounced(() => this.load(), DELAY);
        onWillStart(() => this.load());
        onWillUnmount(() => this.onStop());
    }

    async load() {
        const {filters} = this.props.model;
        const call = this.props.model.call("get_review_above", this.state.score, {
            ...filters,
        });
        this.state.preview = await this.keepLast.add(call);
    }

    onScore(value) {
        const score = Number.parseInt(value, 10);
        if (score >= 1 && score <= 100) {
            this.state.score = score;
            this.state.preview = null;
            this.look();
        }
    }

    get total() {
        return this.state.preview?.line_ids.length || 0;
    }

    get sums() {
        return this.state.preview.sums
            .map(([currencyId, amount]) => formatCurrency(amount, currencyId))
            .join(", ");
    }

    get question() {
        return this.total === 1
            ? _t("1 line of %s in all", this.sums)
            : _t("%(count)s lines of %(sums)s in all", {
                  count: this.total,
                  sums: this.sums,
              });
    }

    /** The search, the bank account and the state that are chosen hold here, too. */
    get isFiltered() {
        const {state, text, journal_id} = this.props.model.filters;
        return Boolean(["ready", "decide"].includes(state) || text || journal_id);
    }

    get remark() {
        const {left} = this.state.preview;
        return left === 1
            ? _t(
                  "1 more line reaches the score, but has a difference or two equal proposals: it waits for you.",
              )
            : _t(
                  "%s more lines reach the score, but have a difference or two equal proposals: they wait for you.",
                  left,
              );
    }

    get percent() {
        return this.total ? Math.round((100 * this.state.handled) / this.total) : 0;
    }

    get result() {
        const {done, handled} = this.state;
        const told =
            done === 1 ? _t("1 line is matched.") : _t("%s lines are matched.", done);
        const rest = this.total - handled;
        const stopped = _t("Stopped: %s were not tried.", rest);
        return rest > 0 ? `${told} ${stopped}` : told;
    }

    /** In batches, so that stopping stops and one that fails holds up no other. */
    async onConfirm() {
        const {score, preview} = this.state;
        this.state.phase = "run";
        for (let at = 0; at < this.total && !this.state.isStopped; at += BATCH) {
            const ids = preview.line_ids.slice(at, at + BATCH);
            const {done, failed} = await this.runBatch(score, ids);
            this.state.done += done.length;
            this.state.failed.push(...failed);
            this.state.handled += ids.length;
        }
        this.state.phase = "end";
    }

    async runBatch(score, ids) {
        try {
            return await this.props.model.call("review_accept_above", score, ids);
        } catch (error) {
            const reason = error.data?.message || error.message;
            const text = _t("%s lines together", ids.length);
            return {done: [], failed: [{id: `batch_${ids[0]}`, text, reason}]};
        }
    }

    onStop() {
        this.state.isStopped = true;
    }
}
