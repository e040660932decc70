// One job, in full: how it stands, every reason why it waits, what happened to it, and all that one may do with it.
import { cancel, clear, pause, resume, retry, runNow, stopApp, why } from "../actions.js";
import { get } from "../ask.js";
import { doer, h, setSign, setText, sign, table } from "../dom.js";
import { placeOf } from "../lines.js";
import { timeLeft } from "../rate.js";
import {
    endOf,
    endWords,
    groupOf,
    jobName,
    kindWords,
    mayBeRetried,
    percentOf,
    progressOf,
    progressWords,
    purpose,
    storyWords,
} from "../sentences.js";
import { waitWords } from "../waits.js";
import { bytes, capital, duration, rate, when, whenExactly } from "../words.js";
import { blockerRow } from "./blocker_row.js";
import { isCommand, makeOutput } from "./output.js";
import { moveButtons } from "./picked.js";
import { makeWork } from "./work.js";

/** Opens it in `place`; refresh() says it again. */
export function openJob(place, page, key) {
    const { store, clock } = page;
    const icon = sign("waiting");
    const title = h("h2", { tabindex: "-1" });
    const about = h("p.muted");
    const state = h("p.job-state", {}, icon);
    const stateText = h("span");
    state.append(stateText);
    const bar = h("progress", { max: 100, hidden: true, "aria-label": "Progress" });
    const pace = h("p.pace");
    const acts = h("div.acts");
    const line = h("p.muted");
    const moves = moveButtons(() => [store.job(key)]);
    moves.prepend(line);
    const reasons = h("section.reasons-all");
    const facts = h("dl.facts");
    const chain = h("section", { hidden: true }, h("h3", {}, "The work it belongs to"));
    let work = null;
    let output = null;
    const story = h("section.story");
    const back = h("a.back", { href: "#/now" }, "All jobs");
    place.append(h("article.panel", {}, back, title, about, state, bar, pace, acts, moves, reasons, facts, chain, story));

    let explained = null; // what /api/why says, of `of`
    let of = null;
    let ended = false;
    const asks = new AbortController();

    async function explain(job) {
        of = job;
        const [answer] = await why([key], asks.signal).catch(() => []);
        if (asks.signal.aborted) return;
        explained = answer?.error ? null : (answer ?? null);
        const log = await get(`/api/log?job=${encodeURIComponent(key)}`, asks.signal).catch(() => null);
        if (asks.signal.aborted) return;
        if (log) tellStory(log.runs);
        refresh();
    }

    function tellStory(entries) {
        if (entries.length === 0) return story.replaceChildren();
        const now = clock.now();
        const rows = entries
            .slice(-30)
            .reverse()
            .map((entry) => {
                const [what, more] = storyWords(entry);
                const said = h("span", {}, h("strong", {}, what), more && ` ${more}`);
                return h("li", {}, h("time", {}, whenExactly(entry.when, now)), said);
            });
        story.replaceChildren(h("h3", {}, "What happened"), h("ol.log", {}, ...rows));
    }

    function showReasons(job, now) {
        const blockers = explained?.blockers ?? [];
        if (job.state !== "pending" || blockers.length === 0) return reasons.replaceChildren();
        const rows = blockers.map((blocker) => blockerRow(blocker, now));
        const text = rows.map((row) => row.textContent).join("\n");
        if (reasons.dataset.text === text) return;
        reasons.dataset.text = text;
        reasons.replaceChildren(
            h("h3", {}, "Why it waits"),
            table("Why it waits", ["Why", "What ends it"], rows, ".why"),
            h("p.codes", {}, blockers.map((blocker) => blocker.name).join(" · ")),
        );
    }

    function showFacts(job, now) {
        const moment = (time) => (time ? when(time, now) : null);
        const list = [
            ["On behalf of", store.label(job.package)],
            ["Kind", capital(kindWords(job))],
            ["From", job.url],
            ["To", job.path],
            ["Asked for", moment(job.enqueued)],
            ["Runs since", job.state === "running" ? moment(job.started) : null],
            ["Runs until at most", job.clocks?.limit ? moment(job.clocks.limit) : null],
            ["Received", job.transferredDown > 0 ? bytes(job.transferredDown) : null],
            ["Sent", job.transferredUp > 0 ? bytes(job.transferredUp) : null],
            ["Ended", moment(job.ended)],
            ["Ran for", job.state === "finished" && job.started ? duration(job.ended - job.started) : null],
            ["Failures", job.failures > 0 ? String(job.failures) : null],
            [
                "Survives a restart",
                job.persisted === null || job.persisted === undefined ? null : job.persisted ? "yes" : "no",
            ],
            ["Limits", job.limits],
            ["Name", job.key],
        ].filter(([, value]) => value);
        const text = JSON.stringify(list);
        if (facts.dataset.text === text) return;
        facts.dataset.text = text;
        facts.replaceChildren(...list.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
    }

    /** The request that it is the job of, in its chain. */
    function showWork(job) {
        if (job.namespace !== "stint.work") return;
        if (!work) chain.append((work = makeWork(page, job.package, key)).element);
        chain.hidden = !work.isThere;
        if (work.isThere) work.update();
    }

    function showOutput(job) {
        if (!isCommand(job)) return;
        if (!output) facts.before((output = makeOutput(page, key)).element);
        output.update();
    }

    function showActs(job) {
        const group = groupOf(job);
        const words = [];
        if (group === "ended") words.push(...(mayBeRetried(job) ? ["retry"] : []), "clear");
        else if (job.held) words.push("resume", "cancel");
        else if (group === "running") words.push("pause", "cancel");
        else words.push("run", ...(job.failures > 0 ? ["retry"] : []), "pause", "cancel", "what-if");
        const app = store.apps.find((each) => each.package === job.package);
        const task = store.topics.tasks?.rows?.find((row) => row.package === job.package);
        const running = [...store.jobs.values()].filter(
            (each) => each.package === job.package && each.state === "running",
        );
        if (
            group === "running" &&
            running.length > 0 &&
            task?.stop !== false &&
            !app?.system &&
            app?.bucket !== "exempted"
        )
            words.push("stop");
        const said = [...words, store.label(job.package)].join();
        if (acts.dataset.words === said) return;
        acts.dataset.words = said;
        const button = (text, act, classes = "") =>
            doer(`${classes}`, text, () => act(store.job(key)));
        const offers = {
            run: () => button("Run now…", runNow, ".primary"),
            resume: () => button("Resume", resume, ".primary"),
            retry: () => button("Retry", retry),
            pause: () => button("Pause", pause),
            cancel: () => button("Cancel…", cancel),
            clear: () =>
                button("Clear", async (job) => {
                    if (await clear(job)) location.hash = "#/now";
                }),
            stop: () =>
                button(`Stop ${store.label(job.package)}…`, () =>
                    stopApp(
                        job.package,
                        store.label(job.package),
                        [...store.jobs.values()].filter(
                            (each) => each.package === job.package && each.state === "running",
                        ),
                    ),
                ),
            "what-if": () =>
                h("a.button", { href: `#/what-if/${key.split("/").map(encodeURIComponent).join("/")}` }, "What if…"),
        };
        const had = acts.contains(document.activeElement);
        acts.replaceChildren(...words.map((word) => offers[word]()));
        if (had) (acts.firstElementChild ?? title).focus({ preventScroll: true });
    }

    /** Its place among those that wait as it does, which a person may change. */
    function showPlace(job) {
        const { place, count } = job.state === "pending" ? placeOf(job, store.jobs.values()) : { place: 0, count: 0 };
        moves.hidden = count < 2;
        setText(line, `Number ${place.toLocaleString("en")} of ${count.toLocaleString("en")} that wait like it.`);
    }

    function refresh() {
        const job = store.job(key);
        if (!job) {
            if (!store.complete || ended) return;
            setText(title, "This job no longer exists");
            setText(about, `No job is called ${key}. It may have ended long ago.`);
            return;
        }
        const now = clock.now();
        const group = groupOf(job);
        if (of?.state !== job.state || of?.waitsFor !== job.waitsFor || of?.failures !== job.failures) explain(job);
        setText(title, jobName(job));
        setText(about, purpose(job, store.label(job.package)));
        setSign(icon, group === "ended" ? endOf(job) : group);
        setText(
            stateText,
            group === "ended"
                ? endWords(job)
                : group === "running"
                  ? "Running"
                  : job.held
                    ? "Paused by you"
                    : waitWords(job).short,
        );
        const progress = progressOf(job);
        const percent = percentOf(job);
        bar.hidden = percent === null || group === "ended";
        if (percent !== null) bar.value = (100 * progress.done) / progress.total;
        const perSecond = group === "running" ? page.rates.of(key, now) : null;
        const left = timeLeft(progress, perSecond);
        setText(
            pace,
            group === "ended"
                ? ""
                : [
                      progressWords(job),
                      percent === null ? "" : `${percent} %`,
                      perSecond ? rate(perSecond) : "",
                      left === null ? "" : `${duration(left)} left`,
                  ]
                      .filter(Boolean)
                      .join(" · "),
        );
        showReasons(job, now);
        showFacts(job, now);
        showWork(job);
        showActs(job);
        showPlace(job);
        showOutput(job);
    }

    refresh();
    title.focus({ preventScroll: true });
    const close = () => {
        asks.abort();
        work?.close();
        output?.close();
    };
    return { key, refresh, close };
}
