// The work requests that an app shows (jobs.md §10): each chain as a tree, and why each waits. Asked of the app through
// the server when its topic says that they are others now; what the app says is text, whatever it is.
import { get } from "../ask.js";
import { h, setSign, setText, sign } from "../dom.js";
import { hrefOf } from "./job_row.js";
import { jobKeyOf, treesOf, treeWith, workCounts, workFacts, workState, workWhy } from "../work_words.js";

const MOST = 200; // rows of one app: more are counted

/**
 * The requests of one app; with `jobKey` those alone that belong to the chain of that job.
 * `update()` says them again; `isThere` tells whether the app shows any.
 */
export function makeWork(page, packageName, jobKey = null) {
    const { store, clock } = page;
    const says = h("p.muted", {});
    const list = h("ul.work");
    const asks = new AbortController();
    let asked = null; // the topic's number of changes, when it was asked last
    let told = null;
    let parts = [];

    function row({ request, below }, room) {
        if (room.left-- <= 0) return null;
        const icon = sign("waiting");
        const key = jobKeyOf(request);
        const name = key ? h("a.work-name", { href: hrefOf({ key }) }) : h("span.work-name");
        const state = h("span.work-state");
        const why = h("span.work-why");
        const own = key !== null && key === jobKey;
        const children = below.map((each) => row(each, room)).filter(Boolean);
        parts.push({ request, icon, state, why });
        setText(name, request.worker);
        return h(
            "li",
            { "aria-current": own ? "true" : null },
            h(
                "div.work-row",
                {},
                icon,
                h("div", {}, name, " ", state, why, h("span.work-facts", {}, workFacts(request).join(" · "))),
            ),
            children.length > 0 ? h("ul.work", {}, ...children) : null,
        );
    }

    function show() {
        const trees = treesOf(told.requests);
        const shown = jobKey === null ? trees : [treeWith(trees, jobKey)].filter(Boolean);
        const room = { left: MOST };
        parts = [];
        list.replaceChildren(...shown.map((tree) => row(tree, room)).filter(Boolean));
        const all = told.requests.length;
        const more = told.more
            ? "It has more work than the page can show. "
            : room.left < 0
              ? `The first ${MOST} of ${all}. `
              : "";
        const counts = all > 0 ? `${workCounts(told.requests)}.` : "It has no requests.";
        setText(says, jobKey === null ? more + counts : "");
        refresh();
    }

    async function ask(changes) {
        asked = changes;
        try {
            told = await get(`/api/work?package=${encodeURIComponent(packageName)}`, asks.signal);
            show();
        } catch (error) {
            if (!asks.signal.aborted) setText(says, error.message);
        }
    }

    function refresh() {
        const now = clock.now();
        for (const { request, icon, state, why } of parts) {
            const words = workState(request);
            setSign(icon, words.sign);
            setText(state, words.says);
            setText(why, workWhy(request, store.jobs.get(jobKeyOf(request)), now));
        }
    }

    return {
        element: h("div.work-all", {}, says, list),
        get isThere() {
            return store.work(packageName) !== undefined;
        },
        update() {
            const shown = store.work(packageName);
            if (shown && shown.changes !== asked) ask(shown.changes);
            else refresh();
        },
        close: () => asks.abort(),
    };
}
