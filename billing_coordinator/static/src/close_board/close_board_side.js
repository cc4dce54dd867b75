import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/** Who still has how much to do, and how long the last periods took. */
export class CloseBoardSide extends Component {
    static template = "billing_coordinator.CloseBoardSide";
    static props = {
        board: Object,
        personId: [Number, {value: null}],
        userId: Number,
        onPerson: Function,
        onLoad: Function,
    };

    get history() {
        return this.props.board.history;
    }

    get most() {
        return Math.max(1, ...this.history.periods.map(({days}) => days));
    }

    nameOf({person}) {
        if (!person) {
            return _t("Any accountant");
        }
        return person.id === this.props.userId ? _t("You") : person.name;
    }

    isChosen({person}) {
        return this.props.personId === (person ? person.id : 0);
    }

    describe({name, days}) {
        return days === 1
            ? _t("%s: closed in 1 working day", name)
            : _t("%(name)s: closed in %(days)s working days", {name, days});
    }
}
