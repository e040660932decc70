// Which rows of a long list exist, and what a day's history is as a picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as day from "../../web/day_model.js";
import { between, offsetsOf } from "../../web/rows.js";

const MINUTE = 60000,
    HOUR = 60 * MINUTE;

test("only rows of which something is seen exist", () => {
    const offsets = offsetsOf([50, 100, 100, 100]);
    const range = (top, bottom) => Object.values(between(offsets, top, bottom));
    assert.deepEqual(range(0, 50), [0, 1]);
    assert.deepEqual(range(49, 51), [0, 2]);
    assert.deepEqual(range(50, 250), [1, 3]);
    assert.deepEqual(range(340, 900), [3, 4]);
    assert.deepEqual(range(-500, 0), [0, 0]);
    assert.deepEqual(range(350, 900), [4, 4]);
    assert.deepEqual(Object.values(between(offsetsOf([]), 0, 100)), [0, 0]);
});

test("a thousand rows cost as much as those that are seen", () => {
    const { first, end } = between(offsetsOf(new Array(100000).fill(80)), 4000000, 4000800);
    assert.deepEqual([first, end], [50000, 50010]);
});

const history = {
    from: 0,
    to: 10 * HOUR,
    device: [
        { key: "charging", value: "true", when: -5 * HOUR },
        { key: "charging", value: "false", when: 2 * HOUR },
        { key: "metered", value: "false", when: 0 },
        { key: "metered", value: "true", when: 5 * HOUR },
        { key: "charging", value: "false", when: 3 * HOUR },
    ],
    runs: [
        {
            key: "a.b/1",
            label: "one",
            began: HOUR,
            ended: 3 * HOUR,
            transferredDown: 2000,
            transferredUp: 0,
            outcome: "done",
            stopReason: 0,
            waits: [],
        },
        {
            key: "a.b/2",
            label: "two",
            began: 2 * HOUR,
            ended: 4 * HOUR,
            transferredDown: 0,
            transferredUp: 0,
            outcome: "exit 3",
            exitCode: 3,
            stopReason: 0,
            waits: [],
        },
        {
            key: "c.d/x#3",
            label: "three",
            began: 4 * HOUR,
            ended: 6 * HOUR,
            transferredDown: 0,
            transferredUp: 1000,
            outcome: "stopped",
            stopReason: 13,
            waits: [
                { when: HOUR, wants: ["mains"] },
                { when: 2 * HOUR, wants: ["a network"] },
            ],
        },
        {
            key: "a.b/4",
            label: "four",
            began: 9 * HOUR,
            ended: null,
            transferredDown: 0,
            transferredUp: 0,
            outcome: "",
            stopReason: 0,
            waits: [],
        },
    ],
};

test("a state is a span from its change to the next, and what changed to the same goes on", () => {
    assert.deepEqual(day.spansOf(history, "charging"), [
        { from: 0, to: 2 * HOUR, value: "true" },
        { from: 2 * HOUR, to: 10 * HOUR, value: "false" },
    ]);
    assert.deepEqual(day.spansOf(history, "screen"), []);
});

test("runs at once have tracks of their own", () => {
    const [first, second] = day.lanesOf(history);
    assert.deepEqual(
        [first.package, first.tracks.map((track) => track.map((run) => run.label))],
        ["a.b", [["one", "four"], ["two"]]],
    );
    assert.equal(second.package, "c.d");
});

test("a moment tells what was so, what ran, and who waited for what", () => {
    const moment = day.momentOf(history, 1.5 * HOUR);
    assert.deepEqual(moment.states, { charging: "true", metered: "false" });
    assert.deepEqual(
        moment.running.map((run) => run.label),
        ["one"],
    );
    assert.deepEqual(
        moment.waiting.map(({ run, wants }) => [run.label, wants]),
        [["three", ["mains"]]],
    );
    assert.deepEqual(
        day.momentOf(history, 9.5 * HOUR).running.map((run) => run.label),
        ["four"],
    );
});

test("no byte is lost between the steps of a chart, nor counted on the wrong network", () => {
    const series = day.bytesOver(history, HOUR);
    const sum = (counts) => counts.reduce((all, count) => all + count, 0);
    assert.equal(sum(series.metered) + sum(series.unmetered), 3000);
    assert.equal(sum(series.metered), 500);
    assert.deepEqual(series.unmetered.slice(0, 5), [0, 1000, 1000, 0, 500]);
});

test("an app's total is of its runs, and its longest wait has a reason", () => {
    const [first, second] = day.totalsByApp(history);
    assert.deepEqual([first.runs, first.ran, first.down], [3, 5 * HOUR, 2000]);
    assert.deepEqual([second.waited, second.waitedFor, second.metered], [2 * HOUR, "a network", 500]);
});

test("what was stopped or failed did not end well; what still runs may", () => {
    assert.deepEqual(history.runs.map(day.endedWell), [true, false, false, true]);
});

test("an axis has round hours, no more than there is room for", () => {
    const from = new Date(2026, 10, 22, 9, 17).getTime();
    const ticks = day.ticksOf(from, from + 24 * HOUR, 8);
    assert.ok(ticks.length <= 8 && ticks.length >= 5);
    for (const tick of ticks) assert.equal(new Date(tick).getMinutes(), 0);
});
