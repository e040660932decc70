// What a job is and waits for, in a person's words. One table says of each reason (jobs.md §9.1) what it is called; the
// scheduler's own words stand beside it wherever there is room. Pure.
import { atWhen, bytes, capital, clock, counted, duration, listed, when } from "./words.js";

export const TRANSFER = "org.stint.transfer";
export const SHELL = "org.stint.shell";

/**
 * short: what a row says; many: "3 waiting: 2 for power"; clear: the one thing to do, where the gate does not say it better.
 * @type {Record<string, {short: string, many: string, clear?: string}>}
 */
const reasons = {
    CONSTRAINT_CHARGING: { short: "Waits for power", many: "for power", clear: "Plug in the charger" },
    CONSTRAINT_BATTERY_NOT_LOW: { short: "Waits for a fuller battery", many: "for a fuller battery", clear: "Plug in the charger" },
    CONSTRAINT_CONNECTIVITY: { short: "Waits for a network", many: "for a network", clear: "Join a network" },
    CONSTRAINT_DEVICE_IDLE: { short: "Waits until nobody uses this computer", many: "until nobody uses this computer", clear: "Leave the computer alone for a while" },
    CONSTRAINT_STORAGE_NOT_LOW: { short: "Waits for disk space", many: "for disk space", clear: "Free some disk space" },
    CONSTRAINT_MINIMUM_LATENCY: { short: "Waits for its time", many: "until their time" },
    CONSTRAINT_CONTENT_TRIGGER: { short: "Waits for a file to change", many: "for a file to change" },
    CONSTRAINT_PREFETCH: { short: "Waits until its app is about to be used", many: "until their app is about to be used", clear: "Open the app" },
    CONSTRAINT_DEADLINE: { short: "Waits for its deadline", many: "for their deadline" },
    QUOTA: { short: "Its app has used up its time", many: "for their app to get time again", clear: "Use the app, or plug in" },
    APP_STANDBY: { short: "Its app is used too rarely", many: "until their app is used", clear: "Open the app" },
    APP: { short: "Its app cannot run it now", many: "for their app" },
    BACKGROUND_RESTRICTION: { short: "Its app may not work in the background", many: "because their app is restricted", clear: "Allow the app under Apps" },
    DEVICE_STATE: { short: "Waits for the computer", many: "for the computer to have room" },
    JOB_SCHEDULER_OPTIMIZATION: { short: "Waits to run together with others", many: "to run together with others" },
    USER: { short: "Paused", many: "held by a person", clear: "Resume it" },
    UNDEFINED: { short: "Set aside: its record is damaged", many: "set aside", clear: "Cancel it, and ask for it again" },
};

/** Where one reason has several gates, the gate says it better. */
const gates = {
    "back-off": { short: "Tries again", clear: "Retry it now" },
    time: { short: "Starts at the time you set" },
    after: { short: "Waits for another job", clear: "The end of the other job" },
    hold: { short: "Paused by you", clear: "Resume it" },
    boot: { short: "Waits: the session has just begun" },
    doze: { short: "The computer rests", clear: "Use the computer" },
    saver: { short: "Battery saver holds it back", clear: "Turn battery saver off, or plug in" },
    thermal: { short: "The computer is too hot", clear: "Let it cool down" },
    sleep: { short: "The computer goes to sleep", clear: "Wake the computer" },
    slots: { short: "Waits for its turn", clear: "The end of another job" },
    "earlier run": { short: "Waits for its last run to end" },
    budget: { short: "Its data allowance is used up", clear: "Join another network" },
    "idle path": { short: "Its app is restricted and out of time", clear: "Charge the computer, and leave it alone" },
    unmetered: { short: "Waits for an unmetered network", clear: "Join an unmetered network" },
    guard: { short: "Held until its condition holds" },
    app: { short: "Its app cannot run it now", clear: "Open the app" },
};

const UNMETERED = { short: "Waits for an unmetered network", many: "for an unmetered network", clear: "Join an unmetered network" };

const lacks = {
    NOT_METERED: "is metered", NOT_ROAMING: "is roaming", VALIDATED: "does not reach the internet",
    INTERNET: "does not reach the internet", NOT_VPN: "is a VPN", TRUSTED: "is not trusted",
};

/** What the log says without the names of reasons, which stand beside it. */
export function withoutCodes(text) {
    return text.replace(/ \([A-Z_]{4,}\)/g, "").split("; ").map(plainDetail).filter(Boolean).join("; ");
}

/** The scheduler's detail without its terms of art: "the network (ETHERNET) lacks NOT_METERED". */
export function plainDetail(detail) {
    const lacking = /^the network \((.*)\) lacks (.*)$/.exec(detail);
    if (lacking) {
        const what = lacking[2].split(", ").map((name) => lacks[name] ?? `has no ${name.toLowerCase().replaceAll("_", " ")}`);
        return `this network (${lacking[1].toLowerCase()}) ${listed(what)}`;
    }
    return detail
        .replace(/^(a person holds it|a person set its time|not before its time)$/, "")
        .replace(/^rests (after .*)$/, "$1")
        .replace(/; wants to be charging$/, "")
        .replace(/^the device dozes \((\w+)\)$/, "nobody uses it, so work is gathered into short windows")
        .replace(/\bthe device\b/g, "this computer");
}

function rowFor(name, detail = "", gate = "") {
    if (name === "CONSTRAINT_CONNECTIVITY" && detail.includes("NOT_METERED")) return UNMETERED;
    const row = reasons[name] ?? { short: `Waits (${name})`, many: "for something else" };
    if (gate in gates) return { ...row, ...gates[gate] };
    if (name === "USER" && detail.startsWith("starts when")) return { ...row, ...gates.after, many: "for another job" };
    if (name === "USER" && detail === "the session has just begun") return { ...row, ...gates.boot, many: "for the session to settle" };
    if (name === "CONSTRAINT_MINIMUM_LATENCY" && detail === "a person set its time") return { ...row, ...gates.time };
    if (name === "CONSTRAINT_MINIMUM_LATENCY" && detail.startsWith("rests")) return { ...row, ...gates["back-off"], many: "to try again" };
    if (name === "DEVICE_STATE" && detail.startsWith("the device dozes")) return { ...row, ...gates.doze, many: "because the computer rests" };
    if (name === "DEVICE_STATE" && detail === "battery saver is on") return { ...row, ...gates.saver, many: "because battery saver is on" };
    if (name === "DEVICE_STATE" && /as may|free slots/.test(detail)) return { ...row, ...gates.slots, many: "for their turn" };
    return row;
}

/** A blocker of `stint why`: what to say, what is, what would clear it. */
export function blockerWords(blocker) {
    const row = rowFor(blocker.name, blocker.detail, blocker.gate);
    // What time alone clears needs nobody.
    const clears = blocker.clears === "time" ? "" : capital(blocker.clears ?? "");
    return { short: row.short, detail: capital(plainDetail(blocker.detail)), clear: row.clear ?? clears };
}

/** The first reason of a waiting job, as its row says it. */
export function waitWords(job) {
    const [first] = job.reasons ?? [];
    if (!first) return { short: "Starts any moment", detail: "", clear: "", many: "about to start" };
    const row = rowFor(first.name, job.waitsFor ?? "");
    const others = job.reasons.length - 1;
    return { ...row, clear: row.clear ?? "", detail: plainDetail(job.waitsFor ?? ""), others };
}

/** "needs": it waits for a person, and for nothing else in the world. */
const forPerson = new Set(["UNDEFINED", "BACKGROUND_RESTRICTION", "CONSTRAINT_STORAGE_NOT_LOW", "APP"]);

/** @returns {"needs" | "running" | "waiting" | "ended"} */
export function groupOf(job) {
    if (job.state === "finished") return "ended";
    if (job.held || forPerson.has(job.reasons?.[0]?.name)) return "needs";
    return job.state === "running" ? "running" : "waiting";
}

/** What a person calls it. */
export function jobName(job) {
    return job.label || job.title || `${job.service ? `${job.service}, job` : "Job"} ${job.id}`;
}

export function hostOf(url) {
    try {
        return new URL(url).host;
    } catch {
        return url;
    }
}

/** "Download from deb.debian.org", "Command", "Work of Mail". */
export function purpose(job, appLabel) {
    if (job.package === SHELL) return "Command";
    if (job.package !== TRANSFER) return `Work of ${appLabel}`;
    const up = job.transferredUp > 0 || (job.estimatedUp ?? 0) > 0;
    const host = job.url ? hostOf(job.url) : "";
    if (up) return host ? `Upload to ${host}` : "Upload";
    return host ? `Download from ${host}` : "Download";
}

const kinds = { regular: "in the background", expedited: "expedited", user_initiated: "asked for by you" };

export function kindWords(job) {
    const words = kinds[job.kind] ?? job.kind;
    const again = job.periodicInterval ? `, every ${duration(job.periodicInterval)}` : "";
    return `${words}${job.demoted ? ", demoted" : ""}${again}`;
}

/** Bytes done, and of how many: an app's own progress counts where it speaks of the same total. */
export function progressOf(job) {
    let done = job.transferredDown ?? 0;
    let total = job.estimatedDown ?? 0;
    if (done <= 0 && (job.transferredUp ?? 0) > 0) {
        done = job.transferredUp;
        total = job.estimatedUp ?? 0;
    }
    if (total > 0 && job.progressMaximum === total) done = Math.max(done, job.progressValue ?? 0);
    if (total > 0) return { done: Math.min(done, total), total, ofBytes: true };
    if (job.progressMaximum > 0) return { done: Math.min(job.progressValue, job.progressMaximum), total: job.progressMaximum, ofBytes: false };
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
        if (job.state === "pending" && !job.held && job.earliest > now && (!next || job.earliest < next.earliest)) next = job;
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
    if (counts.needs > 0) parts.push(counts.needs === 1 ? "1 needs you" : `${counts.needs.toLocaleString("en")} need you`);
    if (counts.running > 0) parts.push(`${counts.running.toLocaleString("en")} running`);
    if (counts.waiting > 0) {
        const sorted = [...whys].sort((a, b) => b[1] - a[1]);
        const most = sorted.length > 4 ? 3 : 4;
        const named = sorted.slice(0, most).map(([why, count]) => (sorted.length === 1 ? why : `${count.toLocaleString("en")} ${why}`));
        const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
        if (rest > 0) named.push(`${rest.toLocaleString("en")} for other reasons`);
        parts.push(`${counts.waiting.toLocaleString("en")} waiting`);
        why = sorted.length === 1 && counts.waiting > 1 ? `all ${named[0]}` : named.join(", ");
    }
    const next = nextStart(jobs, now);
    return { says: `${capital(parts.join(", "))}${why ? ":" : "."}`, why: why ? `${why}.` : "", next: next ? `Next: ${when(next.earliest, now)}, ${jobName(next)}.` : "" };
}

export function networkName(transport) {
    return { wifi: "Wi-Fi", ethernet: "Ethernet", vpn: "VPN" }[transport] ?? transport;
}

/** "On battery, 14 % · metered ethernet": what most waits hang on. */
export function deviceWords(value) {
    const words = [];
    const battery = value("battery");
    if (value("charging") === "true" || (value("charging") === "auto" && value("plugged") === "true")) words.push("Plugged in");
    else if (value("plugged") === "true") words.push("Plugged in, not charging");
    else if (value("plugged") !== undefined) words.push(`On battery${battery !== undefined ? `, ${battery} %` : ""}`);
    if (value("battery_saver") === "true") words.push("battery saver on");
    const transport = value("network.transport");
    if (value("network") === "none" || value("network.internet") === "false") words.push("no network");
    else if (transport !== undefined) {
        const kind = networkName(transport);
        words.push(value("network.metered") === "true" ? `${kind}, metered` : `${kind}, unmetered`);
    }
    if (value("screen") === "off") words.push("screen off");
    if (/idle$/.test(value("doze") ?? "")) words.push("resting");
    if (value("data_saver") === "true") words.push("Data Saver on");
    return words;
}

const buckets = {
    exempted: ["No limits", "limits do not apply to it"],
    active: ["In use", "the most background time"],
    working_set: ["Used daily", "plenty of background time"],
    frequent: ["Used often", "some background time"],
    rare: ["Rarely used", "little background time"],
    restricted: ["Restricted", "next to no background time"],
    never: ["Never opened", "no background time until you open it"],
};
const bucketReasons = {
    default: "as every new app", timeout: "because of how long ago you used it", usage: "because of how you use it",
    forced_by_user: "you chose so", predicted: "as its use is foreseen", forced_by_system: "it misused its time",
};

/** {name: "Rarely used", means: "little background time", because: "you chose so"} */
export function bucketWords(app) {
    const [name, means] = buckets[app.bucket] ?? [app.bucket, ""];
    return { name, means, because: bucketReasons[app.bucketReason] ?? app.bucketReason };
}

const cuts = {
    standby: "it has not been used for a while", doze: "the computer rests", battery_saver: "battery saver is on",
    data_saver: "Data Saver is on", background: "you restricted it", guard: "its condition does not hold",
};

export function networkWords(app) {
    return app.networkAllowed ? "Network open" : `Network cut: ${cuts[app.networkBecause] ?? plainDetail(app.networkBecause ?? "")}`;
}

/** {used, allowed, says, returns}: of a quota; `allowed` null: no limit. */
export function quotaWords(quota, now) {
    if (quota.allowed === null) return { part: 0, says: "no limit", returns: "" };
    const says = `${duration(quota.used)} of ${duration(quota.allowed)} in ${windowWords(quota.window)}`;
    const part = quota.allowed > 0 ? Math.min(1, quota.used / quota.allowed) : 1;
    const back = quota.comesBack.find((each) => each.length >= 1000); // a blink is no news
    let returns = "";
    if (quota.returns > now) returns = `Used up; goes on ${atWhen(quota.returns, now)}`;
    else if (back) returns = `${duration(back.length)} come back ${atWhen(back.when, now)}`;
    else if (quota.free) returns = "not counted just now";
    return { part, says, returns };
}

function windowWords(length) {
    return length === 86400000 ? "24 h" : duration(length);
}

/** What became of pausing and the like, for a screen reader: only changes of state are told. */
export function changeWords(before, after) {
    const name = jobName(after);
    if (after.state === "finished") return `${name}: ${endWords(after)}`;
    if (!before || before.state === after.state && before.held === after.held) return "";
    if (after.held) return `${name} is paused`;
    return after.state === "running" ? `${name} is running` : `${name}: ${waitWords(after).short}`;
}

/** "from 10:02 to 10:14" */
export function span(from, to) {
    return `${clock(from)} to ${clock(to)}`;
}

export { counted };

/** "for power": a reason inside a sentence about one job. */
export function reasonPhrase(name) {
    return (reasons[name]?.many ?? `for ${name.toLowerCase().replaceAll("_", " ")}`).replace("their app", "its app").replace("their time", "its time").replace("their deadline", "its deadline");
}
