// Messages that wait for an app, and the line that brings them from elsewhere (push.md §5): how many, of which urgency,
// and when. What holds them, what helps, and what the line does are the daemon's own sentences. Pure.
import { ago, ahead, capital, counted, listed, plain, when } from "./words.js";

const urgencies = ["high", "normal", "low", "very_low"]; // the most urgent first

/** "in 4 min", "4 min ago". */
export function distance(time, now) {
    return time > now ? ahead(time, now) : ago(time, now);
}

/** "3 waiting: 1 high, 2 normal. The device dozes. The next passes in 4 min (14:05)"; empty: none waits. */
export function waitingWords(messages, now) {
    if (messages.length === 0) return "";
    const count = (urgency) => messages.filter((message) => message.priority === urgency).length;
    const counts = urgencies.filter(count).map((urgency) => `${count(urgency)} ${plain(urgency)}`);
    const held = [...new Set(messages.flatMap((message) => message.holds.slice(0, 1).map((hold) => hold.detail)))];
    const next = Math.min(...messages.map((message) => message.passes ?? Infinity));
    const passes = messages.length > 1 ? "The next passes" : "It passes";
    return [
        `${messages.length} waiting: ${counts.join(", ")}`,
        capital(held.join("; ")),
        Number.isFinite(next) ? `${passes} ${ahead(next, now)} (${when(next, now)})` : "",
    ]
        .filter(Boolean)
        .join(". ");
}

/** Urgent ones that it was given; an app that shows nothing for them loses the right (limits.md §8.5). */
function urgentWords(fared, now) {
    if (fared?.downgraded) {
        const until = Number.isFinite(fared.until) ? ` until ${when(fared.until, now)}` : "";
        return `Urgent ones are treated as ordinary${until}: it showed too few`;
    }
    if (!(fared?.delivered > 0)) return "";
    const unjudged = fared.unjudged > 0 ? `, ${fared.unjudged} not judged` : "";
    return `${fared.delivered} urgent, ${fared.shown} shown${unjudged}`;
}

/** An app's row; empty: it has no push, and its card says nothing of it. */
export function appWords(fared, messages, registrations, now) {
    const words = [waitingWords(messages, now), urgentWords(fared, now)].filter(Boolean).join(". ");
    return words || (registrations.length > 0 ? "none waiting" : "");
}

/** "2 messages and 1 registration" */
export function listWords(messages, registrations) {
    return listed(
        [
            messages.length > 0 ? counted(messages.length, "message") : "",
            registrations.length > 0 ? counted(registrations.length, "registration") : "",
        ].filter(Boolean),
    );
}

/** A sentence of the daemon's, with its time in words. */
export function sentenceWords({ before, time, as, after }, now) {
    if (time === null) return capital(before + after);
    return capital(before + (as === "moment" ? when(time, now) : distance(time, now)) + after);
}
