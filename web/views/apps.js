// Apps: how each stands with its limits, what it may do, and what it has done. System apps stand apart.
import { get } from "../ask.js";
import { everySecond } from "../clock.js";
import { follow, h, setText } from "../dom.js";
import { totalsByApp } from "../day_model.js";
import { counted } from "../words.js";
import { makeApp } from "./app_card.js";

const DAY = 24 * 3600 * 1000;

/** Apps that work stand first, then those that want to. */
function order(a, b) {
    return (
        (b.running > 0) - (a.running > 0) ||
        (b.jobs > 0) - (a.jobs > 0) ||
        (a.label || a.package).localeCompare(b.label || b.package)
    );
}

export function mount(root, page) {
    const { store, clock } = page;
    const says = h("h1.headline", {}, "Apps");
    const about = h("p.next", {}, "What each app may do in the background, and what it has done.");
    const apps = h("ul.apps");
    const systemTitle = h("p.apart", { hidden: true }, "Parts of the system");
    const system = h("ul.apps");
    root.append(h("header.head", {}, says, about), apps, systemTitle, system);

    /** @type {Map<string, any>} what each has done in the last 24 hours */
    let totals = new Map();
    const asks = new AbortController();
    async function askDay() {
        const to = clock.now();
        const day = await get(`/api/day?from=${to - DAY}&to=${to}`, asks.signal).catch(() => null);
        if (!day || asks.signal.aborted) return;
        totals = new Map(totalsByApp(day).map((total) => [total.package, total]));
        refresh();
    }

    function refresh() {
        if (!("apps" in store.topics)) return;
        const all = [...store.apps].sort(order);
        const own = all.filter((app) => !app.system);
        const others = all.filter((app) => app.system);
        const working = own.filter((app) => app.running > 0).length;
        setText(
            says,
            all.length === 0
                ? "No apps yet"
                : `${counted(own.length, "app")}${working > 0 ? `, ${working} at work` : ", none at work"}.`,
        );
        const make = (app) => makeApp(page, app, (packageName) => totals.get(packageName));
        follow(apps, own, (app) => app.package, make);
        follow(system, others, (app) => app.package, make);
        systemTitle.hidden = others.length === 0;
    }

    refresh();
    const off = [
        store.on(["apps", "alarms", "messages", "tasks", "jobs", "work", "hello"], refresh),
        store.on(["finished", "hello"], askDay),
    ];
    const stop = everySecond(refresh);
    askDay();
    return {
        close() {
            off.forEach((each) => each());
            stop();
            asks.abort();
        },
    };
}
