// Campaigns: how each stands, the newest first; one of them, opened, takes the place of the list.
import { everySecond } from "../clock.js";
import { follow, h, setSign, setText, sign } from "../dom.js";
import { ago, counted } from "../words.js";
import { openCampaign } from "./campaign.js";
import { Tables } from "./tables.js";

export function mount(root, page, own) {
    let view = null;
    let opened = null;
    function route(id) {
        if (view && id === opened) return;
        view?.close();
        root.replaceChildren();
        opened = id;
        view = id ? openCampaign(root, page, id) : list(root, page);
    }
    route(own);
    return { route, close: () => view.close() };
}

function list(root, { store, clock, tables }) {
    const says = h("h1.headline", {}, "…");
    const rows = h("ul.campaigns", { "aria-label": "Campaigns" });
    const empty = h(
        "div.empty",
        { hidden: true },
        h("p", {}, "The fleet has no campaign."),
        h("p.muted", {}, "One is started by ", h("code", {}, "stint fleet start FILE.toml")),
    );
    root.append(h("header.head", {}, says), rows, empty);

    function make(row) {
        const mark = sign("waiting");
        const state = h("span.state-says", {});
        const numbers = h("span.muted", {});
        const made = h("span.made.muted", {});
        const bar = h("progress", { max: "1", "aria-label": "Devices that have an end" });
        const element = h(
            "li.campaign.card",
            {},
            h("div.campaign-name", {}, mark, h("a.name", { href: `#/campaigns/${row.campaign}` }, row.name), made),
            state,
            bar,
            numbers,
        );
        return {
            element,
            update(row) {
                const [ended, failed] = [tables.ended(row), tables.failed(row)];
                setSign(mark, tables.signOf(row));
                setText(state, `${row.state}: ${Tables.meaning(tables.states, row.state)}`);
                bar.value = row.devices > 0 ? ended / row.devices : 0;
                setText(
                    numbers,
                    `${ended.toLocaleString("en")} of ${counted(row.devices, "device")} ended, ${(row.counts.succeeded ?? 0).toLocaleString("en")} succeeded, ${failed.toLocaleString("en")} failed`,
                );
                setText(made, ago(row.made, clock.now()));
            },
        };
    }

    function refresh() {
        const all = [...store.campaigns.values()].sort((a, b) => b.made - a.made || (a.campaign < b.campaign ? -1 : 1));
        const going = all.filter((row) => !Tables.isOver(row)).length;
        if (store.known) setText(says, `${counted(all.length, "campaign")}, ${going} under way`);
        empty.hidden = !store.known || all.length > 0;
        follow(rows, all, (row) => row.campaign, make);
    }
    refresh();
    const off = store.on(["campaigns"], refresh);
    const stop = everySecond(refresh);
    return {
        close() {
            off();
            stop();
        },
    };
}
