import {_t} from "@web/core/l10n/translation";

const GOOD = 75;
const FAIR = 50;

export function sayScore(score) {
    return _t("Score %s of 100", score);
}

/** The colour of a score; the number beside it says the same. */
export function getScoreClass(score) {
    if (score >= GOOD) {
        return "text-bg-success";
    }
    return score >= FAIR ? "text-bg-warning" : "text-bg-light";
}
