// The view "What if": a job's conditions changed by check boxes, and the forecast that the scheduler's own core gives
// for it, on a copy of the present. Nothing here changes anything.
import { post } from "../ask.js";
import { follow, h, setText, table } from "../dom.js";
import { groupOf, jobName } from "../sentences.js";
import { waitWords } from "../waits.js";
import { capital } from "../words.js";
import { blockerRow } from "./blocker_row.js";

/** Each box, what it changes, and how one knows that it is so already. Of those with one key, one at most is checked. */
const boxes = [
    [
        "Power",
        [
            ["You unplug", "charging", "no", (value) => value("charging") === "false"],
            ["You plug in", "charging", "yes", (value) => value("charging") === "true"],
            ["The battery is at 10 %", "battery", "10", () => false],
            ["Battery saver is on", "battery_saver", "yes", (value) => value("battery_saver") === "true"],
        ],
    ],
    [
        "Network",
        [
            ["The network is metered", "network.metered", "yes", (value) => value("network.metered") === "true"],
            ["The network is unmetered", "network.metered", "no", (value) => value("network.metered") === "false"],
            ["There is no network", "network", "none", (value) => value("network") === "none"],
        ],
    ],
    [
        "Use",
        [
            ["Nobody uses it (Doze)", "doze", "idle", () => false],
            ["The screen is off", "screen", "off", (value) => value("screen") === "off"],
        ],
    ],
    [
        "The app",
        [
            ["It is rarely used", "bucket", "rare", (value, app) => app?.bucket === "rare"],
            ["It is restricted", "bucket", "restricted", (value, app) => app?.bucket === "restricted"],
            ["It is in use", "bucket", "active", (value, app) => app?.bucket === "active"],
        ],
    ],
];

export function mount(root, page, own) {
    const { store, clock } = page;
    const choice = h("select", { id: "which" });
    const says = h("p.forecast-says", { "aria-live": "polite" });
    const asNow = h("p.muted");
    const whys = h("div");
    const inputs = [];
    const none = h("p.empty", { hidden: true }, "Nothing waits or runs now, so there is nothing to ask about.");
    const fields = boxes.map(([title, rows]) =>
        h(
            "fieldset",
            {},
            h("legend", {}, title),
            ...rows.map(([text, key, value, holds]) => {
                const note = h("span.as-now", {});
                const input = h("input", { type: "checkbox" });
                inputs.push({ input, key, value, holds, note });
                return h("label.check", {}, input, h("span", {}, text, note));
            }),
        ),
    );
    const clear = h("button.quiet", { type: "button", hidden: true }, "Clear all");
    const body = h(
        "div.what-if",
        {},
        h(
            "div.card.ask",
            {},
            h("label.choice", { for: "which" }, "The job"),
            choice,
            h("div.checks", {}, ...fields),
            clear,
        ),
        h("section.card.forecast", { "aria-label": "The forecast" }, h("h2", {}, "Then"), says, asNow, whys),
    );
    root.append(
        h(
            "header.head",
            {},
            h("h1.headline", {}, "What if…"),
            h(
                "p.next",
                {},
                "Check the changes you have in mind, and see what they would do to a job. Asking changes nothing.",
            ),
        ),
        none,
        body,
    );

    let job = null;
    let wanted = own;
    let asking = new AbortController();
    let present = null;

    async function ask() {
        clear.hidden = !inputs.some(({ input }) => input.checked);
        if (!job) return;
        asking.abort();
        asking = new AbortController();
        const { signal } = asking;
        const changes = Object.fromEntries(
            inputs.filter(({ input }) => input.checked).map(({ key, value }) => [key, value]),
        );
        try {
            const { forecast } = await post("/api/what-if", { job: job.key, changes }, signal);
            if (Object.keys(changes).length === 0) present = forecast;
            show(forecast, Object.keys(changes).length > 0);
        } catch (error) {
            if (signal.aborted) return;
            setText(says, error.message === "Failed to fetch" ? "The Task Manager does not answer." : error.message);
            setText(asNow, "");
            whys.replaceChildren();
        }
    }

    function show(forecast, changed) {
        const now = clock.now();
        setText(says, capital(forecast.says));
        setText(asNow, changed && present ? `${capital(present.says)}.` : "As things are now.");
        const rows = (forecast.blockers ?? []).map((blocker) => blockerRow(blocker, now));
        whys.replaceChildren(
            ...(rows.length > 0
                ? [table("What keeps it from running then", ["What keeps it", "What ends it"], rows, ".why")]
                : []),
        );
    }

    for (const box of inputs)
        box.input.addEventListener("change", () => {
            for (const other of inputs) if (other !== box && other.key === box.key) other.input.checked = false;
            ask();
        });
    clear.addEventListener("click", () => {
        for (const { input } of inputs) input.checked = false;
        ask();
        inputs[0].input.focus();
    });
    choice.addEventListener("change", () => {
        location.hash = `#/what-if/${choice.value.split("/").map(encodeURIComponent).join("/")}`;
    });

    function refresh() {
        const jobs = [...store.jobs.values()]
            .sort((a, b) => (groupOf(a) === "running") - (groupOf(b) === "running") || a.enqueued - b.enqueued)
            .slice(0, 500);
        none.hidden = jobs.length > 0 || !("jobs" in store.topics || store.complete);
        body.hidden = jobs.length === 0;
        follow(
            choice,
            jobs,
            (each) => each.key,
            (each) => {
                const option = h("option", { value: each.key });
                return {
                    element: option,
                    update: (now) =>
                        setText(
                            option,
                            `${jobName(now)} (${now.state === "running" ? "running" : waitWords(now).short.toLowerCase()})`,
                        ),
                };
            },
        );
        const before = job;
        job =
            store.jobs.get(wanted) ?? (wanted === "" ? jobs[0] : ((job && store.jobs.get(job.key)) ?? jobs[0])) ?? null;
        if (job) choice.value = job.key;
        const app = store.apps.find((each) => each.package === job?.package);
        for (const { holds, note } of inputs) setText(note, holds((key) => store.device(key), app) ? " (as now)" : "");
        if (job && (before?.key !== job.key || before?.state !== job.state || before?.waitsFor !== job.waitsFor)) ask();
    }

    refresh();
    const off = store.on(["jobs", "device", "apps", "hello"], refresh);
    return {
        route(key) {
            wanted = key;
            present = null;
            refresh();
        },
        close() {
            off();
            asking.abort();
        },
    };
}
