// The page: the stream into the store, and what stands above all views.
import { Clock } from "./clock.js";
import { h, setHeard } from "./dom.js";
import { Rates } from "./rate.js";
import { changeWords, progressOf } from "./sentences.js";
import { openViews, putBanner, speak } from "./shell.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";

const views = {
    now: { title: "Now", load: () => import("./views/now.js") },
    apps: { title: "Apps", load: () => import("./views/apps.js") },
    day: { title: "Day", load: () => import("./views/day.js") },
    device: { title: "Device", load: () => import("./views/device.js") },
    "what-if": { title: "What if", load: () => import("./views/what_if.js") },
    constraints: { title: "Constraints", load: () => import("./views/constraints.js") },
};

const store = new Store();
const clock = new Clock();
const rates = new Rates();
const page = { store, clock, rates, speak };

// The stream, as it is heard.

function hear(topic, data) {
    if (typeof data?.now === "number") clock.set(data.now);
    if (topic === "clock" || topic === "resync") return;
    if (topic === "jobs") {
        speakOfChanges(data);
        for (const job of data.jobs)
            if (job.state === "running") rates.observe(job.key, progressOf(job).done, clock.now());
            else rates.forget(job.key);
        for (const key of data.gone ?? []) rates.forget(key);
    }
    store.apply(topic, data);
}

function speakOfChanges({ all, jobs }) {
    if (all) return;
    const changes = jobs.map((job) => changeWords(store.jobs.get(job.key), job)).filter(Boolean);
    if (changes.length > 3) speak(`${changes.length} jobs have changed`);
    else if (changes.length > 0) speak(changes.join(". "));
}

// The banner above all views: what is shown is out of date.

let link = "open";

function banner() {
    let says = null;
    if (link === "refused")
        says = ["This page is no longer signed in.", "Type ", h("code", {}, "stint ui"), " in a terminal to open it again."];
    else if (link === "lost")
        says = [
            "The connection to the Task Manager is lost.",
            "What you see may be out of date. The page reconnects by itself; or type ",
            h("code", {}, "stint ui"),
            " in a terminal.",
        ];
    else if (!store.up)
        says = [
            "Stint's daemon is not running.",
            "Type ",
            h("code", {}, "stint jobs"),
            " in a terminal: that starts it, and downloads continue where they were. What you see may be out of date.",
        ];
    setHeard(says === null);
    putBanner(says, store.topics.hello?.version ?? "");
}

store.on(["daemon", "hello"], banner);
new Stream({
    hear,
    state: (word) => {
        link = word;
        banner();
    },
    snapshot: () => [
        ["hello", { ...store.topics.hello, now: clock.now() }],
        ...store.snapshot().filter(([topic]) => topic !== "hello"),
    ],
}).open();
openViews(views, page, () => link === "open");
