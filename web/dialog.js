// A question that has to be answered before something is done that cannot be undone, and what is said in passing.
import { append, h } from "./dom.js";

/**
 * Asks once. Esc and the first button say no; the focus comes back to where it was.
 * @param {{title: string, body: any[], act: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, body, act, danger = false }) {
    return new Promise((answer) => {
        const no = h("button.button", { type: "button", onclick: () => dialog.close("no") }, "Go back");
        const yes = h(
            `button.button.${danger ? "danger" : "primary"}`,
            { type: "button", onclick: () => dialog.close("yes") },
            act,
        );
        const dialog = h(
            "dialog.dialog",
            { "aria-labelledby": "dialog-title" },
            h("h2", { id: "dialog-title" }, title),
            append(h("div.dialog-body"), ...body),
            h("div.dialog-acts", {}, no, yes),
        );
        dialog.addEventListener("close", () => {
            dialog.remove();
            answer(dialog.returnValue === "yes");
        });
        document.body.append(dialog);
        dialog.showModal();
        no.focus();
    });
}

let fading = 0;

const LINES = 200; // of a list of troubles

/**
 * Tells what came of an action; trouble stays until the next word.
 * @param {string} text @param {[string, string][]} each what it came to of which job, where some failed
 */
export function tell(text, trouble = false, each = []) {
    const place = document.getElementById("told");
    clearTimeout(fading);
    place.replaceChildren(
        h(
            `div.told${trouble ? ".trouble" : ""}`,
            {},
            h("span", {}, text),
            h(
                "button.quiet",
                { type: "button", "aria-label": "Close this message", onclick: () => place.replaceChildren() },
                "Close",
            ),
        ),
    );
    if (each.length > 0) place.firstElementChild.append(troubles(each));
    if (!trouble) fading = window.setTimeout(() => place.replaceChildren(), 6000);
}

function troubles(each) {
    const lines = each.slice(0, LINES).map(([name, error]) => h("li", {}, h("strong", {}, name), `: ${error}`));
    if (each.length > LINES) lines.push(h("li", {}, `and ${(each.length - LINES).toLocaleString("en")} more`));
    return h("ul.told-each", { tabindex: "0", "aria-label": "What failed" }, ...lines);
}
