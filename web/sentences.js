// A job and its state in a person's words. Pure.
import { waitWords, withoutCodes } from "./waits.js";
import { bytes, capital, duration, listed, when } from "./words.js";

export const TRANSFER = "org.stint.transfer";
export const SHELL = "org.stint.shell";

/** "needs": it waits for a person, and for nothing else in the world. */
const forPerson = new Set(["UNDEFINED", "BACKGROUND_RESTRICTION", "CONSTRAINT_STORAGE_NOT_LOW", "APP"]);

/** @returns {"needs" | "running" | "waiting" | "ended"} */
export function groupOf(job) {
    if (job.state === "finished") return "ended";
    if (job.held || forPerson.has(job.reasons?.[0]?.name)) return "needs";
    return job.state === "running" ? "running" : "waiting";
}

/** Marks that turn the direction of what stands around them: a name is to keep to itself. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The name that a person knows it by. */
export function jobName(job) {
    const name = (job.label || job.title || "").replace(turning, "").trim();
    if (!name) return `${job.service ? `${job.service}, job` : "Job"} ${job.id}`;
    return name.length > 200 ? `${name.slice(0, 199)}…` : name;
}

export function hostOf(url) {
    try {
        return new URL(url).host;
    } catch {
        return url;
    }
}

/**
 * Which way its bytes go; null: it has ended, and neither moved a byte nor says how many there were.
 * @returns {"up" | "down" | null}
 */
export function directionOf(job) {
    const [down, up] = [job.transferredDown ?? 0, job.transferredUp ?? 0];
    if (down > 0 || up > 0) return up > down ? "up" : "down";
    const [downAll, upAll] = [job.estimatedDown ?? -1, job.estimatedUp ?? -1];
    if (downAll >= 0 || upAll >= 0) return upAll > downAll ? "up" : "down";
    return job.state === "finished" ? null : "down";
}

/** "Download from deb.debian.org", "Command", "Work of Mail". */
export function purpose(job, appLabel) {
    if (job.package === SHELL) return "Command";
    if (job.package !== TRANSFER) return `Work of ${appLabel}`;
    const host = job.url ? hostOf(job.url) : "";
    const [what, way] = { up: ["Upload", "to"], down: ["Download", "from"] }[directionOf(job)] ?? ["Transfer", "with"];
    return host ? `${what} ${way} ${host}` : what;
}

const kinds = { regular: "in the background", expedited: "expedited", user_initiated: "asked for by you" };

export function kindWords(job) {
    const words = kinds[job.kind] ?? job.kind;
    const again = job.periodicInterval ? `, every ${duration(job.periodicInterval)}` : "";
    return `${words}${job.demoted ? ", demoted" : ""}${again}`;
}

/** Bytes done, and of how many: an app's own progress counts where it speaks of the same total. */
export function progressOf(job) {
    const up = directionOf(job) === "up";
    const done = (up ? job.transferredUp : job.transferredDown) ?? 0;
    const total = (up ? job.estimatedUp : job.estimatedDown) ?? 0;
    const own = total > 0 && job.progressMaximum === total ? (job.progressValue ?? 0) : 0;
    if (total > 0) return { done: Math.min(Math.max(done, own), total), total, ofBytes: true };
    if (job.progressMaximum > 0)
        return { done: Math.min(job.progressValue, job.progressMaximum), total: job.progressMaximum, ofBytes: false };
    return { done, total: 0, ofBytes: true };
}

/** "64 MiB of 128 MiB", "3 of 10", "12 MiB so far", or what the app itself says. */
export function progressWords(job) {
    const { done, total, ofBytes } = progressOf(job);
    if (!ofBytes) return job.text || `${done} of ${total}`;
    if (total > 0) return `${bytes(done)} of ${bytes(total)}`;
    if (done > 0) return `${bytes(done)} so far`;
    return job.text && job.text !== jobName(job) ? job.text : "";
}

export function percentOf(job) {
    const { done, total } = progressOf(job);
    return total > 0 ? Math.floor((100 * done) / total) : null;
}

/** @returns {"done" | "failed" | "stopped"} */
export function endOf(job) {
    if (job.status === "done" || job.status === "failed") return job.status;
    return "stopped";
}

/** True of what a person asked for, and what has ended otherwise than well (jobs.md §14.3). */
export function mayBeRetried(job) {
    return job.state === "finished" && endOf(job) !== "done" && [SHELL, TRANSFER].includes(job.package);
}

const ends = { done: "Done", failed: "Failed", stopped: "Stopped" };

/** "Done", "Failed: exit 3", "Cancelled". */
export function endWords(job) {
    const end = endOf(job);
    if (!job.outcome || job.outcome === "done") return ends[end];
    if (end === "done") return capital(job.outcome);
    if (job.outcome === "cancelled") return "Cancelled";
    return `${ends[end]}: ${job.outcome}`;
}

/** The times at which waiting jobs start at the earliest, soonest first. */
export function nextStart(jobs, now) {
    let next = null;
    for (const job of jobs)
        if (job.state === "pending" && !job.held && job.earliest > now && (!next || job.earliest < next.earliest))
            next = job;
    return next;
}

/**
 * "2 running, 3 waiting:", "2 for power, 1 for an unmetered network.", and "Next: 14:00, photos.zip."
 * @param {Iterable<any>} all jobs that run or wait
 */
export function headline(all, now) {
    const jobs = [...all];
    if (jobs.length === 0) return { says: "Nothing is running, and nothing waits.", why: "", next: "" };
    const counts = { needs: 0, running: 0, waiting: 0, ended: 0 };
    const whys = new Map();
    for (const job of jobs) {
        const group = groupOf(job);
        ++counts[group];
        if (group !== "waiting") continue;
        const why = waitWords(job).many;
        whys.set(why, (whys.get(why) ?? 0) + 1);
    }
    const parts = [];
    let why = "";
    if (counts.needs > 0)
        parts.push(counts.needs === 1 ? "1 needs you" : `${counts.needs.toLocaleString("en")} need you`);
    if (counts.running > 0) parts.push(`${counts.running.toLocaleString("en")} running`);
    if (counts.waiting > 0) {
        const sorted = [...whys].sort((a, b) => b[1] - a[1]);
        const most = sorted.length > 4 ? 3 : 4;
        const named = sorted
            .slice(0, most)
            .map(([why, count]) => (sorted.length === 1 ? why : `${count.toLocaleString("en")} ${why}`));
        const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
        if (rest > 0) named.push(`${rest.toLocaleString("en")} for other reasons`);
        parts.push(`${counts.waiting.toLocaleString("en")} waiting`);
        why = sorted.length === 1 && counts.waiting > 1 ? `all ${named[0]}` : named.join(", ");
    }
    const next = nextStart(jobs, now);
    return {
        says: `${capital(parts.join(", "))}${why ? ":" : "."}`,
        why: why ? `${why}.` : "",
        next: next ? `Next: ${when(next.earliest, now)}, ${jobName(next)}.` : "",
    };
}

/** The result of pausing and the like, for a screen reader: only changes of state are told. */
export function changeWords(before, after) {
    const name = jobName(after);
    if (after.state === "finished") return `${name}: ${endWords(after)}`;
    if (!before || (before.state === after.state && before.held === after.held)) return "";
    if (after.held) return `${name} is paused`;
    return after.state === "running" ? `${name} is running` : `${name}: ${waitWords(after).short}`;
}

/** A line of its history: what happened, and more of it without the word said twice. */
export function storyWords({ what, detail }) {
    const more = withoutCodes(detail ?? "");
    return [capital(what), more.startsWith(`${what} `) ? more.slice(what.length + 1) : more];
}

/** "film.iso and talk.mp4 run now.": those of the list that run; empty: none does. */
export function runningNow(jobs) {
    const names = [...jobs].filter((job) => job.state === "running").map(jobName);
    if (names.length === 0) return "";
    const told = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    return `${listed(told)} ${names.length === 1 ? "runs" : "run"} now.`;
}
