// A row of the table of what keeps a job from running, and what would end that.
import { cell, h } from "../dom.js";
import { blockerWords } from "../waits.js";
import { ahead } from "../words.js";

/** @param {object} blocker as `stint why --json` has it @param {number} now the daemon's time */
export function blockerRow(blocker, now) {
    const words = blockerWords(blocker);
    return h(
        "tr",
        {},
        cell("Why", h("strong", {}, words.short), h("span.detail", {}, words.detail)),
        cell(
            "What ends it",
            words.clear || "Time alone",
            blocker.until > now ? h("span.detail", {}, ahead(blocker.until, now)) : null,
        ),
    );
}
