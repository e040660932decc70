// Device: every value that the scheduler sees, who said so, how old it is, and what reads it; what a person has set stands
// out, and can be ended. Then what the device's state holds back, and Doze.
import { resetDevice } from "../actions.js";
import { everySecond } from "../clock.js";
import { cell, doer, h, setText, table } from "../dom.js";
import { dozeWords } from "../doze_words.js";
import { deviceWords, networkName } from "../app_words.js";
import { sentenceWords } from "../message_words.js";
import { ago, ahead, capital, counted, plain } from "../words.js";

const groups = [
    ["Power", ["plugged", "charging", "battery", "battery_saver", "power_source"]],
    ["Network", ["network.", "data_saver"]],
    ["Screen and use", ["screen", "locked", "lid", "motion", "idle"]],
    ["Rest", ["doze", "sleeping"]],
    ["Load and storage", ["memory", "thermal", "storage."]],
];

const names = {
    plugged: "Plugged in",
    charging: "Charging",
    battery: "Battery",
    battery_saver: "Battery saver",
    screen: "Screen",
    locked: "Locked",
    lid: "Lid",
    motion: "Motion",
    doze: "Doze",
    sleeping: "Going to sleep",
    memory: "Memory",
    thermal: "Heat",
    data_saver: "Data Saver",
    "network.transport": "Network",
    "network.metered": "Metered",
    "network.roaming": "Roaming",
    "network.internet": "Leads to the internet",
    "network.validated": "Internet reachable",
    "network.down": "Speed down",
    "network.up": "Speed up",
    "storage.free": "Free space",
    "storage.total": "Disk size",
    notifications: "Notifications",
    power_source: "Power source",
};

function valueWords({ key, value }) {
    if (value === "true") return "yes";
    if (value === "false") return "no";
    if (key === "network.transport") return networkName(value);
    if (key === "doze" && value === "auto") return "by itself";
    if (key === "battery") return `${value} %`;
    if ((key === "network.down" || key === "network.up") && value === "0") return "unknown";
    return plain(value) === value || /[A-Z]/.test(value) ? value : plain(value);
}

function sourceWords(row) {
    if (row.source === "set") return "set by you";
    if (row.source === "embedded default") return "assumed: nothing tells it";
    return row.source;
}

function groupOf(key) {
    const found = groups.find(([, keys]) =>
        keys.some((each) => key === each || (each.endsWith(".") && key.startsWith(each))),
    );
    return found ? found[0] : "Other";
}

export function mount(root, page) {
    const { store, clock } = page;
    const says = h("h1.headline", {}, "Device");
    const about = h("p.next", {}, "Everything that Stint decides by: each value, where it comes from, and what depends on it.");
    const overrides = h("div");
    const rest = h("section.card.rest");
    const sentences = h("ul.windows");
    const line = h("section.card", { hidden: true }, h("h2", {}, "Line for messages"), sentences);
    const tables = h("section.card.scrolls", { "aria-label": "Every value" });
    const limits = h("section.card");
    const networks = h("section.card", { hidden: true });
    root.append(h("header.head", {}, says, about), overrides, h("div.device-top", {}, h("div.device-now", {}, rest, line), limits), tables, networks);
    let drawn = "";

    function ageOf(row, now) {
        return row.since ? ago(row.since, now) : "read when asked";
    }

    function endButton(row) {
        const label = `End the override of ${names[row.key] ?? row.key}`;
        return doer(".slim", "End", () => resetDevice([row.key]), { "aria-label": label });
    }

    function drawTables(values, now) {
        const all = new Map([...groups.map(([name]) => [name, []]), ["Other", []]]);
        for (const row of values) all.get(groupOf(row.key)).push(row);
        const columns = ["What", "Value", "Says who", "Since", "Decides"];
        const bodies = [...all]
            .filter(([, rows]) => rows.length > 0)
            .map(([name, rows]) =>
                h(
                    "tbody",
                    {},
                    h("tr.part", {}, h("th", { scope: "rowgroup", colspan: columns.length }, name)),
                    ...rows.map((row) => drawRow(row, now)),
                ),
            );
        const made = table("Every value", columns, [], ".stacks.device");
        made.lastElementChild.remove();
        made.append(...bodies);
        tables.replaceChildren(made);
    }

    function drawNetworks(rows) {
        networks.hidden = rows.length === 0;
        networks.replaceChildren(
            h("h2", {}, "Networks"),
            table(
                "Networks",
                ["Network", "Kind", "Metered", "Says who", "Use"],
                rows.map((row) =>
                    h(
                        "tr",
                        {},
                        cell(
                            "Network",
                            h("strong", {}, row.name),
                            row.ssid && row.ssid !== row.name ? h("span.detail", {}, row.ssid) : null,
                        ),
                        cell("Kind", networkName(row.transport) || "–"),
                        cell("Metered", row.metered ? "yes" : "no"),
                        cell("Says who", row.by || "–"),
                        cell(
                            "Use",
                            row.inUse ? "in use" : row.carries ? "carries it" : row.interface ? "–" : "not there",
                        ),
                    ),
                ),
                ".stacks",
            ),
        );
    }

    function drawRow(row, now) {
        return h(
            `tr${row.source === "set" ? ".set" : ""}`,
            {},
            cell("What", h("strong", {}, names[row.key] ?? row.key), " ", h("code", {}, row.key)),
            cell("Value", h("span.value", {}, valueWords(row))),
            cell(
                "Says who",
                row.source === "set" ? h("span.by-you", {}, "set by you ", endButton(row)) : sourceWords(row),
            ),
            cell("Since", h("span.age", { "data-since": row.since ?? "" }, ageOf(row, now))),
            cell("Decides", row.decides || "–"),
        );
    }

    function drawOverrides(values) {
        const set = values.filter((row) => row.source === "set");
        overrides.replaceChildren(
            ...(set.length === 0
                ? []
                : [
                      h(
                          "div.card.overrides-card",
                          {},
                          h(
                              "p",
                              {},
                              h(
                                  "strong",
                                  {},
                                  `${counted(set.length, "value")} ${set.length === 1 ? "is" : "are"} set by you, not read from this computer: `,
                              ),
                              set
                                  .map((row) => `${(names[row.key] ?? row.key).toLowerCase()} = ${valueWords(row)}`)
                                  .join(", "),
                          ),
                          doer("", "End all of them", () => resetDevice([])),
                      ),
                  ]),
        );
    }

    function drawRest(doze, now) {
        const words = dozeWords(doze, now);
        rest.replaceChildren(
            h("h2", {}, "Rest (Doze)"),
            h("p.rest-says", {}, words.says),
            ...(words.windows.length > 0
                ? [h("ul.windows", {}, ...words.windows.map((line) => h("li", {}, line)))]
                : []),
            h(
                "p.muted",
                {},
                "When nobody uses the computer, Stint gathers work into short windows, so that the computer can rest in between.",
            ),
        );
    }

    function drawLine(now) {
        line.hidden = store.line.length === 0;
        const words = store.line.map((sentence) => sentenceWords(sentence, now));
        while (sentences.children.length > words.length) sentences.lastElementChild.remove();
        while (sentences.children.length < words.length) sentences.append(h("li", {}));
        words.forEach((says, place) => setText(sentences.children[place], says));
    }

    function drawLimits(rows, now) {
        const shut = rows.filter((row) => !row.open);
        limits.replaceChildren(
            h("h2", {}, "Held back just now"),
            ...(shut.length === 0
                ? [
                      h("p", {}, "Nothing: the state of this computer holds back no kind of work."),
                      h("p.muted", {}, "A job may still wait for its own conditions; Now says which."),
                  ]
                : [
                      table(
                          "Held back just now",
                          ["Work", "Why", "What ends it"],
                          shut.map((row) =>
                              h(
                                  "tr",
                                  {},
                                  cell("Work", h("strong", {}, capital(row.work))),
                                  cell("Why", capital(row.detail ?? row.by ?? "")),
                                  cell(
                                      "What ends it",
                                      capital(row.clears ?? "time"),
                                      row.until > now ? h("span.detail", {}, ahead(row.until, now)) : null,
                                  ),
                              ),
                          ),
                          ".stacks",
                      ),
                      h("p.muted", {}, "This is how it is for an app in the background that has used none of its quota."),
                  ]),
        );
    }

    function refresh() {
        const device = store.topics.device;
        if (!device) return;
        const now = clock.now();
        const seen = JSON.stringify(device);
        if (seen !== drawn) {
            const focused = document.activeElement?.getAttribute("aria-label");
            drawn = seen;
            setText(
                says,
                `This computer: ${deviceWords((key) => store.device(key), device.doze)
                    .join("; ")
                    .replace(/^./, (letter) => letter.toLowerCase())}.`,
            );
            drawOverrides(device.values);
            drawTables(device.values, now);
            drawNetworks(device.networks ?? []);
            if (focused) root.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
        }
        drawRest(device.doze ?? {}, now);
        drawLine(now);
        drawLimits(device.limits ?? [], now);
        for (const age of tables.querySelectorAll(".age"))
            if (age.dataset.since) age.textContent = ago(Number(age.dataset.since), now);
    }

    refresh();
    const off = store.on(["device", "messages", "hello"], refresh);
    const stop = everySecond(refresh);
    return {
        close() {
            off();
            stop();
        },
    };
}
