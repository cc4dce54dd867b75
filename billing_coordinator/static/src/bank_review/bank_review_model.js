import {BankReviewLines} from "./bank_review_lines";

const LEFT = ["ready", "decide", "nothing"];
// The server refuses with a text for the user; anything else is a fault of ours.
const REFUSAL =
    /^odoo\.exceptions\.(UserError|ValidationError|AccessError|MissingError|LockError)/;

/** What is decided about the line that is looked at, and what is done then. */
export class BankReviewModel extends BankReviewLines {
    constructor(orm) {
        super(orm);
        this.candidate = 0;
        this.rests = [];
        this.isChanging = false;
        this.isBusy = false;
        this.applied = [];
    }

    async select(id) {
        this.isChanging = false;
        return super.select(id);
    }

    /** Nothing is decided yet of a line that was read. */
    show(line) {
        this.candidate = 0;
        this.rests = (line?.candidates || []).map((candidate) =>
            this.getRest(candidate, line),
        );
        super.show(line);
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
