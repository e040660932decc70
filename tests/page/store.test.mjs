// State by topics, the daemon's time, rates, and the stream that the tabs of a browser share.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../web/clock.js";
import { Rates, timeLeft } from "../../web/rate.js";
import { Store } from "../../web/store.js";
import { Stream, TOPICS } from "../../web/stream.js";

function storeNow() {
    const flushes = [];
    return {
        store: new Store((flush) => flushes.push(flush)),
        frame: () => flushes.splice(0).forEach((flush) => flush()),
    };
}

test("jobs are merged by their names, and a whole set takes the place of all", () => {
    const { store } = storeNow();
    store.apply("jobs", { all: true, jobs: [{ key: "a/1", n: 1 }, { key: "a/2" }] });
    store.apply("jobs", { all: false, jobs: [{ key: "a/1", n: 2 }], gone: ["a/2"] });
    assert.deepEqual([...store.jobs.values()], [{ key: "a/1", n: 2 }]);
    store.apply("jobs", { all: true, jobs: [] });
    assert.equal(store.jobs.size, 0);
});

test("a listener hears once a frame, of its own topics alone", () => {
    const { store, frame } = storeNow();
    const heard = [];
    const off = store.on(["jobs", "apps"], (changed) => heard.push([...changed]));
    store.apply("jobs", { all: true, jobs: [] });
    store.apply("apps", { apps: [] });
    store.apply("device", {});
    frame();
    store.apply("device", {});
    frame();
    assert.deepEqual(heard, [["jobs", "apps", "device"]]);
    off();
    store.apply("jobs", { all: true, jobs: [] });
    frame();
    assert.equal(heard.length, 1);
});

test("what one tab knows makes another know the same", () => {
    const one = storeNow().store;
    one.apply("hello", { daemon: "up" });
    one.apply("jobs", { all: true, jobs: [{ key: "a/1" }] });
    one.apply("daemon", { state: "down" });
    const other = storeNow().store;
    for (const [topic, data] of one.snapshot()) other.apply(topic, data);
    assert.deepEqual([other.jobs.size, other.up], [1, false]);
});

test("a server that has come anew is believed of the daemon, not the one before it", () => {
    const { store } = storeNow();
    store.apply("daemon", { state: "down" });
    store.apply("hello", { daemon: "up" });
    assert.equal(store.up, true);
});

test("the daemon's time counts on by a clock that nobody sets", () => {
    let elapsed = 5000;
    const clock = new Clock(() => elapsed);
    clock.set(1700000000000);
    elapsed += 1500;
    assert.equal(clock.now(), 1700000001500);
});

test("a rate is of the last seconds, and falls to nothing where nothing comes", () => {
    const rates = new Rates();
    for (let second = 0; second <= 20; ++second)
        rates.observe("a/1", second * 1000 * (second > 10 ? 2 : 1), second * 1000);
    assert.equal(rates.of("a/1", 20000), 2000);
    assert.equal(rates.of("a/1", 60000), 0);
    assert.equal(rates.of("a/2", 0), null);
});

test("a transfer that goes on has the rate of what moves now, not of its part that was there", () => {
    const rates = new Rates();
    rates.observe("a", 0, 1000);
    rates.observe("a", 40e6, 2000); // the part, told at once
    assert.equal(rates.of("a", 2000), null);
    rates.observe("a", 41e6, 3000);
    assert.equal(rates.of("a", 3000), 1e6);
});

test("a transfer that begins anew has no rate below nothing", () => {
    const rates = new Rates();
    rates.observe("a/1", 9000, 0);
    rates.observe("a/1", 100, 1000);
    assert.equal(rates.of("a/1", 2000), null);
    assert.equal(timeLeft({ done: 50, total: 100, ofBytes: true }, 10), 5000);
    assert.equal(timeLeft({ done: 50, total: 100, ofBytes: true }, 0), null);
});

/** A browser with tabs: one lock, one channel, and what was opened. */
function browser() {
    const channels = [];
    const waiting = [];
    const sources = [];
    let held = false;
    class EventSource {
        static CLOSED = 2;
        constructor() {
            this.heard = {};
            this.readyState = 1;
            sources.push(this);
        }
        addEventListener(topic, listener) {
            this.heard[topic] = listener;
        }
    }
    const world = () => ({
        BroadcastChannel: class {
            constructor() {
                channels.push(this);
            }
            postMessage(data) {
                for (const other of channels) if (other !== this) other.onmessage?.({ data });
            }
        },
        EventSource,
        setTimeout: (again) => again(),
        navigator: {
            locks: {
                request: (_, run) => {
                    if (held) waiting.push(run);
                    else {
                        held = true;
                        run();
                    }
                },
            },
        },
    });
    return {
        sources,
        tab: (heard, snapshot = () => []) => {
            const stream = new Stream(
                { hear: (topic, data) => heard.push([topic, data]), state: () => {}, snapshot },
                world(),
            );
            stream.open();
            return stream;
        },
        next: () => waiting.shift()?.(),
    };
}

test("of all tabs one holds the stream; the others hear what it hears, and one takes over where it goes", () => {
    const { sources, tab, next } = browser();
    const first = [],
        second = [];
    tab(first, () => [["apps", { apps: ["known before"] }]]);
    tab(second);
    assert.equal(sources.length, 1);
    assert.deepEqual(second, [["apps", { apps: ["known before"] }]]);
    sources[0].heard.jobs({ data: '{"all":true,"jobs":[]}' });
    assert.deepEqual(second.at(-1), ["jobs", { all: true, jobs: [] }]);
    assert.deepEqual(first, [["jobs", { all: true, jobs: [] }]]);
    next();
    assert.equal(sources.length, 2);
});

test("every topic of the contract is listened to", () => {
    const { sources, tab } = browser();
    tab([]);
    assert.deepEqual(Object.keys(sources[0].heard), TOPICS);
});

test("a stream that is refused says so; one that is gone is opened again", async () => {
    for (const [status, opened, word] of [
        [401, 1, "refused"],
        [503, 2, "lost"],
    ]) {
        const { sources, tab } = browser();
        const words = [];
        const stream = tab([]);
        stream.ends.state = (state) => words.push(state);
        stream.world.fetch = async () => ({ status });
        sources[0].readyState = 2;
        sources[0].onerror();
        await new Promise((later) => setImmediate(later));
        assert.deepEqual([sources.length, words.at(-1)], [opened, word]);
    }
});
