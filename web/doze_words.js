// Doze in a person's words: whether the computer rests, and its windows to come (limits.md §6). Pure.
import { ahead, when } from "./words.js";

const deeps = {
    ACTIVE: "The computer is in use: nothing rests.",
    INACTIVE: "Nobody has used the computer for a while; it may begin to rest.",
    IDLE_PENDING: "Nobody uses the computer; it is about to rest.",
    SENSING: "Nobody uses the computer; it is about to rest.",
    LOCATING: "Nobody uses the computer; it is about to rest.",
    IDLE: "The computer rests deeply: work waits for the next window.",
    IDLE_MAINTENANCE: "A window is open: work that waited runs now.",
    QUICK_DOZE_DELAY: "The computer is about to rest.",
};

const lights = {
    IDLE: "The computer rests lightly: work waits for the next window.",
    WAITING_FOR_NETWORK: "A window is due as soon as there is a network.",
    IDLE_MAINTENANCE: "A short window is open: work that waited runs now.",
};

function at(time, now) {
    return `${when(time, now)} (${ahead(time, now)})`;
}

/** {says, windows: what is to come, with its times} */
export function dozeWords(doze, now) {
    const deep = (doze.deep ?? "active").toUpperCase();
    const light = (doze.light ?? "active").toUpperCase();
    const says =
        (deep === "ACTIVE" || deep === "INACTIVE") && light in lights
            ? lights[light]
            : (deeps[deep] ?? `The computer is in ${deep}.`);
    const windows = [];
    if (doze.lightUntil > now && light === "IDLE") windows.push(`Next short window: ${at(doze.lightUntil, now)}`);
    if (doze.lightUntil > now && light === "IDLE_MAINTENANCE")
        windows.push(`The short window closes: ${at(doze.lightUntil, now)}`);
    if (doze.deepUntil > now && deep === "IDLE") windows.push(`Next window: ${at(doze.deepUntil, now)}`);
    if (doze.deepUntil > now && deep === "IDLE_MAINTENANCE")
        windows.push(`The window closes: ${at(doze.deepUntil, now)}`);
    if (doze.deepUntil > now && deep !== "IDLE" && deep !== "IDLE_MAINTENANCE")
        windows.push(`Next step towards rest: ${at(doze.deepUntil, now)}`);
    if (doze.nextAlarmClock > now) windows.push(`It wakes for an alarm clock: ${at(doze.nextAlarmClock, now)}`);
    if (doze.force) windows.push(`Held like this by a person (${doze.force})`);
    return { says, windows };
}
