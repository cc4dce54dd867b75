import {Component, useRef} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";

/** Why a line is set aside: the next one who looks at it wants to know. */
export class BankReviewSkip extends Component {
    static template = "billing_coordinator.BankReviewSkip";
    static components = {Dialog};
    static props = {close: Function, onConfirm: Function};

    setup() {
        this.title = _t("Set aside");
        this.note = useRef("note");
        useAutofocus({refName: "note"});
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.onConfirm();
        }
    }

    async onConfirm() {
        const note = this.note.el.value;
        this.props.close();
        await this.props.onConfirm(note);
    }
}
