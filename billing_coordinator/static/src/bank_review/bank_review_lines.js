import {markRaw} from "@odoo/owl";

const MODEL = "billing.payment.match";
const PAGE = 80;
const MAX_PAGE = 800;

/** Lines of the bank as far as they were read, and the one that is looked at. */
export class BankReviewLines {
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
        this.isLoading = false;
        this.error = "";
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
        this.currentId = id;
        return this.reselect();
    }

    /** Read the current line again; what is asked later counts. */
    async reselect() {
        this.reads += 1;
        const number = this.reads;
        const id = this.currentId;
        const line = id ? await this.call("get_review_line", id) : null;
        if (number === this.reads) {
            this.show(line);
        }
    }

    show(line) {
        this.line = line;
        this.updateRow(line);
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
}
