// One campaign: how it stands and what to type, its waves, what its devices wait for, its ends over the time, and what
// became of each device.
import { get } from "../ask.js";
import { everySecond } from "../clock.js";
import { append, cell, h, s, setSign, setText, sign, table } from "../dom.js";
import { ago, atWhen, capital, counted, when } from "../words.js";
import { Listing, oneAtATime } from "./listing.js";
import { Tables, pathOf, roomOf } from "./tables.js";

/** Words before the first news of it. */
const nothing = { counts: {}, waves: [], devices: 0, state: "", name: "…" };

export function openCampaign(root, page, id) {
    const { store, clock, tables } = page;
    const title = h("h1.headline", {}, "…");
    const mark = sign("waiting");
    const state = h("span", {});
    const facts = h("p.next", {});
    const commands = h("ul.commands", { "aria-label": "What to type in a terminal" });
    const waves = h("section.waves", { "aria-label": "Waves" });
    const counts = h("ul.counts", { "aria-label": "Devices by what became of them" });
    const waits = h("ul.counts", { "aria-label": "Devices that wait, by their reasons" });
    const waitsPart = h("section.card", { hidden: true }, h("h2", {}, "What devices wait for"), waits);
    const curve = h("figure.card.curve", {});
    const gone = h("div.empty", { hidden: true }, h("p", {}, "There is no such campaign any more."));
    const which = h("select", { "aria-label": "Devices by what became of them", onchange: () => load() }, h("option", { value: "" }, "All devices"));
    const about = h("p.muted.results-says", { role: "status" });
    const list = h("ul.rows.results", { "aria-label": "Its devices" });
    root.append(
        h("header.head", {}, h("a.back", { href: "#/campaigns" }, "All campaigns"), title, h("p.job-state", {}, mark, state), facts, commands),
        gone,
        h(
            "div.parts",
            {},
            h("section.card", {}, h("h2", {}, "Waves"), waves),
            h("section.card", {}, h("h2", {}, "Its devices, by what became of them"), counts),
            waitsPart,
            curve,
        ),
        h("div.results-head", {}, h("h2", {}, "Devices"), which),
        about,
        list,
    );

    const row = () => store.campaigns.get(id) ?? nothing;

    function showStanding() {
        const its = row();
        gone.hidden = !store.known || store.campaigns.has(id);
        setText(title, its.name);
        setSign(mark, its === nothing ? "waiting" : tables.signOf(its));
        const until = its.until ? `; the next one opens ${atWhen(its.until, clock.now())}` : "";
        const said = Tables.meaning(tables.states, its.state);
        setText(state, its === nothing ? "" : `${capital(its.state)}: ${said}${until}`);
        setText(
            facts,
            its === nothing
                ? ""
                : `${id}, made ${ago(its.made, clock.now())}; ${counted(its.slots, "device")} ${its.slots === 1 ? "has" : "have"} begun and not ended, of ${its.at_a_time.toLocaleString("en")} that may at a time; devices begin it until ${when(its.expires, clock.now())}`,
        );
        const typed = its === nothing ? [] : tables.commands(its);
        if (commands.dataset.typed !== typed.join()) {
            commands.dataset.typed = typed.join();
            commands.replaceChildren(...typed.map((line) => h("li", {}, h("code", {}, line))));
        }
        showWaves(its);
        showCounts(counts, Tables.counted(tables.places, its.counts));
        showChoice(its);
    }

    function showWaves({ waves: all, wave, state }) {
        const shape = `${all.length} ${wave} ${state}`;
        if (waves.dataset.shape !== shape) {
            waves.dataset.shape = shape;
            const rows = all.map((_, i) =>
                h(
                    "tr",
                    {},
                    cell("Wave", h("strong", {}, `Wave ${i + 1}`), " ", i + 1 === wave && !Tables.isOver({ state }) ? h("span.chip.on", {}, "open") : null),
                    cell("Ended", h("progress", { "aria-label": `Wave ${i + 1}, the part that has ended` }), h("span.numbers", {})),
                ),
            );
            waves.replaceChildren(table("Waves", ["Wave", "Devices"], rows));
        }
        waves.querySelectorAll("tbody tr").forEach((element, i) => {
            const room = roomOf(all, i);
            const bar = element.querySelector("progress");
            bar.max = Math.max(1, room);
            bar.value = all[i].ended;
            const { begun, ended, ok } = all[i];
            setText(element.querySelector(".numbers"), `${begun.toLocaleString("en")} of ${room.toLocaleString("en")} begun, ${ended.toLocaleString("en")} ended, ${ok.toLocaleString("en")} ok`);
        });
    }

    /** @param {[any, number][]} rows */
    function showCounts(place, rows) {
        const words = rows.map(([{ word }]) => word).join();
        if (place.dataset.words !== words) {
            place.dataset.words = words;
            place.replaceChildren(...rows.map(([{ word, meaning }]) => h("li", {}, h("strong", {}), h("span", {}, capital(place === waits ? meaning : word), place === waits ? null : h("span.detail", {}, meaning)))));
        }
        rows.forEach(([, count], i) => setText(place.children[i].firstElementChild, count.toLocaleString("en")));
    }

    /** The words of which there are devices may be chosen; the one that is chosen stays. */
    function showChoice({ counts }) {
        const failures = tables.outcomes.filter((row) => row.failure).map((row) => row.word);
        const words = Tables.counted(tables.places, counts).map(([{ word }]) => [word, capital(word)]);
        const wanted = [["", "All devices"], [failures.join(), "All that failed"], ...words];
        if (!wanted.some(([value]) => value === which.value)) wanted.push([which.value, capital(which.value)]);
        const shape = wanted.join();
        if (which.dataset.shape === shape || document.activeElement === which) return;
        which.dataset.shape = shape;
        const chosen = which.value;
        which.replaceChildren(...wanted.map(([value, text]) => h("option", { value }, text)));
        which.value = chosen;
    }

    // The rest, which its row does not say.

    const asks = new AbortController();
    const ask = oneAtATime(async () => {
        try {
            const [{ blockers }, drawn] = await Promise.all([
                get(`/v1/campaign?id=${id}`, asks.signal),
                get(`/v1/curve?id=${id}`, asks.signal),
            ]);
            const rows = Tables.counted(tables.reasons, blockers);
            waitsPart.hidden = rows.length === 0;
            showCounts(waits, rows);
            showCurve(drawn);
        } catch {
            // the banner, or the place of the campaign, says why
        }
    });

    function showCurve({ from, step, now, ended, failed, begin }) {
        const steps = ended.length;
        const all = ended.at(-1);
        const waiting = begin.at(-1);
        const most = all + waiting;
        const present = Math.max(0, Math.min(steps - 1, Math.ceil((now - from) / step)));
        const line = (name, points, first, last) =>
            s("path", { class: name, d: pathOf(points, most, first, last), "vector-effect": "non-scaling-stroke" });
        const drawing = s(
            "svg",
            { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" },
            line("ended", ended, 0, present),
            failed.at(-1) > 0 && line("failed", failed, 0, present),
            waiting > 0 && line("begin", begin.map((count) => all + count), present, steps - 1),
        );
        const to = from + step * (steps - 1);
        const legend = [
            h("span.key.ended", {}, `${counted(all, "device")} told an end`),
            failed.at(-1) > 0 ? h("span.key.failed", {}, `${failed.at(-1).toLocaleString("en")} of them failed`) : null,
            waiting > 0 ? h("span.key.begin", {}, `${counted(waiting, "device")} may begin, as they reckon`) : null,
        ];
        curve.replaceChildren(
            h("h2", {}, "Ends over the time"),
            drawing,
            h("div.axis.muted", {}, h("span", {}, when(from, clock.now())), h("span", {}, when(to, clock.now()))),
            append(h("figcaption", {}), ...legend),
        );
    }

    // Each of its devices.

    function make() {
        const sign_ = sign("waiting");
        const name = h("code.who", {});
        const place = h("span.place", {});
        const why = h("span.because", {});
        const at = h("span.seen", {});
        return {
            element: h("li.row", {}, sign_, name, place, why, at),
            update(row) {
                setSign(sign_, tables.signOfDevice(row));
                setText(name, row.device);
                setText(place, `${row.outcome ?? row.phase}${row.presumed ? " (presumed)" : ""}`);
                const reasons = row.blockers.map(({ reason }) => Tables.meaning(tables.reasons, reason));
                const step = row.step > 0 && row.outcome ? `step ${row.step}${row.code === 0 ? "" : `, code ${row.code}`}` : "";
                const may = row.forecast ? `may begin ${atWhen(row.forecast, clock.now())}` : "";
                setText(why, [step, row.sealed ? "sealed" : row.words.split("\n").filter(Boolean).at(-1), ...reasons, may].filter(Boolean).join("; "));
                setText(at, row.at ? ago(row.at, clock.now()) : "");
            },
        };
    }

    const listing = new Listing(list, {
        key: (row) => row.device,
        make,
        told({ all, isWhole, isCut, error }) {
            const more = isCut ? ", and more" : isWhole ? "" : "…";
            setText(about, error || `${counted(all.size, "device")}${more}. Why one stands where it does: stint fleet why ${id} DEVICE`);
        },
    });
    const isChosen = (row) => which.value === "" || which.value.split(",").includes(row.outcome ?? row.phase);
    function load() {
        return listing.load(async (from, signal) => {
            const words = new URLSearchParams({ id, is: which.value, from: String(from || 0), most: "1000" });
            const { results, next } = await get(`/v1/results?${words}`, signal);
            return { rows: results, next };
        });
    }

    showStanding();
    ask();
    load();
    const off = [
        store.on(["campaigns"], ({ all, campaigns }) => {
            showStanding();
            if (all || campaigns.some(({ campaign }) => campaign === id)) ask();
            if (all) load();
        }),
        store.on(["results"], ({ campaign, results }) => {
            if (campaign !== id) return;
            for (const row of results) listing.put(row.device, isChosen(row) ? row : null, true);
        }),
    ];
    const stop = everySecond(() => {
        showStanding();
        listing.rows.show();
    });
    return {
        close() {
            off.forEach((each) => each());
            stop();
            asks.abort();
            listing.close();
        },
    };
}
