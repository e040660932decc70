// Day: what this computer did behind one's back, from the durable history: totals, then the picture, then bytes.
import { get } from "../ask.js";
import { bytesOver, endOfRun, endedWell, isTrue, lengthOf, momentOf, packageOf, totalsByApp } from "../day_model.js";
import { cell, h, setText, table } from "../dom.js";
import { networkName } from "../app_words.js";
import { runningNow } from "../sentences.js";
import { bytes, capital, clock as hour, counted, dayAndTime, duration, listed } from "../words.js";
import { BytesChart } from "./bytes_chart.js";
import { Lanes } from "./lanes.js";

const MINUTE = 60000,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR;
const lengths = [
    ["hour", "1 hour", HOUR, 5 * MINUTE],
    ["day", "24 hours", DAY, HOUR / 2],
    ["week", "7 days", 7 * DAY, 3 * HOUR],
];

function endText(run) {
    if (!run.ended) return "still runs";
    return endedWell(run) ? (run.outcome && run.outcome !== "done" ? run.outcome : "done") : run.outcome || "stopped";
}

function some(count) {
    return count > 0 ? bytes(count) : "–";
}

/** A moment in a sentence or three. @param {any} day @param {(name: string) => string} label */
export function momentWords(day, time, label) {
    const { states, running, waiting } = momentOf(day, time);
    const device = [];
    if (states.stintd && states.stintd !== "up")
        return { device: "Stint was not running: nothing is known.", ran: "", waited: "" };
    const known = (key) => key in states && states[key] !== "unknown";
    if (known("charging"))
        device.push(
            isTrue(states.charging) || states.charging === "auto"
                ? "charging"
                : `on battery${states.battery ? `, ${states.battery} %` : ""}`,
        );
    if (known("screen")) device.push(`screen ${states.screen}`);
    if (known("network"))
        device.push(
            states.network === "none"
                ? "no network"
                : `${isTrue(states.metered) ? "metered" : "unmetered"} ${networkName(states.network)}`,
        );
    if (/maintenance/i.test(states.doze ?? "")) device.push("a window of Doze");
    else if (/idle/i.test(states.doze ?? "")) device.push("resting (Doze)");
    if (isTrue(states.sleeping)) device.push("asleep");
    const names = (runs) => {
        const all = [...new Set(runs.map((run) => `${run.label || run.key} (${label(packageOf(run.key))})`))];
        return all.length > 4 ? `${all.slice(0, 4).join(", ")} and ${all.length - 4} more` : listed(all);
    };
    const ran = running.length > 0 ? `Running: ${names(running)}.` : "Nothing ran.";
    const waited = waiting
        .slice(0, 4)
        .map(({ run, wants }) => `${run.label || run.key} waited for ${listed(wants)}`);
    const rest = waiting.length > 4 ? `; ${waiting.length - 4} more waited` : "";
    return {
        device: capital(device.join(", ")),
        ran,
        waited: waited.length > 0 ? `${capital(waited.join("; "))}${rest}.` : "",
    };
}

export function mount(root, page) {
    const { store, clock } = page;
    const label = (name) => store.label(name);
    const says = h("h1.headline", {}, "The last 24 hours");
    const about = h("p.next", {}, "…");
    const runs = h("p.next");
    const range = h("span.range");
    const zoom = lengths.map(([id, text]) =>
        h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(id) }, text),
    );
    const earlier = h("button.button.slim", { type: "button", onclick: () => move(-1) }, "← Earlier");
    const later = h("button.button.slim", { type: "button", onclick: () => move(1) }, "Later →");
    const totals = h("section.card.scrolls");
    const moment = h("p.moment-when");
    const device = h("p.moment-device");
    const ran = h("p.moment-ran");
    const waited = h("p.moment-waited");
    const lanes = new Lanes({
        label,
        say: (time) => {
            const words = momentWords(day, time, label);
            return [dayAndTime(time), words.device, words.ran, words.waited].filter(Boolean).join(". ");
        },
        chosen: (time) => {
            const words = momentWords(day, time, label);
            setText(moment, dayAndTime(time));
            setText(device, words.device);
            setText(ran, words.ran);
            setText(waited, words.waited);
        },
    });
    const chart = new BytesChart();
    const legend = h(
        "ul.legend",
        {},
        ...[
            ["run", "ran"],
            ["wait", "waited"],
            ["run-cut", "stopped or failed"],
            ["state-metered", "metered network"],
            ["state-lit", "charging"],
            ["state-window", "a window of Doze"],
        ].map(([look, text]) => h("li", {}, h(`i.${look}`, { "aria-hidden": "true" }), text)),
    );
    const picture = h(
        "section.card.picture",
        {},
        h("h2", {}, "What happened when"),
        h("div.moment", {}, moment, device, ran, waited),
        lanes.element,
        legend,
    );
    const moved = h(
        "section.card",
        {},
        h("h2", {}, "Data moved"),
        h(
            "p.muted.key",
            {},
            h("i.run", { "aria-hidden": "true" }),
            "unmetered ",
            h("i.metered-bar", { "aria-hidden": "true" }),
            "metered",
        ),
        chart.element,
    );
    root.append(
        h("header.head", {}, says, about, runs),
        h(
            "div.ranges",
            {},
            h("div.zoom", { role: "group", "aria-label": "How much of the past" }, ...zoom),
            earlier,
            later,
            range,
        ),
        totals,
        picture,
        moved,
    );

    let day = { from: 0, to: 1, runs: [], device: [] };
    let length = lengths.find(([id]) => id === "day");
    let end = null; // null: up to now
    let asks = new AbortController();

    function choose(id) {
        length = lengths.find(([each]) => each === id);
        load();
    }

    function move(way) {
        const now = clock.now();
        end = (end ?? now) + way * (length[2] / 2);
        if (end >= now) end = null;
        load();
    }

    async function load() {
        asks.abort();
        asks = new AbortController();
        const { signal } = asks;
        zoom.forEach((button, i) => button.setAttribute("aria-pressed", String(lengths[i] === length)));
        later.disabled = end === null;
        const to = end ?? clock.now();
        try {
            const told = await get(`/api/day?from=${to - length[2]}&to=${to}`, signal);
            const first = day.to === 1;
            const atEnd = lanes.time >= day.to - 1 || first;
            day = told;
            show(atEnd ? day.to : lanes.time);
        } catch (error) {
            if (!signal.aborted)
                setText(
                    about,
                    error.message === "Failed to fetch" ? "The Task Manager does not answer." : error.message,
                );
        }
    }

    function show(time) {
        const sums = totalsByApp(day);
        const runs = sums.reduce((sum, each) => sum + each.runs, 0);
        const moved = sums.reduce((sum, each) => sum + each.down + each.up, 0);
        const metered = sums.reduce((sum, each) => sum + each.metered, 0);
        const unplugged = lengthOf(day, "charging", (value) => value === "false" || value === "no");
        setText(
            says,
            runs === 0
                ? "Nothing ran in this time."
                : `${counted(runs, "run")} of ${counted(sums.filter((each) => each.runs > 0).length, "app")}, ${bytes(moved)} moved.`,
        );
        setText(
            about,
            [
                metered > 0 ? `${bytes(metered)} of it on metered networks` : "Nothing on metered networks",
                unplugged > 0 ? `${duration(unplugged)} on battery` : "",
            ]
                .filter(Boolean)
                .join("; ") + ".",
        );
        setText(range, `${dayAndTime(day.from)} to ${end === null ? "now" : dayAndTime(day.to)}`);
        drawTotals(sums);
        lanes.show(day, time);
        chart
            .show(bytesOver(day, length[3]), { step: length[3], from: day.from, to: day.to })
            .catch(() =>
                chart.element.replaceChildren(
                    h("p.muted", {}, "The chart could not be loaded; the table above has its numbers."),
                ),
            );
    }

    function drawTotals(sums) {
        if (sums.length === 0)
            return totals.replaceChildren(h("p.muted", {}, "No job has run or waited in this time."));
        const open = totals.querySelector("details")?.open ?? false;
        const columns = ["App", "Runs", "Ran for", "Received", "Sent", "Metered", "Longest wait"];
        const number = (column, text) => {
            const made = cell(column, text);
            made.classList.add("number");
            return made;
        };
        const rows = sums.map((sum) =>
            h(
                "tr",
                {},
                cell("App", h("strong", {}, label(sum.package))),
                number("Runs", String(sum.runs)),
                number("Ran for", duration(sum.ran)),
                number("Received", some(sum.down)),
                number("Sent", some(sum.up)),
                number("Metered", some(sum.metered)),
                cell("Longest wait", sum.waited > 0 ? `${duration(sum.waited)}, for ${sum.waitedFor}` : "–"),
            ),
        );
        const each = [...day.runs]
            .filter((run) => run.began)
            .sort((a, b) => b.began - a.began)
            .slice(0, 400);
        const long = length[0] === "week";
        const all = each.map((run) =>
            h(
                "tr",
                {},
                cell("Job", h("strong", {}, run.label || run.key), h("span.detail", {}, label(packageOf(run.key)))),
                cell("Began", long ? dayAndTime(run.began) : hour(run.began)),
                number("Ran for", duration(endOfRun(run, day) - run.began)),
                number("Received", some(run.transferredDown)),
                number("Sent", some(run.transferredUp)),
                cell("Ended", capital(endText(run))),
            ),
        );
        const details = h(
            "details",
            {},
            h("summary", {}, `Every run (${day.runs.filter((run) => run.began).length})`),
            table("Every run", ["Job", "Began", "Ran for", "Received", "Sent", "Ended"], all, ".stacks.all-runs"),
        );
        details.open = open;
        const head = table("What each app did", columns, rows, ".stacks.totals");
        totals.replaceChildren(h("h2", {}, "What each app did"), head, details);
    }

    load();
    const sayNow = () => setText(runs, runningNow(store.jobs.values()));
    sayNow();
    const offNow = store.on(["jobs"], sayNow);
    const off = store.on(["finished", "apps", "hello"], () => {
        if (end === null) load();
    });
    return {
        close() {
            off();
            offNow();
            asks.abort();
            lanes.close();
            chart.close();
        },
    };
}
