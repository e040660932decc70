// Every view, as a person with eyes, with a keyboard, and with a screen reader meets it, on a real stintd's real jobs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, browser, ground, looks, onGround, text } from "./ground.mjs";

const HOSTILE = "<img src=x onerror=\"document.title='taken'\">";
const views = ["#/now", "#/apps", "#/day", "#/device", "#/what-if", "#/constraints"];
let film, waits, hostile;

onGround(async () => {
    await ground.stint("device", "set", "charging=false", "plugged=false", "network.metered=true", "battery=40");
    film = await ground.do("get", "film.iso");
    waits = await ground.do("get", "photos.zip", "--charging", "--unmetered");
    hostile = await ground.do("run", "exit 0\n", "--charging", "--name", HOSTILE);
    await ground.do("run", "exit 3\n", "--backoff", "10min", "--name", "Sync");
    await ground.do("run", "exit 0\n", "--at", "+90min", "--name", "Index");
});

for (const [width, dark] of looks)
    test(`at ${width} pixels, ${dark ? "dark" : "light"}, every view fits, and axe finds nothing`, async () => {
        const page = await browser.open("#/now", { width, height: 844, dark });
        await page.waitForSelector("li.job");
        for (const view of [...views, `#/now/${waits}`]) {
            await page.evaluate((to) => {
                location.hash = to;
            }, view);
            await page.waitForSelector(
                {
                    "#/apps": "li.app",
                    "#/day": "svg.lanes text",
                    "#/device": "tr.part",
                    "#/constraints": "td",
                    "#/what-if": ".forecast-says:not(:empty)",
                }[view] ?? "li.job",
                { state: "attached" },
            );
            assert.deepEqual(await axe(page), [], view);
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(beyond <= 0, `${view} is ${beyond} pixels too wide`);
            const small = await page.evaluate(() =>
                [...document.querySelectorAll("body *")]
                    .filter(
                        (each) =>
                            each.checkVisibility() &&
                            [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) &&
                            parseFloat(getComputedStyle(each).fontSize) < 12,
                    )
                    .map((each) => each.outerHTML.slice(0, 80)),
            );
            assert.deepEqual(small, [], "no text under 12 pixels");
        }
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("Now says in a sentence what runs and why the rest waits, and each row says its own", async () => {
    // issue 15, Now
    const page = await browser.open();
    await page.waitForFunction(() => /1 running, 4 waiting/.test(document.querySelector("h1").textContent));
    assert.match(await text(page, "h1"), /1 running, 4 waiting: 2 for mains/);
    const running = page.locator('li.job[data-state="running"]');
    assert.match(await running.innerText(), /film\.iso/);
    await page.waitForFunction(() =>
        /left/.test(document.querySelector('li.job[data-state="running"] .big').textContent),
    );
    const row = page.locator("li.job", { hasText: "photos.zip" });
    await row.locator(".reason").nth(1).waitFor();
    assert.match(
        await row.innerText(),
        /Waits for mains: on battery, 40 %[^]*Waits for an unmetered network: the network \(ETHERNET\) is metered/,
    );
    assert.match(
        await page.locator("li.job", { hasText: "Sync" }).innerText(),
        /Waits for its next try: rests after 1 failure: exit 3[^]*in \d+ min/,
    );
    await page.context().close();
});

test("a reason has as many lines as its words need, at every width", async () => {
    // issue 31: a second line, not "c…"
    for (const width of [390, 700, 1100, 1280, 1920]) {
        const page = await browser.open("#/now", { width });
        await page.locator("li.job", { hasText: "photos.zip" }).locator(".reason").nth(1).waitFor();
        const cut = await page.evaluate(() =>
            [...document.querySelectorAll("li.job .reason, li.job")]
                .filter((each) => each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
                .map((each) => each.textContent),
        );
        assert.deepEqual(cut, [], `${width} pixels`);
        await page.context().close();
    }
});

test("jobs are found by words, state and app, in an order, by keys alone", async () => {
    // issue 31
    const page = await browser.open();
    await page.waitForSelector("li.job");
    const names = async () => (await page.locator("li.job .name").allInnerTexts()).map((name) => name.slice(0, 10));
    await page.keyboard.press("/");
    await page.keyboard.type("PHOTOS zip");
    await page.waitForFunction(() => document.querySelectorAll("li.job").length === 1);
    assert.deepEqual(await names(), ["photos.zip"]);
    await page.keyboard.type(" nothing");
    await page.getByText("No job is like that.").waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Show all jobs" }).press("Enter");
    await page.waitForFunction(() => document.querySelectorAll("li.job").length > 3);
    await page.getByLabel("State").selectOption("running");
    assert.deepEqual(await names(), ["film.iso"]);
    await page.getByLabel("State").selectOption("waiting");
    await page.getByLabel("App").selectOption({ label: "Shell" });
    await page.getByLabel("Order").selectOption("name");
    const found = await names();
    assert.deepEqual(
        found,
        [...found].sort((a, b) => a.localeCompare(b)),
    );
    assert.ok(found.length >= 2 && !found.includes("photos.zip"), found.join());
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".empty")).display), "none");
    await page.context().close();
});

test("on a phone, a row has its action without being opened", async () => {
    // issue 31
    const page = await browser.open("#/now", { width: 390, height: 844 });
    const act = page.locator("li.job", { hasText: "film.iso" }).getByRole("button", { name: "Pause: film.iso" });
    await act.waitFor(); // that it is visible
    await act.click();
    const row = page.locator("li.job", { hasText: "film.iso" });
    await row.getByRole("button", { name: "Resume: film.iso" }).waitFor();
    assert.match(await row.innerText(), /\d+ %\s+[\d.]+ (B|KiB|MiB) of 96 MiB/, "jobs.md §4.7: paused, it says how far it is");
    await row.getByRole("button", { name: "Resume: film.iso" }).click();
    await act.waitFor();
    await page.context().close();
});

test("what has failed is tried again as it was", async () => {
    // jobs.md §14.3
    const gate = await ground.do("gate");
    const key = await ground.do("run", `read x < ${gate}\nexit 3\n`, "--retries", "0", "--name", "Fails");
    const page = await browser.open(`#/now/${key}`);
    await ground.do("write", gate);
    const again = page.locator(".panel").getByRole("button", { name: "Retry", exact: true });
    await again.waitFor();
    assert.deepEqual(await axe(page), []);
    await again.focus();
    await page.keyboard.press("Enter");
    await page.locator(".panel").getByRole("button", { name: "Pause" }).waitFor();
    await ground.do("write", gate);
    await again.waitFor();
    await page.context().close();
});

test("what a row says of its waits is the set that `stint why` prints", async () => {
    // jobs.md §9.1
    const page = await browser.open(`#/now/${waits}`);
    await page.locator(".reasons-all tbody tr").nth(1).waitFor();
    const [told] = await ground.do("json", "why", waits);
    const codes = (await text(page, ".codes")).split(" · ");
    assert.deepEqual(
        codes,
        told.blockers.map((blocker) => blocker.name),
    );
    await page.context().close();
});

test("a job's name is text, whatever it is", async () => {
    const page = await browser.open(`#/now/${hostile}`);
    await page.waitForFunction((name) => document.querySelector(".panel h2")?.textContent === name, HOSTILE);
    assert.equal(await page.locator("main img").count(), 0);
    assert.doesNotMatch(await page.title(), /taken/);
    await page.context().close();
});

test("an address of a job opens at it; one that is none says so", async () => {
    const page = await browser.open(`#/now/${film}`);
    assert.equal(await text(page, ".panel h2"), "film.iso");
    await page.evaluate(() => {
        location.hash = "#/now/com.example.none/7";
    });
    await page.waitForFunction(() => /no longer exists/.test(document.querySelector(".panel h2")?.textContent));
    await page.context().close();
});

test("everything is done by keys alone", async () => {
    const page = await browser.open();
    await page.waitForSelector("li.job");
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    for (let i = 0; i < 7; ++i) await page.keyboard.press("Tab"); // beyond the fields that choose jobs, and the row's box
    const first = await focused();
    await page.keyboard.press("ArrowDown");
    const second = await focused();
    assert.notEqual(second, first);
    assert.notEqual(
        await page.evaluate(() => getComputedStyle(document.activeElement, "::after").outlineStyle),
        "none",
        "the focus is seen",
    );
    await page.keyboard.press("Enter");
    await page.waitForFunction((name) => document.querySelector(".panel h2")?.textContent === name, second);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector(".panel") && document.activeElement.matches("a.name"));
    assert.equal(await focused(), second);
    await page.locator("#views a").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForSelector("li.app");
    assert.equal(await page.locator("#views [aria-current]").innerText(), "Apps");
    await page.context().close();
});

test("the day has its table, and a moment by key or pointer tells what ran and who waited", async () => {
    const page = await browser.open("#/day");
    await page.waitForSelector("svg.lanes rect.run, svg.lanes rect.run-cut, svg.lanes rect.run-on");
    assert.match(await text(page, "table.totals"), /Shell/);
    const order = await page.evaluate(() =>
        document.querySelector("table.totals").compareDocumentPosition(document.querySelector("svg.lanes")),
    );
    assert.ok(order & 4, "the table stands before the picture");
    await page.waitForSelector(".bytes-chart canvas"); // uPlot's
    const moment = page.locator('[role="slider"]');
    await moment.focus();
    const before = await moment.getAttribute("aria-valuetext");
    await page.keyboard.press("PageDown");
    assert.notEqual(await moment.getAttribute("aria-valuetext"), before);
    await page.keyboard.press("End");
    assert.match(await moment.getAttribute("aria-valuetext"), /On battery/);
    const box = await page.locator("svg.lanes").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    assert.notEqual(await text(page, ".moment-when"), before.split(".")[0]);
    assert.match(await text(page, ".head"), /film\.iso runs now\./);
    await moment.focus();
    await page.keyboard.press("End");
    assert.match(await moment.getAttribute("aria-valuetext"), /Running: film\.iso/);
    await page.getByRole("button", { name: "1 hour" }).click();
    await page.waitForFunction(() => /a minute/.test(document.querySelector('[role="slider"]').ariaLabel));
    const ticks = await page.locator("svg.lanes .tick").allTextContents();
    assert.ok(ticks.length >= 3 && ticks.every((tick) => /^\d\d:\d[05]$/.test(tick)), ticks.join());
    await page.getByRole("button", { name: "7 days" }).click();
    await page.waitForFunction(() => document.querySelector('.zoom [aria-pressed="true"]').textContent === "7 days");
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("what if says what `stint why --if` says, and changes nothing", async () => {
    const page = await browser.open(`#/what-if/${waits}`);
    await page.waitForSelector(".forecast-says:not(:empty)");
    await page.getByLabel("You plug in").check();
    await page.getByLabel("The network is unmetered").check();
    const [told] = await ground.do("json", "why", waits, "--if", "charging=yes", "--if", "network.metered=no");
    await page.waitForFunction(
        (says) => document.querySelector(".forecast-says").textContent.toLowerCase() === says.toLowerCase(),
        told.says,
    );
    assert.equal(told.runs, true);
    await page.getByLabel("You unplug").check(); // of two that cannot both be, the later is meant
    assert.equal(await page.getByLabel("You plug in").isChecked(), false);
    await page.waitForFunction(() => /Waits for mains/.test(document.querySelector(".forecast").textContent));
    const [now] = await ground.do("json", "why", waits);
    assert.equal(now.state, "pending");
    await page.context().close();
});

test("an app's work is a tree in its card and at its job, by keys alone, and what it says is text", async () => {
    // jobs.md §10, issue 16
    const upload = await ground.do("letter", 77, ["--charging", "--namespace", "stint.work"]);
    const key = upload.replace("/77", "/stint.work#77");
    await ground.do(
        "show_work",
        ["Thumbnail", 1, { state: "SUCCEEDED", tags: ["photo"] }],
        [HOSTILE, 2, { follows: [1], job: 77, attempts: 2, constraints: ["charging"] }],
        ["Clean up", 3, { state: "RUNNING", progress: [`done=${HOSTILE}`] }],
    );
    for (const width of [1280, 390]) {
        const page = await browser.open("#/apps", { width, height: 844 });
        const summary = page.locator("details.app-work:not([hidden]) summary");
        await summary.focus();
        await page.keyboard.press("Enter");
        const rows = page.locator("details.app-work[open] .work-row");
        await rows.nth(2).waitFor();
        assert.match(await rows.nth(0).innerText(), /Thumbnail Done/);
        assert.match(await rows.nth(1).innerText(), /Waiting[^]*Waits for mains[^]*tried 2 times[^]*needs charging/);
        assert.match(await rows.nth(2).innerText(), /Clean up Running[^]*done=<img/);
        assert.equal(await page.locator("details.app-work .work .work li").count(), 1, "what follows stands below");
        assert.equal(await page.locator("main img").count(), 0);
        assert.deepEqual(await axe(page), []);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
        await rows.nth(1).locator("a").click();
        await page.locator('.panel li[aria-current="true"]').waitFor();
        assert.match(await page.locator('.panel li[aria-current="true"]').innerText(), /img src/);
        assert.equal(await page.locator(".panel .work-row").count(), 2, "its chain, and nothing else of the app");
        assert.deepEqual(await axe(page), []);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    }
    const page = await browser.open(`#/now/${key.split("/").map(encodeURIComponent).join("/")}`);
    await page.locator(".panel .work-row").nth(1).waitFor();
    await ground.do("show_work", ["Thumbnail", 1, { state: "SUCCEEDED" }], ["Upload", 2, { follows: [1], job: 77 }]);
    await page.locator(".panel .work-name", { hasText: "Upload" }).waitFor(); // it says that it has changed
    await page.context().close();
});

test("constraints are filtered by a word, and the count is told", async () => {
    // jobs.md §1.5
    const page = await browser.open("#/constraints");
    await page.waitForSelector("td");
    await page.fill("#word", "charging");
    assert.deepEqual(await page.locator("tbody td:first-child strong").allInnerTexts(), ["setRequiresCharging"]);
    await page.fill("#word", "nothing has this");
    assert.match(await text(page, ".card"), /Nothing here has the word/);
    await page.context().close();
});

test("a browser's clock may be years off: what counts is the daemon's", async () => {
    const page = await browser.open("#/now", {
        init: () => {
            const real = Date.now;
            Date.now = () => real() + 3 * 365 * 86400000;
        },
    });
    const row = page.locator("li.job", { hasText: "Sync" });
    await row.waitFor();
    assert.match(await row.locator(".big").innerText(), /^in \d+ min/);
    await page.context().close();
});

test("two tabs of a browser hold one stream, and both are told", async () => {
    const first = await browser.open();
    const context = first.context();
    const streams = [];
    context.on("request", (request) => {
        if (request.url().endsWith("/api/events")) streams.push(request);
    });
    const second = await browser.open("#/device", { context });
    await second.waitForSelector("tr.part");
    await ground.stint("device", "set", "battery=39");
    await second.waitForFunction(() => /39 %/.test(document.querySelector("table.device").textContent));
    await first.waitForFunction(() => /39 %/.test(document.querySelector(".device-line").textContent));
    assert.equal(streams.length, 0);
    await first.close(); // the other takes over
    await ground.stint("device", "set", "battery=38");
    await second.waitForFunction(() => /38 %/.test(document.querySelector("table.device").textContent));
    assert.equal(streams.length, 1);
    await context.close();
});
