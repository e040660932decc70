// The bar below the list while jobs are selected: how many, how many of them no row shows, and what to do with all of
// them. It covers the page's foot, so that nothing moves when it comes.
import { cancelAll, move, pauseAll, resumeAll } from "../actions.js";
import { tell } from "../dialog.js";
import { doer, h, setText } from "../dom.js";
import { byPlace } from "../lines.js";

/**
 * @param {() => {jobs: any[], unseen: number}} chosen @param {() => void} clear has nothing selected any more
 * @param {() => void} leave takes the focus when the bar goes
 */
export function makeBar(chosen, clear, leave) {
    const says = h("span", {});
    const jobs = () => chosen().jobs;
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
    const cancels = doer(".slim", "Cancel…", () => cancelAll(jobs(), chosen().unseen));
    const moves = moveButtons(() => jobs().sort(byPlace));
    const element = h(
        "div.picked",
        { role: "group", "aria-label": "The selected jobs", hidden: true },
        h(
            "div.picked-in",
            {},
            h("p.picked-says", {}, says, h("button.quiet", { type: "button", onclick: clear }, "Clear")),
            h("div.acts", {}, pauses, resumes, cancels),
            moves,
        ),
    );
    return {
        element,
        first: pauses,
        update() {
            const { jobs, unseen } = chosen();
            const had = element.contains(document.activeElement);
            element.hidden = jobs.length === 0;
            if (had && element.hidden) leave();
            const number = jobs.length.toLocaleString("en");
            setText(says, `${number} selected${unseen > 0 ? `, ${unseen.toLocaleString("en")} not shown` : ""}`);
        },
    };
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
