// Devices: those of the fleet, or those that a query means, in the words of `stint fleet devices`.
import { get } from "../ask.js";
import { everySecond } from "../clock.js";
import { h, setText } from "../dom.js";
import { ago, counted } from "../words.js";
import { Listing } from "./listing.js";

export function mount(root, page, own) {
    const { store, clock } = page;
    let query = own;
    const says = h("h1.headline", {}, "Devices");
    const trouble = h("p.trouble-says", { role: "status" });
    const field = h("input", {
        type: "search",
        value: query,
        "aria-label": "Devices that a query means",
        placeholder: "label site=berlin and not seen>7d",
        spellcheck: "false",
    });
    const form = h(
        "form.tools",
        {
            onsubmit: (event) => {
                event.preventDefault();
                location.hash = field.value.trim() ? `#/devices/${encodeURIComponent(field.value.trim())}` : "#/devices";
            },
        },
        field,
        h("button.button", {}, "Find"),
    );
    const list = h("ul.rows.devices", { "aria-label": "Devices" });
    const empty = h(
        "div.empty",
        { hidden: true },
        h("p", {}, "No device is meant."),
        h("p.muted", {}, "The line by which one joins is printed by ", h("code", {}, "stint fleet invite")),
    );
    root.append(h("header.head", {}, says, h("p.next", {}, "By their names. A campaign’s targets are such a query.")), form, trouble, list, empty);

    function make() {
        const name = h("code.who", {});
        const labels = h("span.labels", {});
        const version = h("span.version", {});
        const seen = h("span.seen", {});
        const element = h("li.row", {}, name, labels, version, seen);
        return {
            element,
            update(row) {
                setText(name, row.device);
                const words = Object.entries(row.labels).map(([label, value]) => `${label}=${value}`);
                setText(labels, words.join(" ") || "no labels");
                setText(version, row.stint ? `Stint ${row.stint}` : "never said hello");
                const there = row.seen === null ? "never there" : `there ${ago(row.seen, clock.now())}`;
                setText(seen, row.cloned ? `cloned: it is to join anew; ${there}` : there);
            },
        };
    }

    const listing = new Listing(list, {
        key: (row) => row.device,
        make,
        told({ all, isWhole, isCut, error }) {
            const more = isCut ? ", and more: ask for fewer" : isWhole ? "" : "…";
            setText(says, `${counted(all.size, "device")}${more}`);
            setText(trouble, error);
            empty.hidden = all.size > 0 || !isWhole;
        },
    });
    const load = () =>
        listing.load(async (from, signal) => {
            const words = new URLSearchParams({ query, from, most: "1000" });
            const { devices, next } = await get(`/v1/devices?${words}`, signal);
            return { rows: devices, next };
        });

    load();
    const off = [
        store.on(["campaigns"], ({ all }) => all && load()), // all is told anew
        store.on(["devices"], ({ devices, gone }) => {
            for (const row of devices) listing.put(row.device, row, query === "");
            for (const device of gone) listing.put(device, null);
        }),
    ];
    const stop = everySecond(() => listing.rows.show());
    return {
        route(to) {
            query = to;
            field.value = to;
            load().then(() => page.speak(counted(listing.all.size, "device")));
        },
        close() {
            off.forEach((each) => each());
            stop();
            listing.close();
        },
    };
}
