const NOT_TYPED = ["radio", "checkbox", "button", "submit", "range"];

/** Whether keys are text here: typing is never taken for a command. */
function isTyping(target) {
    if (target.matches("input")) {
        return !NOT_TYPED.includes(target.type);
    }
    return target.matches("textarea, select") || target.isContentEditable;
}

/** Whether a key belongs to what has the focus. */
export function isKeyOfControl({key, target}) {
    if (isTyping(target)) {
        return key !== "Escape";
    }
    if (key === "Enter" || key === " ") {
        return Boolean(target.closest("button, a, [role=option]:not(li)"));
    }
    return key.startsWith("Arrow") && target.matches("input[type=radio]");
}
