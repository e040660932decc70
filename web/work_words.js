// The work requests of an app (jobs.md §10), as `stint work --json` prints them, in a person's words, and each chain as a
// tree. Pure.
import { waitWords } from "./waits.js";
import { ahead, capital, counted, duration } from "./words.js";

/** @typedef {Record<string, any>} WorkRequest */

const states = {
    ENQUEUED: ["Waiting", "waiting"],
    RUNNING: ["Running", "running"],
    SUCCEEDED: ["Done", "done"],
    FAILED: ["Failed", "failed"],
    BLOCKED: ["Waits for earlier work", "waiting"],
    CANCELLED: ["Cancelled", "stopped"],
};

/** {says, sign}: how it stands. */
export function workState(request) {
    const [says, sign] = states[request.state] ?? [request.state, "waiting"];
    return { says, sign };
}

/** The name of the job behind it; null: it waits in the app's file alone. */
export function jobKeyOf(request) {
    return request.job === null ? null : `${request.package}/stint.work#${request.job}`;
}

/**
 * Each chain as a tree: one that follows several stands once, below the first of them that is before it.
 * @param {WorkRequest[]} requests in the order in which they were enqueued
 */
export function treesOf(requests) {
    const nodes = new Map();
    const roots = [];
    for (const request of requests) {
        const node = { request, below: [] };
        const before = request.follows.find((id) => nodes.has(id));
        (before === undefined ? roots : nodes.get(before).below).push(node);
        if (!nodes.has(request.id)) nodes.set(request.id, node);
    }
    return roots;
}

/** The tree that has the job of this name. */
export function treeWith(trees, jobKey) {
    const has = (node) => jobKeyOf(node.request) === jobKey || node.below.some(has);
    return trees.find(has);
}

/** Why it does not run: in its job's words where it has one, which count down, else in the app's. */
export function workWhy(request, job, now) {
    if (request.state === "ENQUEUED" && job?.state === "pending") {
        const words = waitWords(job);
        const time = request.nextRun > now ? ahead(request.nextRun, now) : "";
        return [words.short, words.detail, time].filter(Boolean).join(", ");
    }
    if (request.state === "RUNNING" || request.state === "SUCCEEDED") return "";
    return capital(request.why);
}

/** Further facts: tags, attempts, period, how far it is. */
export function workFacts(request) {
    return [
        request.name ? `unique as ${request.name}` : "",
        request.periodic ? `every ${duration(request.periodic)}` : "",
        request.expedited ? "urgent" : "",
        request.attempts > 1 || (request.attempts > 0 && request.state === "ENQUEUED")
            ? `tried ${counted(request.attempts, "time")}`
            : "",
        request.constraints.length > 0 ? `needs ${request.constraints.join(", ")}` : "",
        request.tags.length > 0 ? `tagged ${request.tags.join(", ")}` : "",
        request.progress.join(", "),
    ].filter(Boolean);
}

/** "3 waiting, 1 running" */
export function workCounts(requests) {
    const count = (...names) => requests.filter((request) => names.includes(request.state)).length;
    return [
        [count("RUNNING"), "running"],
        [count("ENQUEUED", "BLOCKED"), "waiting"],
        [count("SUCCEEDED"), "done"],
        [count("FAILED"), "failed"],
        [count("CANCELLED"), "cancelled"],
    ]
        .filter(([many]) => many > 0)
        .map(([many, word]) => `${many} ${word}`)
        .join(", ");
}
