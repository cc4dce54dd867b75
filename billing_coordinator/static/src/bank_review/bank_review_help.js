import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

const KEYS = [
    {keys: ["J", "↓"], label: _t("Next line")},
    {keys: ["K", "↑"], label: _t("Previous line")},
    {keys: ["1", "5"], label: _t("Select a proposal"), isRange: true},
    {keys: [_t("Enter")], label: _t("Accept the selected proposal and go on")},
    {keys: ["E"], label: _t("Change: choose items and amounts")},
    {keys: [_t("Ctrl Enter")], label: _t("Accept what was changed")},
    {keys: ["S"], label: _t("Set aside, or take up again")},
    {keys: ["U"], label: _t("Undo the last match")},
    {keys: ["/"], label: _t("Search lines")},
    {
        keys: [_t("Esc")],
        label: _t("Leave a field, the changes, or go back to the list"),
    },
    {keys: ["?"], label: _t("This help")},
];

/** The keys of the review screen. */
export class BankReviewHelp extends Component {
    static template = "billing_coordinator.BankReviewHelp";
    static components = {Dialog};
    static props = {close: Function};

    setup() {
        this.title = _t("Keys");
        this.keys = KEYS;
    }
}
