// A person's actions. Each says what it will do before it does what cannot be undone, and what came of it. The server
// checks all of it again: nothing here is a rule.
import { ask, tell } from "./dialog.js";
import { h } from "./dom.js";
import { jobName } from "./sentences.js";
import { blockerWords } from "./waits.js";
import { counted } from "./words.js";

/** The answer as JSON; throws an Error in the server's words. */
async function answered(response) {
    const data = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(data.error ?? `The Task Manager answered ${response.status}.`);
    return data;
}

export async function post(path, body, signal) {
    const response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
    });
    return answered(response);
}

export async function get(path, signal) {
    return answered(await fetch(path, { signal, cache: "no-store" }));
}

/** Why each of them waits: /api/why answers fifty at a time. @param {string[]} keys */
export async function why(keys, signal) {
    const asked = keys
        .slice(0, 50)
        .map((key) => `job=${encodeURIComponent(key)}`)
        .join("&");
    return asked ? (await get(`/api/why?${asked}`, signal)).jobs : [];
}

/** Does it, and tells; answers whether it went well. */
async function done(work, said) {
    try {
        const answer = await work();
        tell(typeof said === "function" ? said(answer) : said);
        return true;
    } catch (error) {
        tell(
            error.message === "Failed to fetch"
                ? "The Task Manager does not answer. Is it still running?"
                : error.message,
            true,
        );
        return false;
    }
}

export function pause(job) {
    return done(() => post("/api/jobs/pause", { job: job.key }), `${jobName(job)} is paused until you resume it.`);
}

export function resume(job) {
    return done(() => post("/api/jobs/resume", { job: job.key }), `${jobName(job)} may go on.`);
}

export function retry(job) {
    return done(() => post("/api/jobs/retry", { job: job.key }), `${jobName(job)} is tried again.`);
}

export async function cancel(job) {
    const name = jobName(job);
    const body = [
        h(
            "p",
            {},
            job.state === "running"
                ? "It is stopped now, and its unfinished work is lost."
                : "It will not run again.",
        ),
    ];
    if (!(await ask({ title: `Cancel ${name}?`, body, act: "Cancel the job", danger: true }))) return false;
    return done(() => post("/api/jobs/cancel", { job: job.key }), `${name} is cancelled.`);
}

/** Says first what it overrides. */
export async function runNow(job) {
    const name = jobName(job);
    let blockers = [];
    try {
        const [told] = await why([job.key]);
        blockers = told?.blockers ?? [];
    } catch (error) {
        return tell(error.message, true);
    }
    const rows = blockers.map((blocker) => {
        const words = blockerWords(blocker);
        return h("li", {}, h("strong", {}, words.short), h("span.muted", {}, words.detail));
    });
    const body =
        rows.length > 0
            ? [h("p", {}, "It will run although:"), h("ul.overrides", {}, ...rows)]
            : [h("p", {}, "Nothing keeps it from running.")];
    if (!(await ask({ title: `Run ${name} now?`, body, act: rows.length > 0 ? "Run anyway" : "Run now" })))
        return false;
    return done(
        () => post("/api/jobs/run-now", { job: job.key }),
        (answer) =>
            answer.runs === false
                ? `${name} cannot run yet: ${(answer.blockers ?? []).map((each) => blockerWords(each).detail).join("; ")}`
                : `${name} runs now.`,
    );
}

/** Names what dies; asks once. @param {string} packageName @param {any[]} jobs all of the app's that run */
export async function stopApp(packageName, label, jobs) {
    const names = jobs.slice(0, 8).map((job) => h("li", {}, jobName(job)));
    const more = jobs.length > 8 ? [h("li", {}, `and ${jobs.length - 8} more`)] : [];
    const body = [
        h(
            "p",
            {},
            jobs.length > 0
                ? `All that ${label} is doing ends at once, without a chance to save:`
                : `Every process of ${label} ends at once.`,
        ),
        h("ul.dies", {}, ...names, ...more),
        h("p.muted", {}, "Jobs that you asked it for are cancelled. Jobs that it started by itself may run again later."),
    ];
    if (!(await ask({ title: `Stop ${label}?`, body, act: `Stop ${label}`, danger: true }))) return false;
    return done(
        () => post("/api/apps/stop", { package: packageName }),
        (answer) => `${label} is stopped: ${counted(answer.killed ?? 0, "process", "processes")} ended.`,
    );
}

export function battery(app, use) {
    const words = {
        unrestricted: "may work in the background without limits",
        optimized: "may work in the background within limits",
        restricted: "may not work in the background",
    };
    return done(
        () => post("/api/apps/battery", { package: app.package, use }),
        `${app.label || app.package} ${words[use]}.`,
    );
}

export function resetDevice(keys) {
    return done(
        () => post("/api/device/reset", { keys }),
        keys.length > 0
            ? `${keys.join(", ")} comes from this computer again.`
            : "Everything comes from this computer again.",
    );
}
