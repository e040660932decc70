// What a job waits for, in a person's words. One table says of each reason (jobs.md §9.1) what it is called; the scheduler's
// own words stand beside it wherever there is room. Pure.
import { capital, listed } from "./words.js";

/**
 * short: what a row says; many: "3 waiting: 2 for power"; clear: the one thing to do, where the gate does not say it better.
 * @type {Record<string, {short: string, many: string, clear?: string}>}
 */
const reasons = {
    CONSTRAINT_CHARGING: { short: "Waits for power", many: "for power", clear: "Plug in the charger" },
    CONSTRAINT_BATTERY_NOT_LOW: {
        short: "Waits for a fuller battery",
        many: "for a fuller battery",
        clear: "Plug in the charger",
    },
    CONSTRAINT_CONNECTIVITY: { short: "Waits for a network", many: "for a network", clear: "Join a network" },
    CONSTRAINT_DEVICE_IDLE: {
        short: "Waits until nobody uses this computer",
        many: "until nobody uses this computer",
        clear: "Leave the computer alone for a while",
    },
    CONSTRAINT_STORAGE_NOT_LOW: {
        short: "Waits for disk space",
        many: "for disk space",
        clear: "Free some disk space",
    },
    CONSTRAINT_MINIMUM_LATENCY: { short: "Waits for its time", many: "until their time" },
    CONSTRAINT_CONTENT_TRIGGER: { short: "Waits for a file to change", many: "for a file to change" },
    CONSTRAINT_PREFETCH: {
        short: "Waits until its app is about to be used",
        many: "until their app is about to be used",
        clear: "Open the app",
    },
    CONSTRAINT_DEADLINE: { short: "Waits for its deadline", many: "for their deadline" },
    QUOTA: {
        short: "Its app has used up its time",
        many: "for their app to get time again",
        clear: "Use the app, or plug in",
    },
    APP_STANDBY: { short: "Its app is used too rarely", many: "until their app is used", clear: "Open the app" },
    APP: { short: "Its app cannot run it now", many: "for their app" },
    BACKGROUND_RESTRICTION: {
        short: "Its app may not work in the background",
        many: "because their app is restricted",
        clear: "Allow the app under Apps",
    },
    DEVICE_STATE: { short: "Waits for the computer", many: "for the computer to have room" },
    JOB_SCHEDULER_OPTIMIZATION: { short: "Waits to run together with others", many: "to run together with others" },
    USER: { short: "Paused", many: "held by a person", clear: "Resume it" },
    UNDEFINED: {
        short: "Set aside: its record is damaged",
        many: "set aside",
        clear: "Cancel it, and ask for it again",
    },
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

const UNMETERED = {
    short: "Waits for an unmetered network",
    many: "for an unmetered network",
    clear: "Join an unmetered network",
};

const lacks = {
    NOT_METERED: "is metered",
    NOT_ROAMING: "is roaming",
    VALIDATED: "does not reach the internet",
    INTERNET: "does not reach the internet",
    NOT_VPN: "is a VPN",
    TRUSTED: "is not trusted",
};

/** What the log says without the names of reasons, which stand beside it. */
export function withoutCodes(text) {
    return text
        .replace(/ \([A-Z_]{4,}\)/g, "")
        .split("; ")
        .map(plainDetail)
        .filter(Boolean)
        .join("; ");
}

/** The scheduler's detail without its terms of art: "the network (ETHERNET) lacks NOT_METERED". */
export function plainDetail(detail) {
    const lacking = /^the network \(.*\) lacks (.*)$/.exec(detail);
    if (lacking) {
        const what = lacking[1]
            .split(", ")
            .map((name) => lacks[name] ?? `has no ${name.toLowerCase().replaceAll("_", " ")}`);
        return `this network ${listed(what)}`;
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
    if (name === "USER" && detail === "the session has just begun")
        return { ...row, ...gates.boot, many: "for the session to settle" };
    if (name === "CONSTRAINT_MINIMUM_LATENCY" && detail === "a person set its time") return { ...row, ...gates.time };
    if (name === "CONSTRAINT_MINIMUM_LATENCY" && detail.startsWith("rests"))
        return { ...row, ...gates["back-off"], many: "to try again" };
    if (name === "DEVICE_STATE" && detail.startsWith("the device dozes"))
        return { ...row, ...gates.doze, many: "because the computer rests" };
    if (name === "DEVICE_STATE" && detail === "battery saver is on")
        return { ...row, ...gates.saver, many: "because battery saver is on" };
    if (name === "DEVICE_STATE" && /as may|free slots/.test(detail))
        return { ...row, ...gates.slots, many: "for their turn" };
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

/** "for power": a reason inside a sentence about one job. */
export function reasonPhrase(name) {
    return (reasons[name]?.many ?? `for ${name.toLowerCase().replaceAll("_", " ")}`)
        .replace("their app", "its app")
        .replace("their time", "its time")
        .replace("their deadline", "its deadline");
}
