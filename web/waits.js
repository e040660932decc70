// A job's waits, as the scheduler says them: `want` is the end of "Waits for …", `detail` what is. Pure.
import { capital } from "./words.js";

/** The log's text without the names of reasons, which stand beside it. */
export function withoutCodes(text) {
    return text.replace(/ \([A-Z_]{4,}\)/g, "");
}

/** A blocker of `stint why`: what to say, what is, what would clear it. */
export function blockerWords({ want, detail, clears = "time" }) {
    // Time alone clears some: those need nobody.
    return { short: `Waits for ${want}`, detail: capital(detail), clear: clears === "time" ? "" : capital(clears) };
}

/** The first reason of a waiting job, as its row says it; many: "for mains", for a count of such jobs. */
export function waitWords({ want, waitsFor }) {
    if (!want) return { short: "Starts any moment", many: "about to start", detail: "" };
    return { short: `Waits for ${want}`, many: `for ${want}`, detail: waitsFor ?? "" };
}
