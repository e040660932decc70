// Numbers, times and sentences as a person reads them. All of it is pure: each says what time it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as words from "../../web/words.js";

const MINUTE = 60000,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR;
const noon = new Date(2026, 10, 22, 12, 0).getTime();

/** Each row: what goes in, what comes out. */
function table(what, rows) {
    for (const [given, said] of rows) assert.equal(what(...[given].flat()), said, `of ${JSON.stringify(given)}`);
}

test("bytes have three digits at most, and a unit that fits", () => {
    table(words.bytes, [
        [0, "0 B"],
        [1023, "1023 B"],
        [1024, "1 KiB"],
        [1536, "1.5 KiB"],
        [10 * 1024, "10 KiB"],
        [1024 * 1024 - 1, "1 MiB"],
        [629145600, "600 MiB"],
        [1.25 * 2 ** 30, "1.3 GiB"],
        [-1, "unknown"],
        [null, "unknown"],
    ]);
});

test("a duration is as exact as its length deserves", () => {
    table(words.duration, [
        [0, "0 s"],
        [59499, "59 s"],
        [MINUTE, "1 min"],
        [245000, "4 min 5 s"],
        [35 * MINUTE + 20000, "35 min"],
        [HOUR, "1 h"],
        [59.9 * MINUTE, "1 h"],
        [80 * MINUTE, "1 h 20 min"],
        [DAY, "1 day"],
        [51 * HOUR, "2 days 3 h"],
        [-5, "0 s"],
    ]);
});

test("what is ahead and what is past is told from the time that is given, whatever this machine's clock says", () => {
    table(words.ahead, [
        [[noon + 27000, noon], "in 27 s"],
        [[noon + 26001, noon], "in 27 s"],
        [[noon - 1, noon], "any moment"],
    ]);
    table(words.ago, [
        [[noon - 1000, noon], "just now"],
        [[noon - 3 * MINUTE, noon], "3 min ago"],
        [[noon - 5 * HOUR, noon], "5 h ago"],
    ]);
});

test("a moment has its day where it is not today", () => {
    table(
        (time) => words.when(time, noon),
        [
            [noon + 2 * HOUR, "14:00"],
            [noon + 19 * HOUR, "tomorrow 07:00"],
            [noon - 14 * HOUR, "yesterday 22:00"],
            [noon + 3 * DAY, "Wed 12:00"],
            [noon + 20 * DAY, "12 Dec 12:00"],
        ],
    );
    assert.equal(words.atWhen(noon + 19 * HOUR, noon), "tomorrow at 07:00");
    assert.equal(words.atWhen(noon + 2 * HOUR, noon), "at 14:00");
});

test("tomorrow is the calendar's, also where a day has 23 hours", () => {
    const beforeChange = new Date(2026, 2, 28, 23, 30).getTime();
    assert.match(words.when(beforeChange + HOUR, beforeChange), /^tomorrow/);
});

test("several things are told in one breath", () => {
    table(words.listed, [
        [[["a"]], "a"],
        [[["a", "b"]], "a and b"],
        [[["a", "b", "c"]], "a, b and c"],
    ]);
    table(words.counted, [
        [[1, "job"], "1 job"],
        [[1200, "job"], "1,200 jobs"],
        [[2, "process", "processes"], "2 processes"],
    ]);
});
