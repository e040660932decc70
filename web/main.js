// The page: the stream into the store, the address into a view, and what stands above all views.
import { post } from "./actions.js";
import { Clock } from "./clock.js";
import { h, setAttribute, setHeard } from "./dom.js";
import { Rates } from "./rate.js";
import { changeWords, progressOf } from "./sentences.js";
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

let spoken = 0;

/** To a screen reader, in a breath. */
function speak(text) {
    const place = document.getElementById("spoken");
    clearTimeout(spoken);
    place.textContent = text;
    spoken = window.setTimeout(() => {
        place.textContent = "";
    }, 5000);
}

function speakOfChanges({ all, jobs }) {
    if (all) return;
    const changes = jobs.map((job) => changeWords(store.jobs.get(job.key), job)).filter(Boolean);
    if (changes.length > 3) speak(`${changes.length} jobs have changed`);
    else if (changes.length > 0) speak(changes.join(". "));
}

// The banner above all views: what is shown is out of date.

let link = "open";
let version = ""; // the server's, that this page came from

function banner() {
    const place = document.getElementById("banner");
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
    document.body.classList.toggle("stale", says !== null);
    setHeard(says === null);
    const now = store.topics.hello?.version ?? "";
    version ||= now;
    if (says === null && now !== version)
        says = [
            "Stint was upgraded while this page was open.",
            h("button.quiet", { type: "button", onclick: () => location.reload() }, "Load it anew"),
        ];
    if (place.dataset.says === (says?.[0] ?? "")) return;
    place.dataset.says = says?.[0] ?? "";
    place.replaceChildren(...(says ? [h("p", {}, h("strong", {}, says[0]), " ", ...says.slice(1))] : []));
}

// Opened once more by the address of `stint ui`, which has the token behind its '#': it stays neither in the address nor
// in the history, and signs in whom the server does not know any more.

async function takeToken() {
    const [, token, view] = /^#([0-9a-f]{64})(\/.*)?$/.exec(location.hash) ?? [];
    if (!token) return;
    history.replaceState(null, "", view ? `/#${view}` : "/");
    if (link === "open") return;
    try {
        await post("/enter", { token });
        location.reload();
    } catch {
        // it was another server's: what the banner says holds
    }
}

// Where the address leads: "#/now/com.example.mail/7" is the view "now", and the rest is its own.

function route() {
    const [, name = "now", rest = ""] = /^#\/([^/]*)\/?(.*)$/.exec(location.hash) ?? [];
    let own = rest;
    try {
        own = decodeURIComponent(rest);
    } catch {
        // as it stands
    }
    return { name: name in views ? name : "now", own };
}

let shown = null;
let turn = 0;

async function show() {
    if (location.hash === "#main") return;
    const { name, own } = route();
    for (const link of document.querySelectorAll("#views a"))
        setAttribute(link, "aria-current", link.getAttribute("href") === `#/${name}` ? "page" : null);
    document.title = `${views[name].title} · Stint`;
    if (shown?.name === name) return shown.view.route?.(own);
    const mine = ++turn;
    const { mount } = await views[name].load();
    if (mine !== turn) return;
    const first = shown === null;
    shown?.view.close();
    const main = document.getElementById("main");
    main.replaceChildren();
    main.className = `view-${name}`;
    shown = { name, view: mount(main, page, own) };
    scrollTo(0, 0);
    if (!first) main.focus({ preventScroll: true });
}

document.getElementById("views").addEventListener("keydown", (event) => {
    const links = [...document.querySelectorAll("#views a")];
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -links.length, End: links.length }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + step;
    links[Math.max(0, Math.min(links.length - 1, at))].focus();
});
document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
});
addEventListener("hashchange", () => {
    takeToken();
    show();
});
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
takeToken();
show();
