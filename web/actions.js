// A person's actions. Each says what it will do before it does what cannot be undone, and what came of it. The server
// checks all of it again: nothing here is a rule.
import { get, post } from "./ask.js";
import { ask, tell } from "./dialog.js";
import { h } from "./dom.js";
import { jobName, mayBeRetried } from "./sentences.js";
import { blockerWords } from "./waits.js";
import { counted } from "./words.js";

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
        tell(inWords(error), true);
        return false;
    }
}

function inWords(error) {
    return error.message === "Failed to fetch"
        ? "The Task Manager does not answer. Is it still running?"
        : error.message;
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

/** Asks only where something is lost by it. */
export async function clear(job) {
    const name = jobName(job);
    const body = [h("p", {}, "It goes off the list, with what its retry would take. Its history and its files stay.")];
    if (mayBeRetried(job) && !(await ask({ title: `Clear ${name}?`, body, act: "Clear the job" }))) return false;
    return done(() => post("/api/jobs/clear", { job: job.key }), `${name} is off the list.`);
}

const BODY = 12000; // bytes of a request's list of jobs: the server takes 16 KiB

/**
 * Does one thing to each of them, and tells of each where it could not be done.
 * @param {any[]} jobs @param {string} path @param {any} more in the request, beside the jobs
 * @param {(count: number) => string} said what so many of them have become
 */
async function doneToAll(jobs, path, more, said) {
    const names = new Map(jobs.map((job) => [job.key, jobName(job)]));
    const parts = [[]];
    const sizeOf = (key) => new TextEncoder().encode(JSON.stringify(key)).length + 1;
    let size = 0;
    for (const key of names.keys()) {
        if (size + sizeOf(key) > BODY) {
            parts.push([]);
            size = 0;
        }
        size += sizeOf(key);
        parts.at(-1).push(key);
    }
    const failed = [];
    try {
        for (const part of parts) failed.push(...(await post(path, { jobs: part, ...more })).failed);
    } catch (error) {
        return tell(inWords(error), true);
    }
    if (failed.length === 0)
        return tell(`${jobs.length === 1 ? jobName(jobs[0]) : counted(jobs.length, "job")} ${said(jobs.length)}.`);
    const rest = jobs.length - failed.length;
    const others = rest > 0 ? ` ${rest.toLocaleString("en")} ${said(rest)}.` : "";
    tell(
        `It could not be done to ${failed.length.toLocaleString("en")} of ${counted(jobs.length, "job")}.${others}`,
        true,
        failed.map(({ key, error }) => [names.get(key), error]),
    );
}

/** "is paused", "are paused" */
function are(done) {
    return (count) => `${count === 1 ? "is" : "are"} ${done}`;
}

export function pauseAll(jobs) {
    return doneToAll(jobs, "/api/jobs/pause", {}, are("paused"));
}

export function resumeAll(jobs) {
    return doneToAll(jobs, "/api/jobs/resume", {}, () => "may go on");
}

export function retryAll(jobs) {
    return doneToAll(jobs, "/api/jobs/retry", {}, are("tried again"));
}

/** Their names, what becomes of them, and how many of them no row shows at the moment. */
function bodyOf(jobs, unseen, ...becomes) {
    const hidden = `${unseen.toLocaleString("en")} of them ${unseen === 1 ? "is" : "are"} not shown at the moment.`;
    return [named(jobs), h("p", {}, ...becomes, unseen > 0 && ` ${hidden}`)];
}

/** A list of their names: of many the first, and how many more. */
function named(jobs) {
    const names = jobs.slice(0, 8).map((job) => h("li", {}, jobName(job)));
    const more = jobs.length > 8 ? [h("li", {}, `and ${(jobs.length - 8).toLocaleString("en")} more`)] : [];
    return h("ul.dies", {}, ...names, ...more);
}

/** @param {number} unseen how many of them no row shows at the moment */
export async function clearAll(jobs, unseen) {
    const what = counted(jobs.length, "job");
    const body = bodyOf(jobs, unseen, "They go off the list and cannot be retried. Their history and their files stay.");
    if (!(await ask({ title: `Clear ${what}?`, body, act: `Clear ${what}` }))) return;
    return doneToAll(jobs, "/api/jobs/clear", {}, (count) => `${count === 1 ? "is" : "are"} off the list`);
}

/** @param {number} unseen how many of them no row shows at the moment */
export async function cancelAll(jobs, unseen) {
    const running = jobs.filter((job) => job.state === "running").length;
    const runs = `${running === 1 ? "One runs" : `${running.toLocaleString("en")} run`}: unfinished work is lost.`;
    const body = bodyOf(jobs, unseen, "They will not run again.", running > 0 && ` ${runs}`);
    const what = counted(jobs.length, "job");
    if (!(await ask({ title: `Cancel ${what}?`, body, act: `Cancel ${what}`, danger: true }))) return;
    const inTurn = [...jobs].sort((a, b) => b.id - a.id); // what waits for another goes before it
    return doneToAll(inTurn, "/api/jobs/cancel", {}, are("cancelled"));
}

const places = { top: "first", up: "one place up", down: "one place down", bottom: "last" };

/**
 * Among those that wait alike (jobs.md §14.6).
 * @param {any[]} jobs in the order in which they are to stand @param {"top" | "up" | "down" | "bottom"} to
 */
export function move(jobs, to) {
    // The last that is put first is the first.
    const inTurn = to === "top" || to === "down" ? [...jobs].reverse() : jobs;
    return doneToAll(inTurn, "/api/jobs/move", { to }, are(`moved: ${places[to]}`));
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
    const body = [
        h(
            "p",
            {},
            jobs.length > 0
                ? `All that ${label} is doing ends at once, without a chance to save:`
                : `Every process of ${label} ends at once.`,
        ),
        named(jobs),
        h("p.muted", {}, "Jobs that you asked it for are cancelled. Jobs that it started by itself may run again later."),
    ];
    if (!(await ask({ title: `Stop ${label}?`, body, act: `Stop ${label}`, danger: true }))) return false;
    return done(
        () => post("/api/apps/stop", { package: packageName }),
        (answer) => `${label} is stopped: ${counted(answer.killed ?? 0, "process", "processes")} ended.`,
    );
}

/** Adds downloads; answers what was wrong, null: nothing. @param {any} wanted as POST /api/downloads takes it */
export async function download(wanted) {
    try {
        const { says } = await post("/api/downloads", wanted);
        tell(says);
        return null;
    } catch (error) {
        return inWords(error);
    }
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
