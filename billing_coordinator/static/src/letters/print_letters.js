import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * Print letters; then ask for the same ones whether they are in the post.
 *
 * Who answers "Not yet" finds them again under *Letters to print*.
 */
export async function printLetters(env, {params}, {onClose}) {
    const {action, dialog, orm} = env.services;
    await action.doAction(params.report);
    dialog.add(ConfirmationDialog, {
        title: _t("Are the letters in the post?"),
        body: _t(
            "Mark them as printed when they are. Until then they stay under Letters to print.",
        ),
        confirmLabel: _t("Mark as printed"),
        cancelLabel: _t("Not yet"),
        confirm: async () => {
            const args = [params.letter_ids];
            await orm.call("billing.followup.notice", "action_mark_printed", args);
            onClose?.();
        },
        cancel: () => onClose?.(),
    });
}

registry.category("actions").add("billing_print_letters", printLetters);
