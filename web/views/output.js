// A command's output: its last lines, which follow it, and all that is kept as a file. The stream says once that
// more has come; to look is to be told again.
import { get } from "../ask.js";
import { h, setText } from "../dom.js";
import { SHELL } from "../sentences.js";
import { bytes } from "../words.js";

/** True of a job whose output is kept: a command, guarded or not. */
export function isCommand({ package: packageName }) {
    return packageName === SHELL || packageName.startsWith("org.stint.guard.");
}

/** Its section in the job's panel; update() is told the store's news. */
export function makeOutput({ store, speak }, key) {
    const query = `?job=${encodeURIComponent(key)}`;
    const says = h("span.muted");
    const text = h("pre.output", { tabindex: "0", role: "region", "aria-label": "The last lines that it printed" });
    const whole = h("a.button.slim", { href: `/api/output/file${query}`, download: "" }, "Save all that is kept");
    const element = h("section.printed", { hidden: true }, h("h3", {}, "Output"), text, h("div.acts", {}, whole, says));
    const asks = new AbortController();
    let isLive = false; // seen to run: it has its room from the start, and keeps it
    let looked = null; // how often more had come when it was looked at; null: not yet
    let life = null; // the server's word of itself: another has watched nothing
    let asking = false;

    async function look() {
        asking = true;
        const told = await get(`/api/output${query}`, asks.signal).catch(() => null);
        asking = false;
        if (asks.signal.aborted || !told) return;
        const isFirst = looked === null;
        looked = told.changes;
        const atEnd = text.scrollTop + text.clientHeight >= text.scrollHeight - 8;
        element.hidden = told.all === 0 && !isLive;
        setText(text, told.text);
        setText(says, told.all > 32768 ? `Its last lines, of ${bytes(told.all)}.` : "");
        if (isFirst || atEnd) text.scrollTop = text.scrollHeight;
        if (isFirst && told.all > 0) speak("What it printed is shown.");
        update();
    }

    function update() {
        if (!isLive && store.job(key)?.state === "running") {
            isLive = true;
            element.hidden = false;
            text.classList.add("live");
        }
        const now = store.topics.output?.jobs?.find((job) => job.key === key)?.changes ?? 0;
        const isAnew = life !== store.topics.hello;
        life = store.topics.hello;
        if (!asking && (looked === null || isAnew || now > looked)) look();
    }
    return { element, update, close: () => asks.abort() };
}
