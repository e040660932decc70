// A job as a row of Now: what it is, how it stands, when it ends or begins, and the one thing one would do with it.
import { clear, pause, resume, retry, runNow } from "../actions.js";
import { append, doer, h, setAttribute, setSign, setText, sign } from "../dom.js";
import { timeLeft } from "../rate.js";
import {
    endOf,
    endWords,
    groupOf,
    jobName,
    mayBeRetried,
    percentOf,
    progressOf,
    progressWords,
    purpose,
    TRANSFER,
} from "../sentences.js";
import { blockerWords, waitWords } from "../waits.js";
import { ago, ahead, capital, clock, duration, rate, roughly, when } from "../words.js";

/** The address of a job. */
export function hrefOf(job) {
    return `#/now/${job.key.split("/").map(encodeURIComponent).join("/")}`;
}

/** The likeliest action, which the row offers. @returns {[string, (job: any) => any]} */
function offerOf(job) {
    const group = groupOf(job);
    if (group === "running") return ["Pause", pause];
    if (job.held) return ["Resume", resume];
    if (group === "ended") return mayBeRetried(job) ? ["Retry", retry] : ["Clear", clear];
    if (job.failures > 0 && job.reasons?.[0]?.name === "CONSTRAINT_MINIMUM_LATENCY") return ["Retry", retry];
    return ["Run now", runNow];
}

/**
 * How many lines a row has for its reasons: a long one takes more than one, and those that are not yet known in words
 * get their usual room, so that no row moves when they come.
 * @param {(text: string) => number} linesFor
 */
export function reasonLines(job, blockers, linesFor) {
    if (job.state === "finished" || (job.state === "running" && !job.held)) return 0;
    const first = linesFor(sentence(waitWords(job)));
    const count = Math.min(3, Math.max(1, job.reasons?.length ?? 1));
    const other = "Waits for an unmetered network: that of now is metered";
    const usual = first + (count === 1 ? 1 : (count - 1) * linesFor(other));
    if (!blockers?.length) return usual;
    const told = linesOf(job, blockers, 0);
    const clear = told.length === 1 ? 1 : 0;
    return Math.max(usual, told.reduce((sum, { says, until }) => sum + linesFor(`${says} ${until}`), clear));
}

/** The reasons as a row has room for them: a lone one with what would clear it, others with a line each. */
function linesOf(job, blockers, now) {
    const told =
        blockers?.length > 0
            ? blockers.map((each) => ({ ...blockerWords(each), until: each.until }))
            : [waitWords(job)];
    // A paused job is held by the person who paused it.
    if (job.held && blockers?.length > 0)
        told.unshift(
            ...told.splice(
                blockers.findIndex((each) => each.gate === "hold"),
                1,
            ),
        );
    const alone = told.length === 1;
    return told.slice(0, 3).map((each, i) => ({
        says: sentence(each) + (i === 2 && told.length > 3 ? `, and ${told.length - 3} more` : ""),
        until: !alone && each.until > now ? (now > 0 ? ahead(each.until, now) : "in 10 min 10 s") : "",
        clear: alone ? each.clear : "",
    }));
}

function sentence({ short, detail }) {
    if (!detail) return short;
    const rest = detail.charAt(0).toLowerCase() + detail.slice(1);
    return rest.startsWith("after ") ? `${short} ${rest}` : `${short}: ${rest}`;
}

/** The line below its name: "Download from deb.debian.org · since 10:58". */
function subOf(job, page) {
    const label = page.store.label(job.package);
    const parts = [purpose(job, label)];
    if (job.package === TRANSFER && !job.url) parts.push(`by ${label}`);
    if (job.periodicInterval) parts.push(`every ${duration(job.periodicInterval)}`);
    if (groupOf(job) === "running" && job.started) parts.push(`since ${when(job.started, page.clock.now())}`);
    return parts.join(" · ");
}

/** @param {(job: any, isRange: boolean) => void} select a person has ticked it */
export function makeRow(page, select = () => {}) {
    const tick = h("input", { type: "checkbox", onclick: (event) => select(job, event.shiftKey) });
    const icon = sign("running");
    const name = h("a.name", {});
    const sub = h("span.sub", {});
    const bar = h("progress", { max: 100 });
    const says = h("span", {});
    const longest = h("span.longest", {});
    const reasons = h("span.reasons", {});
    const big = h("span.big", {});
    const small = h("span.small", {});
    const act = doer(".slim", "", () => offerOf(job)[1](job));
    const element = h(
        "li.job",
        {},
        h("label.pick", {}, tick),
        icon,
        h("div.what", {}, name, sub),
        h("div.state", {}, bar, h("span.says", {}, says, longest), reasons),
        h("div.when", {}, big, small),
        h("div.act", {}, act),
    );
    let job = null;

    function running(now) {
        const progress = progressOf(job);
        const percent = percentOf(job);
        const perSecond = page.rates.of(job.key, now);
        bar.hidden = percent === null;
        if (percent !== null) bar.value = (100 * progress.done) / progress.total;
        setAttribute(bar, "aria-label", `Progress of ${jobName(job)}`);
        const words = progressWords(job);
        const done = [words, percent !== null ? `${percent} %` : ""].filter(Boolean).join(" · ");
        const until = job.clocks?.limit ? `until ${when(job.clocks.limit, now)} at the longest` : "";
        setText(says, done || (until ? "" : "Running"));
        setText(longest, done && until ? ` · ${until}` : capital(until));
        longest.classList.toggle("aside", done !== "");
        const left = timeLeft(progress, perSecond);
        const length = now - (job.started ?? now);
        setText(big, left !== null ? `${roughly(left)} left` : duration(length));
        setText(
            small,
            perSecond !== null && progress.ofBytes && progress.done > 0
                ? rate(perSecond)
                : left === null
                  ? "so far"
                  : "",
        );
        reasons.replaceChildren();
    }

    function waiting(now, blockers) {
        bar.hidden = true;
        setText(says, "");
        setText(longest, "");
        const told = linesOf(job, blockers, now);
        const text = JSON.stringify(told);
        if (reasons.dataset.lines !== text) {
            reasons.dataset.lines = text;
            reasons.replaceChildren();
            for (const { says, until, clear } of told) {
                append(reasons, h("span.reason", {}, says, until && h("span.until", {}, ` ${until}`)));
                append(reasons, clear && h("span.clear", {}, clear));
            }
        }
        const start = job.earliest > now && !job.held ? job.earliest : null;
        const percent = percentOf(job);
        const amount = progressOf(job).done > 0 ? progressWords(job) : ""; // jobs.md §4.7: as far as its runs have come
        setText(big, start ? ahead(start, now) : amount && percent !== null ? `${percent} %` : "");
        setText(small, start ? when(start, now) : amount || (job.enqueued ? `asked ${ago(job.enqueued, now)}` : ""));
    }

    function ended(now) {
        bar.hidden = true;
        setText(says, endWords(job));
        setText(longest, "");
        reasons.replaceChildren();
        reasons.dataset.lines = "";
        setText(big, job.ended ? clock(job.ended) : "");
        setText(small, job.ended ? ago(job.ended, now) : "");
    }

    function update(next, blockers, isSelected = false) {
        job = next;
        const group = groupOf(job);
        const now = page.clock.now();
        tick.checked = isSelected;
        setAttribute(tick, "aria-label", `Select ${jobName(job)}`);
        element.classList.toggle("selected", isSelected);
        setText(name, jobName(job));
        setAttribute(name, "href", hrefOf(job));
        setText(sub, subOf(job, page));
        const state = group === "ended" ? endOf(job) : group;
        setSign(icon, state);
        setAttribute(element, "data-state", state);
        if (group === "running") running(now);
        else if (group === "ended") ended(now);
        else waiting(now, blockers);
        if (group !== "waiting" && group !== "needs") reasons.dataset.lines = "";
        const [offer] = offerOf(job);
        setText(act, offer);
        setAttribute(act, "aria-label", `${offer}: ${jobName(job)}`);
    }
    return { element, update, name };
}
