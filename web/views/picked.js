// The bar below the list while jobs are selected: how many, how many of them no row shows, and what to do with all of
// them. It covers the page's foot, so that nothing moves when it comes.
import { cancelAll, clearAll, move, pauseAll, resumeAll, retryAll } from "../actions.js";
import { tell } from "../dialog.js";
import { doer, h, setText } from "../dom.js";
import { byPlace } from "../lines.js";

/**
 * @param {() => {jobs: any[], unseen: Set<any>}} chosen those of `unseen` stand in no row
 * @param {() => void} none has nothing selected any more @param {() => void} leave takes the focus when the bar goes
 */
export function makeBar(chosen, none, leave) {
    const says = h("span", {});
    const jobs = () => chosen().jobs.filter((job) => !hasEnded(job));
    const ended = () => chosen().jobs.filter(hasEnded);
    const unseenOf = (some) => some.filter((job) => chosen().unseen.has(job)).length;
    const pause = () => {
        const some = jobs().filter((job) => !job.held);
        return some.length > 0 ? pauseAll(some) : tell("What is selected is paused already.");
    };
    const resume = () => {
        const some = jobs().filter((job) => job.held);
        return some.length > 0 ? resumeAll(some) : tell("Nothing that is selected is paused.");
    };
    const pauses = doer(".slim", "Pause", pause);
    const resumes = doer(".slim", "Resume", resume);
    const cancels = doer(".slim", "Cancel…", () => cancelAll(jobs(), unseenOf(jobs())));
    const moves = moveButtons(() => jobs().sort(byPlace));
    const retries = doer(".slim", "Retry", () => retryAll(ended()));
    const clears = doer(".slim", "Clear…", () => clearAll(ended(), unseenOf(ended())));
    const element = h(
        "div.picked",
        { role: "group", "aria-label": "The selected jobs", hidden: true },
        h(
            "div.picked-in",
            {},
            h("p.picked-says", {}, says, h("button.quiet", { type: "button", onclick: none }, "Deselect")),
            h("div.acts", {}, pauses, resumes, cancels, retries, clears),
            moves,
        ),
    );
    return {
        element,
        focus: () => (pauses.hidden ? retries : pauses).focus(),
        update() {
            const { jobs, unseen } = chosen();
            const had = element.contains(document.activeElement);
            element.hidden = jobs.length === 0;
            for (const each of [pauses, resumes, cancels, moves]) each.hidden = jobs.every(hasEnded);
            for (const each of [retries, clears]) each.hidden = !jobs.some(hasEnded);
            if (had && (element.hidden || document.activeElement.hidden)) leave();
            const number = jobs.length.toLocaleString("en");
            const others = unseen.size > 0 ? `, ${unseen.size.toLocaleString("en")} not shown` : "";
            setText(says, `${number} selected${others}`);
        },
    };
}

function hasEnded(job) {
    return job.state === "finished";
}

const words = { top: "Top", up: "Up", down: "Down", bottom: "Bottom" };

/** Buttons that move all of `jobs()`. */
export function moveButtons(jobs) {
    const act = (to) => {
        const all = jobs();
        if (all.length > 1 && (to === "up" || to === "down"))
            return tell("Up and Down move one job at a time; Top and Bottom move all that are selected.");
        return move(all, to);
    };
    const buttons = Object.entries(words).map(([to, word]) =>
        doer(".slim", word, () => act(to), { "aria-label": `Move ${word.toLowerCase()}` }),
    );
    return h("div.acts.moves", {}, h("span.muted", {}, "Move"), ...buttons);
}
