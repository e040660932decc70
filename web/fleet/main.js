// The fleet's page: the stream into the store, and what stands above all views. It shows, and gives no order.
import { get } from "../ask.js";
import { Clock } from "../clock.js";
import { h, setText } from "../dom.js";
import { openViews, putBanner, speak } from "../shell.js";
import { Stream } from "../stream.js";
import { FleetStore } from "./store.js";
import { Tables } from "./tables.js";

const views = {
    campaigns: { title: "Campaigns", load: () => import("./campaigns.js") },
    devices: { title: "Devices", load: () => import("./devices.js") },
};

const store = new FleetStore();
const clock = new Clock();

let link = "opening";

/** Says that the page is out of date, and which line to type. */
function banner() {
    const ui = h("code", {}, "stint fleet ui");
    let says = null;
    if (link === "refused")
        says = ["This page is no longer signed in.", "Type ", ui, " in a terminal to open it again."];
    else if (link === "lost")
        says = [
            "The connection to the fleet's server is lost.",
            "What you see may be out of date. The page reconnects by itself; or type ",
            ui,
            " in a terminal.",
        ];
    else if (store.fleet?.open === false) says = ["The fleet's campaigns stand still.", store.fleet.why];
    putBanner(says, store.topics.hello?.version ?? "");
}

store.on(["hello", "fleet"], () => {
    setText(document.getElementById("fleet"), store.fleet?.name ?? "Fleet");
    banner();
});
new Stream(
    {
        hear(topic, data) {
            if (typeof data.now === "number") clock.set(data.now);
            store.apply(topic, data);
        },
        state(word) {
            link = word;
            banner();
        },
        snapshot: () => store.snapshot(clock.now()),
    },
    globalThis,
    { topics: FleetStore.topics, events: "/v1/events", alive: "/v1/words" },
).open();
const tables = new Tables(await get("/v1/words"));
openViews(views, { store, clock, tables, speak }, () => link === "open");
