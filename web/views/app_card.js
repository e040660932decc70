// One app: its standing, its time, its network and what it has done, and what a person may choose for it.
import { battery, stopApp } from "../actions.js";
import { doer, h, isHeard, setText } from "../dom.js";
import { bucketWords, isLimited, networkWords, quotaWords } from "../app_words.js";
import { appWords } from "../message_words.js";
import { makeMessages } from "./messages.js";
import { makeWork } from "./work.js";
import { bytes, counted, dayAndTime, duration, when } from "../words.js";

const uses = [
    ["unrestricted", "Unrestricted"],
    ["optimized", "Optimised"],
    ["restricted", "Restricted"],
];

function quotaBar(name) {
    const bar = h("progress", { max: 1, "aria-label": name });
    const says = h("span.quota-says", {});
    const back = h("span.quota-back", {});
    const element = h("div.quota", {}, h("span.quota-name", {}, name, says), bar, back);
    return {
        element,
        update(quota, now) {
            const words = quotaWords(quota, now);
            bar.value = words.part;
            bar.classList.toggle("full", words.part >= 1);
            bar.hidden = quota.allowed === null;
            setText(says, words.says);
            setText(back, words.returns);
        },
    };
}

/** "12 runs, 34 min" of the last 24 hours. */
function doneWords(total) {
    return total ? `${counted(total.runs, "run")}, ${duration(total.ran)}` : "nothing";
}

/** Today's traffic, as the network counted it. @param {any} day */
function todayWords(day) {
    const sum = (day?.received ?? 0) + (day?.sent ?? 0);
    if (sum === 0) return "no data";
    const metered =
        day.metered >= sum
            ? ", all metered"
            : day.metered > 0
              ? `, ${bytes(day.metered)} of it metered`
              : ", none metered";
    const ways = [
        day.received > 0 ? `${bytes(day.received)} received` : "",
        day.sent > 0 ? `${bytes(day.sent)} sent` : "",
    ];
    return ways.filter(Boolean).join(", ") + metered;
}

/** The same of the runs of the last 24 hours, split by the network that they had. */
function movedWords(total) {
    if (!total || total.down + total.up === 0) return "no data";
    const parts = [];
    if (total.metered > 0) parts.push(`${bytes(total.metered)} metered`);
    if (total.unmetered > 0) parts.push(`${bytes(total.unmetered)} unmetered`);
    return parts.join(", ");
}

/** "2 set, next 14:00; 8 of 10 left in 24 h" */
function alarmWords(alarms, allotment, now) {
    const times = alarms.map((alarm) => alarm.earliest).filter(Boolean);
    const next = times.length > 0 ? `, next ${when(Math.min(...times), now)}` : alarms.length > 0 ? ", held" : "";
    const left = allotment?.allowed >= 0 ? allotment.allowed - allotment.used : null;
    const rest =
        left === null ? "" : `; ${Math.max(0, left)} of ${allotment.allowed} left in ${duration(allotment.window)}`;
    return `${alarms.length > 0 ? `${alarms.length} set${next}` : "none set"}${rest}`;
}

export function makeApp(page, first, totalOf) {
    const { store, clock } = page;
    const name = h("h2", {});
    const chip = h("span.chip", {});
    const stop = doer(".slim", "Stop…", () => stopApp(app.package, app.label || app.package, running()));
    const standing = h("strong", {});
    const means = h("span.muted", {});
    const network = h("dd", {});
    const ran = h("dd", {});
    const moved = h("dd", {});
    const today = h("dd", {});
    const alarms = h("dd", {});
    const wakes = h("dd", {});
    const messages = h("dd", {});
    const messagesName = h("dt", {}, "Messages");
    const pushed = makeMessages();
    pushed.element.addEventListener("toggle", () => pushed.refresh(clock.now()));
    const regular = quotaBar("Ordinary work");
    const expedited = quotaBar("Urgent work");
    const id = `battery-${first.package}`;
    const choice = h("select.does", { id, disabled: !isHeard() }, ...uses.map(([value, text]) => h("option", { value }, text)));
    const work = makeWork(page, first.package);
    const planned = h("details.app-work", { hidden: true }, h("summary", {}, "Work it has planned"), work.element);
    planned.addEventListener("toggle", () => planned.open && work.update());
    const facts = (...pairs) =>
        h("dl.app-facts", {}, ...pairs.flatMap(([term, value]) => [term instanceof Element ? term : h("dt", {}, term), value]));
    const chosen = h("p.choice", {}, h("label", { for: id }, "Battery use"), choice);
    const quotas = h("section", {}, h("h3", {}, "Background time"), regular.element, expedited.element);
    const element = h(
        "li.card.app",
        {},
        h("div.app-head", {}, name, chip, h("code", {}, first.package), stop),
        h(
            "div.app-parts",
            {},
            h(
                "section",
                {},
                h("h3", {}, "Standing"),
                h("p.standing", {}, standing, means),
                chosen,
            ),
            quotas,
            h(
                "section",
                {},
                h("h3", {}, "Last 24 hours"),
                facts(["Ran", ran], ["Moved", moved], ["Data today", today], ["Wake-ups", wakes]),
            ),
            h(
                "section",
                {},
                h("h3", {}, "Just now"),
                facts(["Network", network], ["Alarms", alarms], [messagesName, messages]),
            ),
        ),
        pushed.element,
        planned,
    );
    let app = first;
    let choosing = false;
    choice.addEventListener("change", async () => {
        choosing = true;
        await battery(app, choice.value);
        choosing = false;
    });
    const running = () =>
        [...store.jobs.values()].filter((job) => job.package === app.package && job.state === "running");

    function update(next) {
        app = next;
        const now = clock.now();
        const label = app.label || app.package;
        setText(name, label);
        setText(chip, app.running > 0 ? `${app.running} running` : app.jobs > 0 ? `${app.jobs} waiting` : "idle");
        chip.classList.toggle("on", app.running > 0);
        const task = store.topics.tasks?.rows?.find((row) => row.package === app.package);
        stop.hidden = app.running === 0 || app.system || app.bucket === "exempted" || task?.stop === false;
        stop.setAttribute("aria-label", `Stop ${label}…`);
        const bucket = bucketWords(app);
        setText(standing, bucket.name);
        setText(
            means,
            ` ${bucket.means}; ${bucket.because}${app.bucketSince && isLimited(app) ? `, since ${dayAndTime(app.bucketSince)}` : ""}`,
        );
        setText(network, networkWords(app).replace("Network ", ""));
        chosen.hidden = quotas.hidden = !isLimited(app);
        network.classList.toggle("bad", isLimited(app) && !app.networkAllowed);
        const total = totalOf(app.package);
        setText(ran, doneWords(total));
        setText(moved, movedWords(total));
        const day = app.days.at(-1);
        setText(today, todayWords(day));
        const woke = day?.wakeUps?.reduce((sum, each) => sum + each.count, 0) ?? 0;
        setText(wakes, woke > 0 ? `${woke} today` : "none today");
        const own = store.alarms.filter((alarm) => alarm.package === app.package);
        setText(alarms, alarmWords(own, app.alarms, now));
        const waiting = store.messages(app.package);
        const registrations = store.registrations(app.package);
        const pushes = appWords(app.messages, waiting, registrations, now);
        setText(messages, pushes);
        messages.hidden = messagesName.hidden = pushes === "";
        pushed.update(waiting, registrations, now);
        regular.update(app.quota, now);
        expedited.update(app.expedited, now);
        planned.hidden = !work.isThere;
        if (planned.open && work.isThere) work.update();
        if (!choosing && choice.value !== app.batteryUse) choice.value = app.batteryUse;
    }
    return { element, update };
}
