// How the computer and an app stand, in a person's words: power, network, buckets, quotas (limits.md §2, §3, §8). Pure.
import { atWhen, duration } from "./words.js";

export function networkName(transport) {
    return { wifi: "Wi-Fi", ethernet: "Ethernet", vpn: "VPN" }[transport] ?? transport;
}

/** "On battery, 14 % · metered ethernet": what most waits hang on. */
export function deviceWords(value, doze = {}) {
    const words = [];
    const battery = value("battery");
    if (value("charging") === "true" || (value("charging") === "auto" && value("plugged") === "true"))
        words.push("Plugged in");
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
    if (/^idle$/i.test(doze.deep ?? "")) words.push("resting");
    if (value("data_saver") === "true") words.push("Data Saver on");
    return words;
}

const bucketReasons = {
    default: "like every new app",
    timeout: "because of how long ago you used it",
    usage: "because of how you use it",
    forced_by_user: "you chose so",
    predicted: "because you are likely to use it",
    forced_by_system: "it misused its time",
};

/** False: it is known by its registrations alone, and Stint limits nothing of it (push.md §4.3). */
export const isLimited = (app) => app.builtIn || app.manifest !== "";

/** {name: "Rarely used", means: "little background time", because: "you chose so"} */
export function bucketWords(app) {
    if (!isLimited(app)) return { name: "Not limited", means: "it has no manifest", because: "others start it" };
    return { name: app.standing, means: app.standingMeans, because: bucketReasons[app.bucketReason] ?? app.bucketReason };
}

const cuts = {
    standby: "it has not been used for a while",
    doze: "the computer rests",
    battery_saver: "battery saver is on",
    data_saver: "Data Saver is on",
    background: "you restricted it",
    guard: "its condition does not hold",
};

export function networkWords(app) {
    return app.networkAllowed || !isLimited(app)
        ? "Network open"
        : `Network cut: ${cuts[app.networkBecause] ?? app.networkBecause ?? ""}`;
}

/** {used, allowed, says, returns}: of a quota; `allowed` null: no limit. */
export function quotaWords(quota, now) {
    if (quota.allowed === null) return { part: 0, says: "no limit", returns: "" };
    const says = `${duration(quota.used)} of ${duration(quota.allowed)} in ${windowWords(quota.window)}`;
    const part = quota.allowed > 0 ? Math.min(1, quota.used / quota.allowed) : 1;
    const back = quota.comesBack.find((each) => each.length >= 1000 && each.when > now); // a blink is no news
    let returns = "";
    if (quota.returns > now) returns = `Used up; available again ${atWhen(quota.returns, now)}`;
    else if (back) returns = `${duration(back.length)} come back ${atWhen(back.when, now)}`;
    else if (quota.free) returns = "not counted just now";
    return { part, says, returns };
}

function windowWords(length) {
    return length === 86400000 ? "24 h" : duration(length);
}
