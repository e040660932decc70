// Rows that are selected, and long lists of downloads that are folded: as values.
import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, placeOf } from "../../web/lines.js";
import { Selection } from "../../web/selection.js";

const rows = [..."abcde"].map((key) => ({ id: key, keys: [key] }));
const keysOf = (selection) => [...selection.keys].sort().join("");

test("a range goes from the row toggled last to the one reached, and is taken back where less is reached", () => {
    const selection = new Selection();
    selection.toggle(rows[4]);
    selection.toggle(rows[1]);
    selection.reach(rows[3], rows);
    assert.equal(keysOf(selection), "bcde");
    selection.reach(rows[2], rows);
    assert.equal(keysOf(selection), "bce");
    selection.reach(rows[0], rows);
    assert.equal(keysOf(selection), "abe");
    selection.toggle(rows[4]); // a range of rows that are not to be selected
    selection.reach(rows[0], rows);
    assert.equal(keysOf(selection), "");
});

test("a range to a row whose other end is not shown is that row", () => {
    const selection = new Selection();
    selection.toggle(rows[0]);
    selection.reach(rows[2], rows.slice(1));
    assert.equal(keysOf(selection), "ac");
});

test("a job that is gone is not selected any more, nor by a range that began before", () => {
    const selection = new Selection();
    selection.setAll(rows, true);
    selection.start(rows[3]);
    selection.keep((key) => key !== "a");
    selection.reach(rows[4], rows);
    assert.equal(keysOf(selection), "bcde");
});

test("a row of many is selected when all of them are", () => {
    const selection = new Selection();
    const many = { id: "more", keys: ["x", "y"] };
    selection.toggle({ id: "x", keys: ["x"] });
    assert.equal(selection.has(many), false);
    selection.toggle(many);
    assert.equal(selection.has(many), true);
    selection.toggle(many);
    assert.equal(selection.keys.size, 0);
});

// jobs.md §14.1, pools

const member = (id, more = {}) => ({
    key: `org.stint.transfer/${id}`,
    package: "org.stint.transfer",
    requested: "user_initiated",
    state: "pending",
    held: false,
    place: -id,
    terms: { pool: "urls.txt" },
    ...more,
});
const places = (jobs) => jobs.map((job) => -job.place);

test("a list's members stand together by their places, the first three and how many more", () => {
    const other = member(50, { terms: { pool: null } });
    const jobs = [member(1), other, ...[2, 3, 4, 5, 6].map((id) => member(id))];
    const [first, second, third, more, last] = folded(jobs, new Set());
    assert.deepEqual(places([first.job, second.job, third.job]), [6, 5, 4]);
    assert.deepEqual(places(more.more), [3, 2, 1]);
    assert.equal(last.job, other);
    assert.equal(folded(jobs, null).length, jobs.length, "where all is shown, nothing is folded");
    const open = folded(jobs, new Set([more.pool]));
    assert.deepEqual(places(open.slice(0, 6).map((row) => row.job)), [6, 5, 4, 3, 2, 1]);
    assert.deepEqual(open[6].more, [], "its end folds it again");
});

test("one more than the first three is a row of its own, and what is held or runs is none of the line", () => {
    const jobs = [1, 2, 3, 4].map((id) => member(id));
    assert.equal(folded(jobs, new Set()).length, 4);
    const held = [...jobs, member(5, { held: true }), member(6, { state: "running" })];
    assert.equal(folded(held, new Set()).length, 6);
});

test("ten thousand of a list are four rows", () => {
    const jobs = Array.from({ length: 10000 }, (_, i) => member(i));
    assert.equal(folded(jobs, new Set()).length, 4);
});

test("a place is among those of the app that wait in the same pool and were asked for as the same class", () => {
    // jobs.md §14.6
    const one = member(1);
    const jobs = [
        one,
        member(2),
        member(3, { state: "running" }),
        member(4, { terms: {} }),
        member(5, { requested: "regular" }),
        member(6, { package: "com.example.other" }),
    ];
    assert.deepEqual(placeOf(one, jobs), { place: 2, count: 2 });
    assert.deepEqual(placeOf(jobs[1], jobs), { place: 1, count: 2 });
});
