// Several jobs at once, and a job's place in its line: selected, moved, paused and cancelled by keys alone, in both widths
// and themes, on a real stintd's real jobs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, browser, ground, looks, onGround, text, watchShifts } from "./ground.mjs";

let film;
const commands = {};

onGround(async () => {
    await ground.stint("device", "set", "charging=false", "plugged=false", "battery=40");
    film = await ground.do("get", "film.iso");
    for (const name of ["Alpha", "Beta", "Gamma", "Delta"])
        commands[name] = await ground.do("run", "exit 0\n", "--charging", "--name", name);
});

const row = (page, name) => page.locator("li.job", { hasText: name });
const bar = (page) => page.getByRole("group", { name: "The selected jobs" });
const selected = (page) =>
    page.evaluate(() =>
        [...document.querySelectorAll("li.job:has(.pick input:checked) .name")].map((each) => each.textContent),
    );
const waitingNames = (page) =>
    page.evaluate(() =>
        [...document.querySelectorAll('li.job[data-state="waiting"] .name')].map((each) => each.textContent),
    );

async function heldOf(...keys) {
    const jobs = await ground.do("json", "jobs");
    return keys.map((key) => jobs.find((job) => job.job === key)?.held);
}

for (const [width, dark] of looks)
    test(`at ${width} pixels, ${dark ? "dark" : "light"}: a range is selected by keys and paused, and nothing moves`, async () => {
        // linux.md §A.11
        const page = await browser.open("#/now", { width, height: 1300, dark });
        await page.waitForFunction(() => document.querySelectorAll("li.job .clear").length === 4); // all is told
        const shifts = await watchShifts(page);
        const place = await row(page, "Alpha").boundingBox();
        await row(page, "Alpha").locator("a.name").focus();
        await page.keyboard.press(" ");
        assert.deepEqual(await selected(page), ["Alpha"]);
        assert.match(await bar(page).innerText(), /1 selected/);
        assert.deepEqual(await row(page, "Alpha").boundingBox(), place);
        await page.keyboard.press("Shift+ArrowDown");
        await page.keyboard.press("Shift+ArrowDown");
        assert.deepEqual(await selected(page), ["Alpha", "Beta", "Gamma"]);
        await page.keyboard.press("Shift+ArrowUp");
        assert.deepEqual(await selected(page), ["Alpha", "Beta"]);
        assert.deepEqual(await axe(page), []);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
        assert.deepEqual(await shifts(), []);
        await page.keyboard.press("a");
        assert.equal(await page.evaluate(() => document.activeElement.textContent), "Pause");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => /2 jobs are paused/.test(document.getElementById("told").textContent));
        assert.deepEqual(await heldOf(commands.Alpha, commands.Beta, commands.Gamma), [true, true, false]);
        await page.waitForFunction(() => document.querySelectorAll('li.job[data-state="needs"].selected').length === 2);
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => /2 jobs may go on/.test(document.getElementById("told").textContent));
        assert.deepEqual(await heldOf(commands.Alpha, commands.Beta), [false, false]);
        await page.keyboard.press("Escape"); // to the list
        assert.equal(await page.evaluate(() => document.activeElement.matches("a.name")), true);
        await page.keyboard.press("Escape"); // nothing is selected any more
        assert.deepEqual(await selected(page), []);
        assert.equal(await bar(page).isVisible(), false);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("a selection outlives news, other views and a filter, which counts what it hides; all that are shown are selected", async () => {
    const page = await browser.open();
    await row(page, "Alpha").getByLabel("Select Alpha").check();
    await row(page, "Delta").getByLabel("Select Delta").click({ modifiers: ["Shift"] });
    assert.deepEqual(await selected(page), ["Alpha", "Beta", "Gamma", "Delta"]);
    await row(page, "Beta").getByLabel("Select Beta").uncheck();
    await page.getByLabel("Find jobs").fill("delta");
    await page.waitForFunction(() => /3 selected, 2 not shown/.test(document.querySelector(".picked-says").textContent));
    await page.getByLabel("Find jobs").fill("");
    await page.evaluate(() => {
        location.hash = "#/device";
    });
    await page.waitForSelector("tr.part");
    await ground.stint("pause", commands.Delta);
    await page.evaluate(() => {
        location.hash = "#/now";
    });
    await page.waitForSelector('li.job[data-state="needs"].selected');
    assert.deepEqual((await selected(page)).sort(), ["Alpha", "Delta", "Gamma"]);
    await ground.stint("resume", commands.Delta);
    await page.waitForFunction(() => document.querySelectorAll('li.job[data-state="waiting"]').length === 4);
    const all = page.getByLabel("Select all that are shown");
    assert.equal(await all.evaluate((box) => box.indeterminate), true);
    await page.getByLabel("State").selectOption("waiting");
    await all.check();
    assert.deepEqual((await selected(page)).sort(), ["Alpha", "Beta", "Delta", "Gamma"]);
    await bar(page).getByRole("button", { name: "Deselect" }).press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.matches("li.job a")), true);
    await page.context().close();
});

test("what could not be done is told row by row, and a job that ended is not selected any more", async () => {
    const page = await browser.open();
    await row(page, "film.iso").getByLabel("Select film.iso").check();
    await row(page, "Alpha").getByLabel("Select Alpha").check();
    await bar(page).getByRole("button", { name: "Move top" }).click();
    await page.locator(".told.trouble li").waitFor();
    assert.match(await text(page, "#told"), /It could not be done to 1 of 2 jobs\. 1 is moved: first\./);
    assert.match(await text(page, ".told li"), /^film\.iso: .* runs: only a job that waits has a place/);
    assert.deepEqual(await axe(page), []);
    const late = await ground.do("run", "exit 0\n", "--charging", "--name", "Late");
    await row(page, "Late").getByLabel("Select Late").check();
    await page.waitForFunction(() => /^3 selected/.test(document.querySelector(".picked-says").textContent));
    await ground.stint("cancel", late);
    await page.waitForFunction(() => /^2 selected/.test(document.querySelector(".picked-says").textContent));
    await page.context().close();
});

test("several are cancelled after one question, which names them", async () => {
    const keys = [];
    for (const name of ["One", "Two"]) keys.push(await ground.do("run", "exit 0\n", "--charging", "--name", name));
    await ground.do("run", "exit 0\n", "--charging", "--name", "Three", "--after", keys[0]);
    const page = await browser.open();
    for (const name of ["One", "Two", "Three"]) await row(page, name).getByLabel(`Select ${name}`).check();
    await page.getByLabel("Find jobs").fill("Two");
    await bar(page).getByRole("button", { name: "Cancel…" }).click();
    assert.match(await text(page, "dialog"), /Cancel 3 jobs\? One Two Three They will not run again\. 2 of them are not shown/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Go back");
    await page.getByRole("button", { name: "Cancel 3 jobs" }).click();
    await page.waitForFunction(() => /3 jobs are cancelled/.test(document.getElementById("told").textContent));
    await bar(page).waitFor({ state: "hidden" });
    await page.context().close();
});

test("what has ended is selected beside what waits, tried again and cleared, by keys alone", async () => {
    // jobs.md §14.3, linux.md §A.11
    const gates = {};
    for (const name of ["Bad", "Worse"]) {
        gates[name] = await ground.do("gate");
        await ground.do("run", `read x < ${gates[name]}\nexit 3\n`, "--retries", "0", "--name", name);
        await ground.do("write", gates[name]);
    }
    const well = await ground.do("run", "exit 0\n", "--name", "Well");
    const page = await browser.open("#/now", { width: 390, height: 2600 }); // all rows are there
    const ended = (name) => page.locator('li.job:is([data-state="failed"], [data-state="done"])', { hasText: name });
    for (const name of ["Bad", "Worse", "Well"]) await ended(name).waitFor();
    const names = () => page.evaluate(() => [...document.querySelectorAll(".picked .button")].filter((each) => each.checkVisibility()).map((each) => each.textContent));
    const endsAgain = async (name) => {
        await ended(name).waitFor({ state: "detached" });
        await ground.do("write", gates[name]);
        await ended(name).waitFor();
    };
    await ended("Worse").locator("a.name").focus();
    await page.keyboard.press(" ");
    assert.deepEqual(await selected(page), ["Worse"]);
    assert.deepEqual(await names(), ["Retry", "Clear…"]);
    assert.deepEqual(await axe(page), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await page.keyboard.press("a");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Retry");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /Worse is tried again/.test(document.getElementById("told").textContent));
    await bar(page).waitFor({ state: "hidden" }); // it runs, and is another row
    assert.deepEqual(await selected(page), []);
    await endsAgain("Worse");

    for (const name of ["Bad", "Well"]) await ended(name).getByLabel(`Select ${name}`).check();
    await row(page, "Alpha").getByLabel("Select Alpha").check();
    assert.deepEqual(await names(), ["Pause", "Resume", "Cancel…", "Retry", "Clear…", "Top", "Up", "Down", "Bottom"]);
    await bar(page).getByRole("button", { name: "Retry" }).press("Enter");
    await page.locator(".told.trouble li").waitFor();
    assert.match(await text(page, ".told li"), /^Well: .* has ended well/);
    await bar(page).getByRole("button", { name: "Deselect" }).press("Enter");
    await endsAgain("Bad");
    for (const name of ["Bad", "Worse", "Well"]) await ended(name).getByLabel(`Select ${name}`).check();
    await bar(page).getByRole("button", { name: "Clear…" }).press("Enter");
    assert.match(await text(page, "dialog"), /Clear 3 jobs\? (Bad|Worse|Well) .* They go off the list and cannot be retried/);
    await page.getByRole("button", { name: "Clear 3 jobs" }).press("Enter");
    await page.waitForFunction(() => /3 jobs are off the list/.test(document.getElementById("told").textContent));
    for (const name of ["Bad", "Worse", "Well"]) await ended(name).waitFor({ state: "detached" });
    const left = await ground.do("json", "jobs", "--finished");
    assert.ok(left.every((job) => job.job !== well));
    assert.equal(await page.evaluate(() => document.activeElement.matches("li.job a")), true, "the focus is in the list");
    await page.context().close();
});

test("one that has ended well is cleared from its row, one that may be retried after a question", async () => {
    // jobs.md §14.3
    await ground.do("run", "exit 0\n", "--name", "Fine");
    const broken = await ground.do("run", "exit 3\n", "--retries", "0", "--name", "Broken");
    const page = await browser.open(`#/now/${broken}`, { width: 1280, height: 900 });
    const clears = page.locator(".panel").getByRole("button", { name: "Clear", exact: true });
    await clears.press("Enter");
    assert.match(await text(page, "dialog"), /Clear Broken\? It goes off the list/);
    await page.getByRole("button", { name: "Go back" }).press("Enter");
    await clears.press("Enter");
    await page.getByRole("button", { name: "Clear the job" }).press("Enter");
    await page.waitForFunction(() => location.hash === "#/now" && /Broken is off the list/.test(document.getElementById("told").textContent));
    const fine = row(page, "Fine");
    await fine.getByRole("button", { name: "Clear: Fine" }).press("Enter");
    await fine.waitFor({ state: "detached" });
    await page.context().close();
});

test("a job is moved among those that wait like it, alone and with others, and its place is told", async () => {
    // jobs.md §14.6
    const page = await browser.open(`#/now/${commands.Gamma}`);
    const order = async (...names) =>
        page.waitForFunction(
            (wanted) =>
                [...document.querySelectorAll('li.job[data-state="waiting"] .name')]
                    .map((each) => each.textContent)
                    .join() === wanted,
            names.join(),
        );
    for (const name of ["Delta", "Gamma", "Beta", "Alpha"]) await ground.stint("move", commands[name], "top");
    await order("Alpha", "Beta", "Gamma", "Delta");
    assert.match(await text(page, ".panel .moves"), /Number 3 of 4 that wait like it/);
    await page.locator(".panel").getByRole("button", { name: "Move up" }).press("Enter");
    await order("Alpha", "Gamma", "Beta", "Delta");
    await page.waitForFunction(() => /Number 2 of 4/.test(document.querySelector(".panel .moves").textContent));
    await page.locator(".panel").getByRole("button", { name: "Move bottom" }).press("Enter");
    await order("Alpha", "Beta", "Delta", "Gamma");
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    for (const name of ["Delta", "Gamma"]) await row(page, name).getByLabel(`Select ${name}`).check();
    await bar(page).getByRole("button", { name: "Move up" }).press("Enter");
    assert.match(await text(page, "#told"), /Up and Down move one job at a time/);
    await bar(page).getByRole("button", { name: "Move top" }).press("Enter");
    await order("Delta", "Gamma", "Alpha", "Beta");
    assert.deepEqual(await waitingNames(page), ["Delta", "Gamma", "Alpha", "Beta"]);
    await page.context().close();
});

test("a long list stands together, its first few and how many more, and is selected as a whole", async () => {
    // jobs.md §14.1, pools
    await ground.stint("pause", film);
    const list = await ground.do("get_list", 9);
    for (const width of [1280, 390]) {
        const page = await browser.open("#/now", { width, height: 3000 });
        const more = page.locator("li.more");
        await more.getByText("and 5 more that wait for their turn").waitFor();
        assert.equal(await page.locator('li.job[data-state="waiting"]', { hasText: "part-" }).count(), 3);
        assert.deepEqual(await axe(page), []);
        await row(page, "part-2").locator("a.name").focus();
        await page.keyboard.press(" ");
        for (let i = 0; i < 3; ++i) await page.keyboard.press("Shift+ArrowDown");
        await page.waitForFunction(() => /^8 selected/.test(document.querySelector(".picked-says").textContent));
        assert.equal(await page.evaluate(() => document.activeElement.textContent), "and 5 more that wait for their turn");
        await page.keyboard.press("Enter");
        await page.getByText("Show the first few only").waitFor();
        assert.equal((await selected(page)).length, 8);
        await page.getByText("Show the first few only").press("Enter");
        await page.getByLabel("Find jobs").fill("part-9");
        await row(page, "part-9").waitFor();
        assert.equal(await page.locator("li.job").count(), 1, "what is looked for is found where it is folded, too");
        await page.context().close();
    }
    const page = await browser.open();
    await row(page, "part-2").getByLabel("Select part-2").check();
    await page.locator("li.more").getByLabel("Select the 5 more").click({ modifiers: ["Shift"] });
    await bar(page).getByRole("button", { name: "Cancel…" }).press("Enter");
    await page.getByRole("button", { name: "Cancel 8 jobs" }).press("Enter");
    await page.waitForFunction(() => /8 jobs are cancelled/.test(document.getElementById("told").textContent));
    await ground.stint("cancel", list[0]);
    await page.context().close();
});

test("thousands are asked for in requests that the server takes, and what failed of them has an end", async () => {
    const page = await browser.open();
    const sizes = [];
    page.on("request", (request) => {
        if (request.url().endsWith("/api/jobs/pause")) sizes.push(request.postDataBuffer().length);
    });
    await page.evaluate(async () => {
        const { pauseAll } = await import("/actions.js");
        await pauseAll(Array.from({ length: 2000 }, (_, i) => ({ key: `com.example.none/é#${i + 1}`, id: i + 1 })));
    });
    assert.ok(sizes.length > 3 && Math.max(...sizes) <= 16384, sizes.join());
    assert.match(await text(page, "#told"), /It could not be done to 2,000 of 2,000 jobs\./);
    assert.equal(await page.locator(".told li").count(), 201);
    assert.match(await page.locator(".told li").last().innerText(), /and 1,800 more/);
    const told = await page.locator(".told").boundingBox();
    assert.ok(told.y >= 0 && told.y + told.height <= 900, JSON.stringify(told));
    await page.context().close();
});
