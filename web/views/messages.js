// An app's messages that wait, each with what holds it, and the places at which it gets them (push.md §5): what
// `stint push messages` and `stint push apps` print. Drawn anew where the rows are others; times go on by themselves.
import { cell, h, setText, table } from "../dom.js";
import { distance, listWords } from "../message_words.js";
import { capital, plain } from "../words.js";

const MOST = 200; // rows of one app: more are counted

/** `update(messages, registrations, now)` says them again, while it is open. */
export function makeMessages() {
    const summary = h("summary", {});
    const place = h("div.messages-all");
    const element = h("details.app-messages", { hidden: true }, summary, place);
    let told = [[], []];
    let drawn = "";
    let times = [];

    function timed(time, words = distance) {
        const says = h("span", {});
        times.push((now) => setText(says, words(time, now)));
        return says;
    }

    function holdLines({ detail, clears }) {
        return h("div.hold", {}, h("strong", {}, capital(detail)), h("span.detail", {}, capital(clears)));
    }

    function messageRow(message) {
        return h(
            "tr",
            {},
            cell(
                "Priority",
                h("strong", {}, capital(plain(message.priority))),
                message.topic ? h("span.detail", {}, `topic ${message.topic}`) : null,
            ),
            cell("Came", timed(message.arrived)),
            cell("Held by", message.holds.length > 0 ? h("div", {}, ...message.holds.map(holdLines)) : "–"),
            cell("Passes", message.passes === null ? "when that is lifted" : timed(message.passes)),
            cell("Runs out", timed(message.runsOut)),
        );
    }

    function registrationRow(registration) {
        return h(
            "tr",
            {},
            cell("Posted to", h("code", {}, registration.postedTo)),
            cell("Made", timed(registration.made)),
            cell("Last message", registration.last === null ? "–" : timed(registration.last)),
            cell("Waiting", String(registration.waiting)),
            cell("Fetched now", registration.fetchedNow || "nothing"),
            cell("Urgent shown", registration.urgentShown),
        );
    }

    function part(title, columns, rows, row) {
        if (rows.length === 0) return [];
        const more = rows.length > MOST ? h("p.muted", {}, `The first ${MOST} of ${rows.length}.`) : null;
        return [h("h3", {}, title), more, table(title, columns, rows.slice(0, MOST).map(row), ".stacks")].filter(Boolean);
    }

    function draw() {
        times = [];
        const [messages, registrations] = told;
        place.replaceChildren(
            ...part("Messages that wait", ["Priority", "Came", "Held by", "Passes", "Runs out"], messages, messageRow),
            ...part(
                "Registrations",
                ["Posted to", "Made", "Last message", "Waiting", "Fetched now", "Urgent shown"],
                registrations,
                registrationRow,
            ),
        );
    }

    function refresh(now) {
        if (!element.open) return;
        const seen = JSON.stringify(told);
        if (seen !== drawn) draw();
        drawn = seen;
        times.forEach((say) => say(now));
    }

    return {
        element,
        refresh,
        update(messages, registrations, now) {
            told = [messages, registrations];
            element.hidden = messages.length + registrations.length === 0;
            setText(summary, capital(listWords(messages, registrations)));
            refresh(now);
        },
    };
}
