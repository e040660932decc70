// The part of the list of jobs that a person looks for: by a word, a state and an app, in an order. Pure, but for tools(),
// which are the fields to say it.
import { h } from "../dom.js";
import { groupOf, jobName, progressOf } from "../sentences.js";

/** @typedef {{word: string, state: string, app: string, order: string}} Choice */

/** @returns {Choice} */
export function everything() {
    return { word: "", state: "", app: "", order: "" };
}

export function isEverything({ word, state, app }) {
    return word.trim() === "" && state === "" && app === "";
}

const sizeOf = (job) => progressOf(job).total || progressOf(job).done;

/** Orders in place of each group's own. @type {Record<string, (a: any, b: any) => number>} */
export const orders = {
    name: (a, b) => jobName(a).localeCompare(jobName(b), undefined, { numeric: true }),
    newest: (a, b) => (b.enqueued ?? 0) - (a.enqueued ?? 0),
    oldest: (a, b) => (a.enqueued ?? 0) - (b.enqueued ?? 0),
    largest: (a, b) => sizeOf(b) - sizeOf(a),
};

/**
 * True of a job whose name, address, file or app has each word, in that state, of that app.
 * @param {Choice} choice @param {(packageName: string) => string} label
 */
export function isChosen(job, { word, state, app }, label) {
    if (state && groupOf(job) !== state) return false;
    if (app && job.package !== app) return false;
    const words = word.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return true;
    const text = [jobName(job), job.url, job.path, job.key, label(job.package)].join(" ").toLowerCase();
    return words.every((each) => text.includes(each));
}

/**
 * The fields, which write into `choice`.
 * @param {Choice} choice @param {() => void} changed @param {(on: boolean) => void} selectAll all that are shown
 */
export function tools(choice, changed, selectAll) {
    const set = (key) => (event) => {
        choice[key] = event.target.value;
        changed();
    };
    const select = (label, key, options) => {
        const made = h("select", { "aria-label": label, onchange: set(key) }, options.map(optionOf));
        made.value = choice[key];
        return made;
    };
    const word = h("input", { type: "search", "aria-label": "Find jobs", placeholder: "Find jobs", oninput: set("word") });
    word.value = choice.word;
    const states = { "": "Every state", needs: "Needs you", running: "Running", waiting: "Waiting", ended: "Ended" };
    const app = select("App", "app", [["", "Every app"]]);
    const state = select("State", "state", Object.entries(states));
    const order = select("Order", "order", [
        ["", "Usual order"],
        ["name", "By name"],
        ["newest", "Newest first"],
        ["oldest", "Oldest first"],
        ["largest", "Largest first"],
    ]);
    const all = h("input", {
        type: "checkbox",
        "aria-label": "Select all that are shown",
        title: "Select all that are shown",
        onclick: () => selectAll(all.checked),
    });
    const element = h("div.tools", { role: "search" }, h("label.pick", {}, all), word, h("div.tools-more", {}, state, app, order));
    let listed = "";
    return {
        element,
        word,
        all,
        /** Apps with jobs, by package and name; one that is chosen stays. @param {[string, string][]} apps */
        update(apps) {
            const all = [["", "Every app"], ...apps];
            if (choice.app && !apps.some(([name]) => name === choice.app)) all.push([choice.app, choice.app]);
            if (listed === JSON.stringify(all)) return;
            listed = JSON.stringify(all);
            app.replaceChildren(...all.map(optionOf));
            app.value = choice.app;
        },
        clear() {
            Object.assign(choice, everything(), { order: choice.order });
            word.value = state.value = app.value = "";
            changed();
            word.focus();
        },
    };
}

function optionOf([value, text]) {
    return h("option", { value }, text);
}
