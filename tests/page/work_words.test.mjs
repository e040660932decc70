// Sentences about an app's work requests: by the very keys that `stint work --json` prints.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as work from "../../web/work_words.js";

const now = new Date(2026, 10, 22, 12, 0).getTime();

function request(id, more = {}) {
    return {
        package: "com.example.photos",
        id,
        worker: id,
        state: "ENQUEUED",
        name: "",
        tags: [],
        follows: [],
        attempts: 0,
        job: null,
        nextRun: null,
        periodic: null,
        constraints: [],
        expedited: false,
        why: "",
        progress: [],
        ...more,
    };
}

const names = (trees) => trees.map(({ request, below }) => (below.length > 0 ? [request.id, ...names(below)] : request.id));

test("each chain is a tree, and one that follows several stands in it once", () => {
    // jobs.md §10, chains
    const requests = [
        request("a"),
        request("b", { follows: ["a"] }),
        request("c", { follows: ["a"] }),
        request("d", { follows: ["b", "c"] }),
        request("e"),
    ];
    assert.deepEqual(names(work.treesOf(requests)), [["a", ["b", "d"], "c"], "e"]);
});

test("what is no chain ends, too: a ring, itself, one that is not there, one id twice", () => {
    const requests = [
        request("a", { follows: ["b"] }),
        request("b", { follows: ["a"] }),
        request("c", { follows: ["c"] }),
        request("d", { follows: ["gone"] }),
        request("a", { follows: ["a"] }),
    ];
    assert.deepEqual(names(work.treesOf(requests)), [["a", "b", "a"], "c", "d"]);
});

test("a job is found in the chain that it belongs to", () => {
    const trees = work.treesOf([request("a"), request("b"), request("c", { follows: ["b"], job: 7 })]);
    assert.equal(work.treeWith(trees, "com.example.photos/stint.work#7").request.id, "b");
    assert.equal(work.treeWith(trees, "com.example.photos/stint.work#8"), undefined);
});

test("why it waits is its job's word where it has one, and the app's where it has none", () => {
    const job = { state: "pending", want: "mains", waitsFor: "on battery, 14 %" };
    assert.equal(work.workWhy(request("a", { job: 7 }), job, now), "Waits for mains, on battery, 14 %");
    assert.equal(work.workWhy(request("a", { job: 7, nextRun: now + 60000 }), job, now).endsWith("in 1 min"), true);
    assert.equal(work.workWhy(request("b", { state: "BLOCKED", why: "follows a" }), undefined, now), "Follows a");
    assert.equal(work.workWhy(request("c", { state: "RUNNING", why: "x" }), undefined, now), "");
});

test("a state of which nobody knows is said as it is", () => {
    assert.deepEqual(work.workState(request("a", { state: "PAUSED" })), { says: "PAUSED", sign: "waiting" });
});

test("what else there is to say of it is said in a line", () => {
    const told = request("a", {
        name: "sync",
        periodic: 3600000,
        attempts: 2,
        tags: ["photo"],
        constraints: ["charging"],
        progress: ["done=3"],
    });
    assert.equal(
        work.workFacts(told).join(" · "),
        "unique as sync · every 1 h · tried 2 times · needs charging · tagged photo · done=3",
    );
    assert.equal(work.workCounts([told, request("b", { state: "RUNNING" }), told]), "1 running, 2 waiting");
});
