// Sentences about jobs, apps and Doze: by the very keys that `stint … --json` prints.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as apps from "../../web/app_words.js";
import { dozeWords } from "../../web/doze_words.js";
import * as jobs from "../../web/sentences.js";
import * as waiting from "../../web/waits.js";

const now = new Date(2026, 10, 22, 12, 0).getTime();

function job(more) {
    return {
        key: "com.example.mail/7",
        package: "com.example.mail",
        id: 7,
        label: "Letters",
        state: "pending",
        reasons: [],
        waitsFor: "",
        held: false,
        failures: 0,
        transferredDown: 0,
        transferredUp: 0,
        estimatedDown: null,
        estimatedUp: null,
        ...more,
    };
}

function waits(name, want = "", waitsFor = "") {
    return job({ reasons: [{ name }], want, waitsFor });
}

const power = waits("CONSTRAINT_CHARGING", "mains", "on battery, 14 %; wants to be charging");
const unmetered = waits("CONSTRAINT_CONNECTIVITY", "an unmetered network", "the network (ETHERNET) is metered");

test("the headline counts what runs and why the rest waits", () => {
    // issue 15, Now
    const soon = {
        ...waits("CONSTRAINT_MINIMUM_LATENCY", "its time", "a person set its time"),
        label: "Backup",
        earliest: now + 2 * 3600000,
    };
    const running = job({ state: "running" });
    const line = jobs.headline([running, running, power, power, unmetered, soon], now);
    assert.equal(
        `${line.says} ${line.why}`,
        "2 running, 4 waiting: 2 for mains, 1 for an unmetered network, 1 for its time.",
    );
    assert.equal(line.next, "Next: 14:00, Backup.");
});

test("where all wait for one thing it is said once, and where nothing is it is said", () => {
    const line = jobs.headline([power, power], now);
    assert.equal(`${line.says} ${line.why}`, "2 waiting: all for mains.");
    assert.equal(jobs.headline([], now).says, "Nothing is running, and nothing waits.");
});

test("what waits for a person stands apart from what waits for the world", () => {
    assert.equal(jobs.groupOf(job({ held: true, reasons: [{ name: "USER" }] })), "needs");
    assert.equal(jobs.groupOf(waits("BACKGROUND_RESTRICTION")), "needs");
    assert.equal(jobs.groupOf(power), "waiting");
    assert.equal(jobs.groupOf(job({ state: "running" })), "running");
    assert.equal(jobs.groupOf(job({ state: "finished", held: true })), "ended");
});

test("a row says what the job waits for in the scheduler's words", () => {
    const words = waiting.waitWords(unmetered);
    assert.equal(words.short, "Waits for an unmetered network");
    assert.equal(words.detail, "the network (ETHERNET) is metered");
    assert.equal(waiting.waitWords(job({ reasons: [] })).short, "Starts any moment");
});

test("a blocker is told in its words, and what time alone clears asks nothing of anybody", () => {
    const blocker = { want: "its next try", detail: "rests after 1 failure", clears: "time, or a retry" };
    assert.deepEqual(waiting.blockerWords(blocker), {
        short: "Waits for its next try",
        detail: "Rests after 1 failure",
        clear: "Time, or a retry",
    });
    assert.equal(waiting.blockerWords({ want: "its deadline", detail: "runs then", clears: "time" }).clear, "");
});

test("a name keeps to itself: it turns no text around it, and fits", () => {
    assert.equal(jobs.jobName(job({ label: "\u202efdp.exe" })), "fdp.exe");
    assert.equal(jobs.jobName(job({ label: "x".repeat(5000) })).length, 200);
    assert.equal(jobs.jobName(job({ label: "", service: "Sync" })), "Sync, job 7");
});

test("an app's own progress counts only where it speaks of the same total", () => {
    assert.deepEqual(
        jobs.progressOf(job({ transferredDown: 10, estimatedDown: 100, progressMaximum: 100, progressValue: 40 })),
        { done: 40, total: 100, ofBytes: true },
    );
    assert.deepEqual(jobs.progressOf(job({ progressMaximum: 10, progressValue: 3 })), {
        done: 3,
        total: 10,
        ofBytes: false,
    });
    assert.deepEqual(jobs.progressOf(job({ transferredUp: 5, estimatedUp: 50 })), {
        done: 5,
        total: 50,
        ofBytes: true,
    });
    assert.equal(jobs.percentOf(job({ transferredDown: 199, estimatedDown: 200 })), 99, "all is not there yet");
});

test("an end says how, and why", () => {
    const ended = (more) => jobs.endWords(job({ state: "finished", ...more }));
    assert.equal(ended({ status: "done", outcome: "done" }), "Done");
    assert.equal(ended({ status: "failed", outcome: "exit 3" }), "Failed: exit 3");
    assert.equal(ended({ status: "stopped", outcome: "cancelled" }), "Cancelled");
});

test("a quota says what is used, of what, and when it comes back", () => {
    // limits.md §3
    const quota = {
        used: 240000,
        allowed: 600000,
        window: 86400000,
        comesBack: [{ when: now + 3600000, length: 120000 }],
        returns: null,
        free: false,
    };
    assert.deepEqual(apps.quotaWords(quota, now), {
        part: 0.4,
        says: "4 min of 10 min in 24 h",
        returns: "2 min come back at 13:00",
    });
    assert.equal(
        apps.quotaWords({ ...quota, used: 600000, returns: now + 60000 }, now).returns,
        "Used up; available again at 12:01",
    );
    assert.equal(apps.quotaWords({ ...quota, allowed: null }, now).says, "no limit");
});

test("Doze tells its windows to come", () => {
    // limits.md §6
    assert.equal(dozeWords({ deep: "active", light: "active" }, now).says, "The computer is in use: nothing rests.");
    assert.deepEqual(dozeWords({ deep: "idle", deepUntil: now + 3600000, light: "override" }, now).windows, [
        "Next window: 13:00 (in 1 h)",
    ]);
});

test("only a change of state is read aloud", () => {
    const running = job({ state: "running", transferredDown: 1 });
    assert.equal(jobs.changeWords(running, { ...running, transferredDown: 2 }), "");
    assert.equal(jobs.changeWords(running, { ...running, state: "pending", held: true }), "Letters is paused");
    assert.equal(jobs.changeWords(power, running), "Letters is running");
});

test("an upload is one by what it has sent, or is to send", () => {
    const of = (more) => jobs.purpose(job({ package: jobs.TRANSFER, url: "https://a.org/x", ...more }), "Transfers");
    assert.equal(of({ estimatedUp: 49 }), "Upload to a.org");
    assert.equal(of({ estimatedUp: 0 }), "Upload to a.org");
    assert.equal(of({ estimatedUp: 49, transferredUp: 49, state: "finished" }), "Upload to a.org");
    assert.equal(of({ estimatedDown: 49, estimatedUp: 0 }), "Download from a.org");
    assert.equal(of({}), "Download from a.org");
    assert.equal(of({ state: "finished" }), "Transfer with a.org", "nobody knows any more");
    assert.equal(jobs.progressWords(job({ estimatedUp: 2048, transferredUp: 1024 })), "1 KiB of 2 KiB");
});

test("a line of the history says no word twice", () => {
    const words = (what, detail) => jobs.storyWords({ what, detail });
    assert.deepEqual(words("stopped", "stopped by the user (USER); ran 2s"), ["Stopped", "by the user; ran 2s"]);
    assert.deepEqual(words("ended", "cancelled; ran 1s"), ["Ended", "cancelled; ran 1s"]);
});

test("what runs now is a sentence", () => {
    const named = (label) => job({ label, state: "running" });
    assert.equal(jobs.runningNow([job()]), "");
    assert.equal(jobs.runningNow([named("a"), job()]), "a runs now.");
    assert.equal(jobs.runningNow("abcde".split("").map(named)), "a, b, c and 2 more run now.");
});
