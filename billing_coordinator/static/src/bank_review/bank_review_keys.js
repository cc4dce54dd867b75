import {useExternalListener} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

const NOT_TYPED = ["radio", "checkbox", "button", "submit", "range"];

/** Whether keys are text here: typing is never taken for a command. */
function isTyping(target) {
    if (target.matches("input")) {
        return !NOT_TYPED.includes(target.type);
    }
    return target.matches("textarea, select") || target.isContentEditable;
}

/** Whether a key belongs to what has the focus. */
function isKeyOfControl({key, target}) {
    if (isTyping(target)) {
        return key !== "Escape";
    }
    if (key === "Enter" || key === " ") {
        return Boolean(target.closest("button, a, [role=option]:not(li)"));
    }
    return key.startsWith("Arrow") && target.matches("input[type=radio]");
}

/**
 * Keys of the screen, wherever its focus is, unless they belong to a field, a dialog
 * or another part of the page.
 *
 * @param {Object} root reference of the screen
 * @param {Object} commands functions by key, letters in lower case
 * @param {Function} choose what the numbers do, from 0
 */
export function useBankReviewKeys(root, commands, choose) {
    const ui = useService("ui");

    function isElsewhere({target, defaultPrevented, ctrlKey, metaKey, altKey}) {
        return (
            defaultPrevented ||
            ctrlKey ||
            metaKey ||
            altKey ||
            ui.activeElement !== document ||
            (target !== document.body && !root.el.contains(target))
        );
    }

    useExternalListener(window, "keydown", (ev) => {
        if (isElsewhere(ev) || isKeyOfControl(ev)) {
            return;
        }
        const key = ev.key.length === 1 ? ev.key.toLowerCase() : ev.key;
        const command = /^[1-5]$/.test(key)
            ? () => choose(Number(key) - 1)
            : commands[key];
        if (command) {
            ev.preventDefault();
            command();
        }
    });
}
