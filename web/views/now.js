// Now: what needs a person, what runs, what waits and why, what ended of late. A thousand jobs are a list of virtual rows;
// one of them, opened, stands beside the list, or over it where there is no room.
import { why } from "../actions.js";
import { everySecond } from "../clock.js";
import { doer, h, setAttribute, setText } from "../dom.js";
import { byPlace, folded } from "../lines.js";
import { Rows } from "../rows.js";
import { Selection } from "../selection.js";
import { deviceWords } from "../app_words.js";
import { groupOf, headline } from "../sentences.js";
import { counted } from "../words.js";
import { everything, isChosen, isEverything, orders as chosenOrders, tools } from "./choice.js";
import { openJob } from "./job.js";
import { addDownloads } from "./add.js";
import { makeBar } from "./picked.js";
import { makeRow, reasonLines } from "./job_row.js";

const groups = {
    needs: ["Needs you", "These wait for you, and for nothing else."],
    running: ["Running", "Your computer is working on these."],
    waiting: ["Waiting", "These start by themselves as soon as they may."],
    ended: ["Ended", "The last fifty."],
};

const orders = {
    needs: (a, b) => a.enqueued - b.enqueued,
    running: (a, b) => (b.kind === "user_initiated") - (a.kind === "user_initiated") || a.started - b.started,
    waiting: (a, b) => (a.earliest ?? Infinity) - (b.earliest ?? Infinity) || byPlace(a, b) || a.enqueued - b.enqueued,
    ended: (a, b) => b.ended - a.ended,
};

// These stay while another view is looked at.
const choice = everything();
const selection = new Selection();
const unfolded = new Set(); // lists of which all is shown

/**
 * The list's items: a head for each group that has anybody, then its jobs, in an order of their own or `order`; of a
 * long list of downloads the first few, and how many more, but for those that are `open` (null: each).
 * @param {Set<string> | null} open
 */
export function itemsOf(jobs, finished, order = "", open = null) {
    const members = { needs: [], running: [], waiting: [], ended: [] };
    for (const job of jobs) members[groupOf(job)].push(job);
    members.ended.push(...finished);
    const items = [];
    for (const [group, all] of Object.entries(members)) {
        if (all.length === 0) continue;
        all.sort((a, b) => (chosenOrders[order] ?? orders[group])(a, b) || 0 || (a.key < b.key ? -1 : 1));
        items.push({ key: `head ${group}`, group, count: all.length });
        folded(all, group === "waiting" && order === "" ? open : null).forEach((row, i, { length }) =>
            items.push({ ...row, key: keyOf(row), place: i + 1, of: length }),
        );
    }
    return items;
}

function keyOf({ job, pool }) {
    if (!job) return `more ${pool}`;
    return job.state === "finished" ? `${job.key} ${job.ended}` : job.key;
}

/**
 * The row as one selects it; null: it stands for no job. A job that has ended is another one than what waits or runs by
 * its key, perhaps again.
 */
function selectable({ key, job, more }) {
    if (job) return { id: key, keys: [key] };
    return more?.length > 0 ? { id: key, keys: more.map((each) => each.key) } : null;
}

export function mount(root, page, own) {
    const { store, clock } = page;
    const says = h("span", {}, "…");
    const whyAll = h("span.why-all", {});
    const next = h("p.next", {});
    const device = h("p.device-line", {});
    const adds = doer(
        ".primary",
        ["Add", h("span.aside", {}, " downloads"), "…"],
        () => addDownloads(store.topics.hello?.downloads ?? "~"),
        { "aria-label": "Add downloads…" },
    );
    const list = h("ul.jobs", { "aria-label": "Jobs" });
    const empty = h(
        "div.empty",
        { hidden: true },
        h("p", {}, "Your downloads and the jobs of your apps appear here."),
        h("p.muted", {}, "Add downloads above, or in a terminal: ", h("code", {}, "stint get https://example.org/file")),
    );
    const none = h(
        "div.empty",
        { hidden: true },
        h("p", {}, "No job is like that."),
        h("p", {}, h("button.button", { type: "button", onclick: () => chooser.clear() }, "Show all jobs")),
    );
    const chosenOthers = () => {
        refresh();
        scrollTo(0, 0);
        const found = rows.items.reduce((sum, item) => sum + (item.count ?? 0), 0);
        page.speak(counted(found, "job"));
    };
    const chooser = tools(choice, chosenOthers, selectAll);
    const bar = makeBar(chosen, () => (selection.clear(), selectionChanged(), toList()), toList);
    const beside = h("aside.beside", { "aria-label": "The job" });
    root.append(
        h(
            "div.columns",
            {},
            h(
                "section.list",
                {},
                h(
                    "header.head",
                    {},
                    h("div.headline-line", {}, h("h1.headline", {}, says, " ", whyAll), adds),
                    next,
                    device,
                ),
                chooser.element,
                bar.element,
                list,
                none,
                empty,
            ),
            beside,
        ),
    );

    // Heights that the style sheet says, in pixels.
    let heights = { head: 0, row: 0, ended: 0, more: 0, line: 0 };
    let reasonWidth = 0;
    let lines = new WeakMap(); // a job's, by what was known of it
    const pen = document.createElement("canvas").getContext("2d");
    const linesFor = (text) => Math.max(1, Math.min(3, Math.ceil(pen.measureText(text).width / (0.94 * reasonWidth))));
    function linesOf(job) {
        const known = blockers.get(job.key)?.blockers;
        let told = lines.get(job);
        if (!told || told.known !== known) {
            told = { known, count: reasonLines(job, known, linesFor) };
            lines.set(job, told);
        }
        return told.count;
    }
    function measure() {
        const style = getComputedStyle(list);
        const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
        const of = (name) => parseFloat(style.getPropertyValue(name)) * em;
        heights = { head: of("--head"), row: of("--row"), ended: of("--ended"), more: of("--more"), line: of("--line") };
        const sample = makeRow(page).element;
        setText(sample.querySelector("button"), "Run now");
        list.append(sample);
        reasonWidth = Math.max(80, sample.querySelector(".state").clientWidth);
        sample.remove();
        pen.font = `${0.875 * em}px ${style.fontFamily}`;
        lines = new WeakMap();
    }

    const blockers = new Map(); // key → {job, blockers}: what /api/why said of it as it is now
    function heightOf(item) {
        if (item.group) return heights.head;
        if (item.more) return heights.more;
        if (item.job.state === "finished") return heights.ended;
        return heights.row + heights.line * Math.max(0, linesOf(item.job) - 2);
    }

    function makeHead(item) {
        const [title, about] = groups[item.group];
        const count = h("span.count", {});
        const element = h("li.group", {}, h("h2", {}, title, " ", count), h("span.about", {}, about));
        return { element, update: (now) => setText(count, now.count.toLocaleString("en")) };
    }

    /** The end of a long list of downloads: how many more, which a press shows, or hides. */
    function makeMore(item) {
        const { pool } = item;
        const tick = h("input", { type: "checkbox", onclick: (event) => select(item.key, event.shiftKey) });
        const act = h("button.quiet", { type: "button", onclick: () => unfold(pool) });
        const element = h("li.more", {}, h("label.pick", {}, tick), act);
        return {
            element,
            update({ more, place, of }) {
                const count = more.length.toLocaleString("en");
                const row = selectable({ key: item.key, more });
                setText(act, row ? `and ${count} more that wait for their turn` : "Show the first few only");
                setAttribute(act, "aria-expanded", row ? "false" : "true");
                setAttribute(tick, "aria-label", `Select the ${count} more`);
                tick.hidden = row === null;
                tick.checked = row !== null && selection.has(row);
                element.classList.toggle("last", place === of);
            },
        };
    }

    function unfold(pool) {
        if (!unfolded.delete(pool)) unfolded.add(pool);
        refresh();
    }

    function makeJob(item) {
        const row = makeRow(page, (_, isRange) => select(item.key, isRange));
        return {
            element: row.element,
            update(item) {
                setAttribute(row.element, "aria-posinset", item.place);
                setAttribute(row.element, "aria-setsize", item.of);
                row.element.classList.toggle("last", item.place === item.of);
                row.element.classList.toggle("first", item.place === 1);
                row.element.classList.toggle("open", item.job.key === opened?.key);
                row.update(item.job, blockers.get(item.job.key)?.blockers, selection.keys.has(item.key));
            },
        };
    }

    const rows = new Rows(list, {
        key: (item) => item.key,
        who: (item) => item.job?.key ?? (item.more ? item.key : undefined),
        height: heightOf,
        make: (item) => (item.group ? makeHead(item) : item.more ? makeMore(item) : makeJob(item)),
    });

    // The selection.

    const selectables = () => rows.items.map(selectable).filter((row) => row !== null);
    /** The jobs that are selected, and those of them that no row shows. */
    function chosen() {
        const shown = new Set(selectables().flatMap((row) => row.keys));
        const ended = endedByKey();
        const jobs = new Map([...selection.keys].map((key) => [key, store.jobs.get(key) ?? ended.get(key)]));
        const unseen = [...jobs].filter(([key]) => !shown.has(key)).map(([, job]) => job);
        return { jobs: [...jobs.values()].filter(Boolean), unseen: new Set(unseen.filter(Boolean)) };
    }
    function endedByKey() {
        return new Map(store.finished.map((job) => [keyOf({ job }), job]));
    }
    function select(id, isRange) {
        const all = selectables();
        const row = all.find((each) => each.id === id);
        if (!row) return;
        if (isRange) selection.reach(row, all);
        else selection.toggle(row);
        selectionChanged();
    }
    function selectAll(on) {
        selection.setAll(selectables(), on);
        selectionChanged();
    }
    function selectionChanged() {
        rows.show();
        tellSelection();
        page.speak(`${selection.keys.size.toLocaleString("en")} selected`);
    }
    function tellSelection() {
        bar.update();
        if (selection.keys.size === 0) {
            chooser.all.checked = chooser.all.indeterminate = false;
            return;
        }
        const all = selectables();
        const some = all.filter((row) => selection.has(row)).length;
        chooser.all.checked = some > 0 && some === all.length;
        chooser.all.indeterminate = some > 0 && some < all.length;
    }
    /** The focus, to the row that was selected last, else to the first. */
    function toList() {
        const i = rows.items.findIndex((item) => item.key === selection.anchor);
        const first = rows.items.findIndex((item) => item.job);
        if (first >= 0) rows.reveal(i >= 0 ? i : first)?.element.querySelector("a, button")?.focus();
    }

    let asking = null;
    let settled = 0;
    /** Why those on the screen wait: asked once they stand still. */
    function askWhy() {
        clearTimeout(settled);
        settled = window.setTimeout(async () => {
            const keys = rows.visible().filter((key) => {
                const job = store.jobs.get(key);
                return job?.state === "pending" && blockers.get(key)?.job !== job;
            });
            if (keys.length === 0 || asking) return;
            asking = new AbortController();
            try {
                const asked = keys.slice(0, 50).map((key) => [key, store.jobs.get(key)]);
                const told = await why(keys, asking.signal);
                told.forEach((answer, i) =>
                    blockers.set(asked[i][0], { job: asked[i][1], blockers: answer.blockers ?? [] }),
                );
                rows.show();
            } catch {
                // The rows say the first reason, which they know.
            }
            asking = null;
        }, 150);
    }

    const label = (name) => store.label(name);
    function refresh() {
        if (!("jobs" in store.topics) && store.jobs.size === 0 && !store.complete) return;
        const now = clock.now();
        const line = headline(store.jobs.values(), now);
        setText(says, line.says);
        setText(whyAll, line.why);
        setText(next, line.next);
        const words = deviceWords((key) => store.device(key), store.topics.device?.doze);
        if (device.dataset.words !== words.join()) {
            device.dataset.words = words.join();
            device.replaceChildren(...words.map((word) => h("span.chip", {}, word)));
        }
        const all = [...store.jobs.values(), ...store.finished];
        const names = [...new Set(all.map((job) => job.package))].map((name) => [name, store.label(name)]);
        chooser.update(names.sort((a, b) => a[1].localeCompare(b[1])));
        const some = (jobs) => (isEverything(choice) ? jobs : [...jobs].filter((job) => isChosen(job, choice, label)));
        const open = choice.word.trim() === "" ? unfolded : null; // what is looked for is to be seen
        const items = itemsOf(some(store.jobs.values()), some(store.finished), choice.order, open);
        chooser.element.hidden = all.length === 0 && isEverything(choice);
        none.hidden = all.length === 0 || items.length > 0;
        for (const key of blockers.keys()) if (!store.jobs.has(key)) blockers.delete(key);
        empty.hidden = all.length > 0;
        const ended = endedByKey();
        selection.keep((key) => store.jobs.has(key) || ended.has(key));
        rows.set(items);
        tellSelection();
        opened?.refresh();
        askWhy();
    }

    // A job opened.

    let opened = null;
    function route(key) {
        if (opened?.key === key) return;
        opened?.close();
        opened = null;
        beside.replaceChildren();
        root.classList.toggle("with-job", key !== "");
        if (key !== "") opened = openJob(beside, page, key);
        else rows.show();
        refresh();
    }

    const leave = () => {
        const key = opened?.key;
        location.hash = "#/now";
        // Back to the row it was opened from.
        const i = rows.items.findIndex((item) => item.job?.key === key);
        if (i >= 0) requestAnimationFrame(() => rows.reveal(i)?.element.querySelector("a")?.focus());
    };
    function keys(event) {
        if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
        if (event.key === "Escape" && opened) return leave();
        if (event.key === "Escape" && bar.element.contains(event.target)) return toList();
        if (event.key === "Escape" && selection.keys.size > 0 && !event.target.closest?.("input, select")) {
            selection.clear();
            return selectionChanged();
        }
        if (event.key === "/" && !event.target.closest?.("input, select") && chooser.word.checkVisibility()) {
            event.preventDefault();
            return chooser.word.focus();
        }
        const row = event.target.closest?.("li.job, li.more");
        if (row) rowKeys(event, row);
    }
    /** In the list: arrows go from row to row, and with Shift select on the way. */
    function rowKeys(event, row) {
        const at = rows.items.findIndex((item) => rows.shown.get(item.key)?.element === row);
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
        if (step && isPlain) {
            event.preventDefault();
            for (let i = at + step; i >= 0 && i < rows.items.length; i += step)
                if (!rows.items[i].group) return goTo(i, event.shiftKey ? at : -1);
        } else if (event.key === " " && isPlain && event.target.matches("a")) {
            event.preventDefault();
            select(rows.items[at].key, event.shiftKey);
        } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            selectAll(true);
        } else if (event.key === "a" && isPlain && !bar.element.hidden) {
            event.preventDefault();
            bar.focus();
        }
    }
    /** To that row; `from` is where a range begins, if one is selected. */
    function goTo(i, from) {
        const { key } = rows.items[i];
        const first = from >= 0 ? selectable(rows.items[from]) : null;
        if (first && selection.last !== first.id) selection.start(first);
        if (from >= 0) select(key, true);
        rows.reveal(i)?.element.querySelector("a, button")?.focus();
    }
    document.addEventListener("keydown", keys);
    const scrolled = () => askWhy();
    const resized = () => {
        measure();
        rows.show();
    };
    addEventListener("scroll", scrolled, { passive: true });
    addEventListener("resize", resized, { passive: true });

    measure();
    const off = store.on(["jobs", "finished", "apps", "device", "work", "output", "hello"], refresh);
    const stop = everySecond(refresh);
    route(own);
    return {
        route,
        close() {
            off();
            stop();
            opened?.close();
            rows.close();
            clearTimeout(settled);
            asking?.abort();
            document.removeEventListener("keydown", keys);
            removeEventListener("scroll", scrolled);
            removeEventListener("resize", resized);
        },
    };
}
