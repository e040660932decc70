// The fleet's page, as a person with eyes, with a keyboard, and with a screen reader meets it, on a real fleet's server
// beside which 10,000 devices have joined (fleet.md §5.4).
import assert from "node:assert/strict";
import { test } from "node:test";
import { FleetStore } from "../../web/fleet/store.js";
import { Tables, pathOf, roomOf } from "../../web/fleet/tables.js";
import { axe, browser, ground, looks, onGround, text, watchShifts } from "./ground.mjs";

let night;
let missing = [];

onGround(async () => {
    missing = await ground.do("missing");
    if (missing.length === 0) [, night] = await ground.do("campaigns");
}, "fleet.py");

/** @param {string} name @param {() => Promise<void>} work */
const onFleet = (name, work) =>
    test(name, (of) => (missing.length > 0 ? of.skip(`there is no ${missing.join(", ")}`) : work()));

/** It has all of its rows. */
const whole = (page, count) =>
    page.waitForFunction((count) => document.querySelector("ul.rows > li")?.ariaSetSize === String(count), count);

const at = async (page, hash) =>
    page.evaluate((to) => {
        location.hash = to;
    }, hash);

for (const [width, dark] of looks)
    onFleet(`at ${width} pixels, ${dark ? "dark" : "light"}, every view fits, and axe finds nothing`, async () => {
        const page = await browser.open("#/campaigns", { width, height: 844, dark });
        for (const [view, ready] of [
            ["#/campaigns", "li.campaign:nth-child(2)"],
            [`#/campaigns/${night}`, ".curve path.begin"],
            ["#/devices", "ul.rows > li"],
        ]) {
            await at(page, view);
            await page.waitForSelector(ready, { state: "attached" });
            assert.deepEqual(await axe(page), [], view);
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(beyond <= 0, `${view} is ${beyond} pixels too wide`);
        }
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

onFleet("campaigns stand with their words, and one is opened by keys alone", async () => {
    const page = await browser.open("#/campaigns");
    await page.waitForSelector("li.campaign:nth-child(2)");
    assert.match(await text(page, "h1"), /^2 campaigns, 2 under way$/);
    const row = page.locator("li.campaign", { hasText: "firmware" });
    assert.match(await row.innerText(), /300 of 10,000 devices ended, 300 succeeded, 0 failed/);
    for (let tabs = 0; tabs < 12; ++tabs) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement.textContent === "night")) break;
    }
    await page.keyboard.press("Enter");
    await page.waitForSelector(".curve path.begin");
    assert.match(await text(page, "h1"), /^night$/);
    assert.match(await text(page, "section.waves"), /Wave 1 open 0 of 10 begun, 0 ended, 0 ok Wave 2 0 of 290 begun/);
    assert.match(await text(page, "main"), /300 The device is not charging/);
    assert.match(await text(page, ".curve figcaption"), /300 devices may begin, as they reckon/);
    assert.deepEqual(await page.locator(".commands code").allInnerTexts(), [
        `stint fleet pause ${night}`,
        `stint fleet cancel ${night}`,
    ]);
    await page.getByRole("combobox").focus();
    await page.keyboard.press("w");
    await page.keyboard.press("Enter");
    await whole(page, 300);
    assert.match(await text(page, "ul.rows > li"), /waiting the device is not charging; may begin/);
    await page.context().close();
});

onFleet("10,000 devices scroll, of which those on the screen exist; a query finds some, or says why it is none", async () => {
    const page = await browser.open("#/devices");
    await whole(page, 10000);
    const [first] = await ground.do("json", "devices");
    assert.match(await text(page, "ul.rows > li"), new RegExp(`^${first.device} filled=yes`));
    const most = await page.evaluate(async () => {
        let most = 0;
        for (let i = 0; i < 20; ++i) {
            scrollTo(0, (document.documentElement.scrollHeight * i) / 20);
            await new Promise(requestAnimationFrame);
            most = Math.max(most, document.querySelectorAll("ul.rows > li").length);
        }
        scrollTo(0, document.documentElement.scrollHeight);
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return most;
    });
    assert.ok(most < 100, `${most} rows exist`);
    assert.equal(await page.locator("ul.rows > li").last().getAttribute("aria-posinset"), "10000");
    await page.getByRole("searchbox").fill(`id ${first.device}`);
    await page.keyboard.press("Enter");
    await whole(page, 1);
    await page.getByRole("searchbox").fill("label site=");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".trouble-says").textContent !== "");
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

onFleet("a change appears by itself, in the list, in the campaign and among its devices, and moves nothing else", async () => {
    const page = await browser.open(`#/campaigns/${night}`);
    await page.waitForSelector(".curve path.begin");
    await whole(page, 10000);
    const list = await browser.open("#/campaigns", { context: page.context() });
    await list.waitForSelector("li.campaign:nth-child(2)");
    const shifts = await watchShifts(list);
    await ground.do("says", "pause", night);
    await page.waitForFunction(() => /^Paused: an operator lets nobody begin/.test(document.querySelector(".job-state").textContent));
    assert.match(await text(page, ".commands"), new RegExp(`stint fleet resume ${night}`));
    await list.waitForFunction(() => /paused/.test(document.querySelector("ul.campaigns").textContent));
    await ground.do("tell", "report", night, "2");
    await page.waitForFunction(() => /300Succeeded/.test(document.querySelector(".counts").textContent));
    await page.waitForFunction(() => /300 devices told an end/.test(document.querySelector("figcaption").textContent));
    await list.waitForFunction(() => document.querySelectorAll("li.campaign .muted").length > 0);
    assert.deepEqual(await shifts(), []);
    assert.deepEqual([...page.complaints, ...list.complaints], []);
    await page.context().close();
});

onFleet("a stranger gets 401, and is told what to type; the token leaves the address", async () => {
    const context = await browser.browser.newContext();
    const page = await context.newPage();
    await page.goto(new URL("/", ground.url).href);
    assert.match(await text(page, "body"), /type in a terminal: stint fleet ui/);
    for (const path of ["/v1/devices", "/v1/events", "/fleet/main.js"])
        assert.equal((await context.request.get(new URL(path, ground.url).href)).status(), 401, path);
    await page.goto(ground.url);
    await page.waitForSelector("li.campaign");
    assert.equal(new URL(page.url()).hash, "");
    await context.close();
});

// Pure.

test("campaigns are merged by their ids, and another tab learns as much", () => {
    const store = new FleetStore();
    const heard = [];
    store.on(["devices"], (data) => heard.push(data));
    assert.deepEqual(store.snapshot(7), []);
    store.apply("fleet", { name: "office" });
    store.apply("campaigns", { all: true, campaigns: [{ campaign: "a", n: 1 }, { campaign: "b" }], gone: [] });
    store.apply("campaigns", { all: false, campaigns: [{ campaign: "a", n: 2 }], gone: ["b"] });
    store.apply("devices", { devices: [], gone: ["x"] });
    assert.deepEqual(heard, [{ devices: [], gone: ["x"] }]);
    assert.deepEqual(store.snapshot(7), [
        ["fleet", { name: "office" }],
        ["campaigns", { now: 7, all: true, campaigns: [{ campaign: "a", n: 2 }], gone: [] }],
    ]);
});

test("a curve is in its box, and a wave has room for whoever began in it", () => {
    assert.equal(pathOf([0, 1, 2, 2, 4], 4, 0, 2), "M0.0000 1.0000L0.2500 0.7500L0.5000 0.5000");
    assert.equal(pathOf([0, 1, 2, 2, 4], 4, 3, 4), "M0.7500 0.5000L1.0000 0.0000");
    assert.equal(pathOf([0], 0, 0, 0), "M0.0000 1.0000");
    const waves = [
        { capacity: 10, begun: 12 },
        { capacity: 50, begun: 3 },
    ];
    assert.deepEqual([roomOf(waves, 0), roomOf(waves, 1)], [12, 40]);
});

test("the commands are those of its state, and of its failures", () => {
    const tables = new Tables({
        states: [
            { word: "going", meaning: "", verbs: ["pause", "cancel"] },
            { word: "ended", meaning: "", verbs: ["retry"] },
        ],
        phases: [],
        outcomes: [{ word: "succeeded", meaning: "" }, { word: "failed", meaning: "", failure: true }],
        reasons: [],
    });
    const campaign = { campaign: "id", state: "going", counts: { succeeded: 2 } };
    assert.deepEqual(tables.commands(campaign), ["stint fleet pause id", "stint fleet cancel id"]);
    assert.deepEqual(tables.commands({ ...campaign, state: "ended" }), []);
    const failed = { ...campaign, state: "ended", counts: { failed: 1 } };
    assert.deepEqual(tables.commands(failed), ["stint fleet results id --failed", "stint fleet retry id"]);
    assert.deepEqual([tables.signOf({ ...campaign, state: "ended" }), tables.signOf(failed)], ["done", "failed"]);
    for (const state of ["cancelling", "cancelled"]) {
        assert.equal(tables.signOf({ ...failed, state }), "stopped");
        assert.equal(Tables.isOver({ state }), state === "cancelled");
    }
});
