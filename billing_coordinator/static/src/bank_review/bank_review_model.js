import {markRaw} from "@odoo/owl";

const MODEL = "billing.payment.match";
const PAGE = 80;
const MAX_PAGE = 800;
const LEFT = ["ready", "decide", "nothing"];
// The server refuses with a text for the user; anything else is a fault of ours.
const REFUSAL =
    /^odoo\.exceptions\.(UserError|ValidationError|AccessError|MissingError|LockError)/;

/** What the review screen shows, and what it asks the server for. */
export class BankReviewModel {
    constructor(orm) {
        this.orm = markRaw(orm);
        this.pages = 0;
        this.reads = 0;
        this.filters = {state: "left", sort: "score", journal_id: 0, text: ""};
        this.setup = null;
        this.lines = [];
        this.counts = {};
        this.total = 0;
        this.currentId = null;
        this.line = null;
        this.candidate = 0;
        this.rests = [];
        this.isChanging = false;
        this.isBusy = false;
        this.isLoading = false;
        this.error = "";
        this.applied = [];
    }

    call(name, ...args) {
        return this.orm.call(MODEL, name, args);
    }

    // -- the list ----------------------------------------------------------------

    /**
     * Read the list from its start; what is asked later counts.
     *
     * @param {Boolean} keep the line that is shown, or else the place in the list
     */
    async load({keep = false} = {}) {
        const limit = keep
            ? Math.min(Math.max(this.lines.length, PAGE), MAX_PAGE)
            : PAGE;
        const index = keep ? this.index : 0;
        const page = await this.readPage(0, limit);
        if (!page) {
            return;
        }
        const {lines, counts, total, ...setup} = page;
        Object.assign(this, {lines, counts, total, setup});
        await (keep && this.index >= 0 ? this.reselect() : this.selectIndex(index));
    }

    async loadMore() {
        if (this.isLoading || this.lines.length >= this.total) {
            return;
        }
        this.isLoading = true;
        try {
            const page = await this.readPage(this.lines.length, PAGE);
            if (page) {
                const known = new Set(this.lines.map(({id}) => id));
                this.lines.push(...page.lines.filter(({id}) => !known.has(id)));
                Object.assign(this, {counts: page.counts, total: page.total});
            }
        } finally {
            this.isLoading = false;
        }
    }

    /** A part of the list, or null when something else was asked for meanwhile. */
    async readPage(offset, limit) {
        this.pages += 1;
        const number = this.pages;
        const page = await this.call("get_review", {...this.filters}, offset, limit);
        return number === this.pages ? page : null;
    }

    async filter(values) {
        Object.assign(this.filters, values);
        this.error = "";
        await this.load();
    }

    get index() {
        return this.lines.findIndex(({id}) => id === this.currentId);
    }

    // -- the line ----------------------------------------------------------------

    async selectIndex(index) {
        if (index >= this.lines.length && this.lines.length < this.total) {
            await this.loadMore();
        }
        const last = this.lines.length - 1;
        const line = this.lines[Math.max(0, Math.min(index, last))];
        return this.select(line ? line.id : null);
    }

    async select(id) {
        this.error = "";
        this.isChanging = false;
        this.currentId = id;
        return this.reselect();
    }

    /** Read the current line again; what is asked later counts. */
    async reselect() {
        this.reads += 1;
        const number = this.reads;
        const id = this.currentId;
        const line = id ? await this.call("get_review_line", id) : null;
        if (number !== this.reads) {
            return;
        }
        this.line = line;
        this.candidate = 0;
        this.updateRow(line);
        this.rests = line
            ? line.candidates.map((candidate) => this.getRest(candidate, line))
            : [];
    }

    /** Proposals may have changed since the list was read: what others paid is gone. */
    updateRow(line) {
        const row = this.lines[this.index];
        if (!row || !line || line.is_matched || row.state === "matched") {
            return;
        }
        const [best] = line.candidates;
        row.score = best ? best.score : null;
        row.match_id = best ? best.id : null;
        row.customer =
            best && best.customers.length === 1 ? best.customers[0].name : null;
        row.parts = best ? best.items.length : 0;
    }

    /** The line that is shown is not yet the one that was chosen: nothing is done. */
    get isStale() {
        return Boolean(this.line && this.line.id !== this.currentId);
    }

    /** What is done about the difference, unless somebody chooses otherwise. */
    getRest({difference, customers, short_handling}, {amount, partner}) {
        const isOver = difference * amount > 0;
        const owner =
            customers.length === 1 ? customers[0] : !customers.length && partner;
        return {
            handling: isOver ? "credit" : short_handling,
            note: "",
            reason_id: false,
            partner_id: (owner && owner.id) || false,
        };
    }

    async search(text) {
        return this.call("search_review_items", this.line.id, text);
    }

    // -- what is done ------------------------------------------------------------

    /** One thing at a time; what the server refuses is shown beside the line. */
    async act(callback) {
        if (this.isBusy || this.isStale) {
            return false;
        }
        this.isBusy = true;
        this.error = "";
        try {
            return await callback();
        } catch (error) {
            if (!REFUSAL.test(error.exceptionName || "")) {
                throw error;
            }
            this.error = error.data.message;
            return false;
        } finally {
            this.isBusy = false;
        }
    }

    /** Apply the candidate that is selected, or what somebody allocated. */
    async accept(allocation = null, rest = null) {
        const {line} = this;
        const candidate = line.candidates[this.candidate];
        const decided = allocation
            ? rest
            : candidate.difference
              ? {...this.rests[this.candidate]}
              : null;
        return this.act(async () => {
            const match = await this.call(
                "review_accept",
                line.id,
                allocation ? null : candidate.id,
                allocation,
                decided,
            );
            const name = line.name || line.text_parts.map(({text}) => text).join("");
            this.applied.push(match);
            await this.leave(line.id, "matched");
            return {match, name, amount: line.amount, currencyId: line.currency_id};
        });
    }

    async skip(note) {
        const {id} = this.line;
        return this.act(async () => {
            await this.call("review_skip", id, note);
            await this.leave(id, "skipped");
            return true;
        });
    }

    async unskip() {
        return this.act(async () => {
            await this.call("review_unskip", this.line.id);
            await this.load({keep: true});
            return true;
        });
    }

    /** Take back the last match, or the one that is given, and show its line. */
    async undo(matchId = this.applied.at(-1)) {
        return this.act(async () => {
            const id = await this.call("review_undo", matchId);
            this.applied = this.applied.filter((other) => other !== matchId);
            this.isChanging = false;
            await this.load({keep: true});
            if (this.filters.state !== "matched") {
                await this.select(id);
            }
            return true;
        });
    }

    async lookAgain(lineId = null) {
        return this.act(async () => {
            await this.call("review_again", {...this.filters}, lineId);
            this.isChanging = false;
            await this.load({keep: true});
            return true;
        });
    }

    /** The line is dealt with: count it elsewhere, and go on with the next one. */
    async leave(id, state) {
        const index = this.lines.findIndex((line) => line.id === id);
        if (index < 0) {
            return this.load({keep: true});
        }
        const [row] = this.lines.splice(index, 1);
        this.total -= 1;
        this.counts[row.state] -= 1;
        this.counts.left -= LEFT.includes(row.state) ? 1 : 0;
        this.counts[state] += 1;
        return this.selectIndex(index);
    }
}
