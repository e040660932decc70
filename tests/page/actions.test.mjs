// A person's acts on the page, from the start of a job to its Stop, and what the daemon then says; and what the page
// says when the daemon is killed under it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { axe, browser, ground, onGround, text } from "./ground.mjs";

onGround();

function row(page, name) {
    return page.locator("li.job", { hasText: name });
}

async function jobOf(key) {
    return [...(await ground.do("json", "jobs")), ...(await ground.do("json", "jobs", "--finished"))].find(
        (job) => job.job === key,
    );
}

test("a download appears, is paused, and goes on", async () => {
    const page = await browser.open();
    const key = await ground.do("get", "film.iso");
    await row(page, "film.iso").getByRole("button", { name: "Pause: film.iso" }).click();
    await row(page, "film.iso").getByRole("button", { name: "Resume: film.iso" }).waitFor();
    assert.match(await text(page, "h1"), /1 needs you/);
    assert.equal((await jobOf(key)).held, true);
    await row(page, "film.iso").getByRole("button", { name: "Resume: film.iso" }).click();
    await row(page, "film.iso").getByRole("button", { name: "Pause: film.iso" }).waitFor();
    await page.waitForFunction(() =>
        /\d+ %/.test(document.querySelector('li.job[data-state="running"] .says')?.textContent),
    );
    assert.equal((await jobOf(key)).state, "running");
    await ground.stint("cancel", key);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("the focus stays with a row that moves, and goes with a job that ends", async () => {
    const page = await browser.open();
    const key = await ground.do("get", "film.iso");
    const focused = () =>
        page.evaluate(() => [
            document.activeElement.closest("li.job")?.querySelector(".name").textContent,
            document.activeElement.textContent,
        ]);
    await row(page, "film.iso").getByRole("button", { name: "Pause: film.iso" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector('li.job[data-state="needs"]');
    assert.deepEqual(await focused(), ["film.iso", "Resume"]);
    await page.keyboard.press("Enter");
    await page.waitForSelector('li.job[data-state="running"]');
    assert.deepEqual(await focused(), ["film.iso", "Pause"]);
    await ground.stint("cancel", key);
    await page.waitForFunction(() => document.activeElement.closest('li.job[data-state="stopped"]'));
    assert.equal((await focused())[0], "film.iso");
    await page.context().close();
});

test("a browser's console has no error of entering", async () => {
    const context = await browser.browser.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(ground.url);
    await page.waitForSelector("main:not(:has(.loading))");
    assert.deepEqual(errors, []);
    await context.close();
});

test("an upload is one before it has moved a byte, and its history tells the seconds, and no word twice", async () => {
    await ground.stint("put", "--no-wait", "/etc/hosts", "http://127.0.0.1:9/hosts");
    const key = await ground.do("get", "film.iso");
    await ground.stint("pause", key);
    const page = await browser.open(`#/now/${key}`);
    await page.locator(".log li", { hasText: "Stopped" }).first().waitFor();
    const story = await page.locator(".log").innerText();
    assert.match(story, /\d\d:\d\d:\d\d/);
    assert.match(story, /Stopped by the user/);
    await page.evaluate(() => {
        location.hash = "#/now";
    });
    await row(page, "hosts").getByText("Upload to 127.0.0.1:9").waitFor();
    await ground.stint("cancel", key);
    await page.context().close();
});

test("cancel asks once, and no is the first answer", async () => {
    const key = await ground.do("get", "film.iso");
    const page = await browser.open(`#/now/${key}`);
    await page.getByRole("button", { name: "Cancel…" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Go back");
    await page.keyboard.press("Escape");
    assert.equal((await jobOf(key)).state, "running");
    await page.getByRole("button", { name: "Cancel…" }).click();
    await page.getByRole("button", { name: "Cancel the job" }).click();
    await page.waitForFunction(() => /Cancelled/.test(document.querySelector(".job-state").textContent));
    assert.equal((await jobOf(key)).outcome, "cancelled");
    await page.context().close();
});

test("run now says first what it overrides", async () => {
    await ground.stint("device", "set", "charging=false");
    const key = await ground.do("run", "sleep 30\n", "--charging", "--name", "Backup");
    const page = await browser.open();
    await row(page, "Backup").getByRole("button", { name: "Run now: Backup" }).click();
    assert.match(await text(page, "dialog"), /Run Backup now\? It will run although: Waits for mains On battery/);
    await page.getByRole("button", { name: "Run anyway" }).click();
    await page.waitForSelector('li.job[data-state="running"]');
    assert.equal((await jobOf(key)).state, "running");
    await ground.stint("cancel", key);
    await ground.stint("device", "reset");
    await page.context().close();
});

test("Stop names what dies, asks once, and the app is dead", async () => {
    // jobs.md §5.4
    await ground.do(
        "letter",
        1,
        [],
        [
            ["work", -1],
            ["stop", "hang"],
        ],
    ); // one that would not end when it is asked to
    const page = await browser.open("#/apps");
    const card = page.locator("li.app", { hasText: "Letters" });
    await card.getByRole("button", { name: "Stop Letters…" }).click();
    assert.match(await text(page, "dialog"), /Stop Letters\? All that Letters is doing ends at once[^]*[Jj]ob 1/);
    await page.getByRole("button", { name: "Stop Letters", exact: true }).click();
    await page.waitForFunction(() =>
        /Letters is stopped: \d+ process/.test(document.getElementById("told").textContent),
    );
    await card.getByRole("button", { name: "Stop Letters…" }).waitFor({ state: "hidden" });
    const [app] = await ground.do("json", "app", "org.stint.testapp");
    assert.deepEqual([app.running, app.state], [0, "not_running"]);
    await page.context().close();
});

test("an app's battery use is chosen, and it is so", async () => {
    const page = await browser.open("#/apps");
    const card = page.locator("li.app", { hasText: "Letters" });
    await card.locator("select").selectOption("restricted");
    await page.waitForFunction(() =>
        /may not work in the background/.test(document.getElementById("told").textContent),
    );
    assert.equal((await ground.do("json", "app", "org.stint.testapp"))[0].batteryUse, "restricted");
    await ground.stint("app", "org.stint.testapp", "--battery", "optimized");
    await page.waitForFunction(
        () =>
            [...document.querySelectorAll("li.app")]
                .find((each) => /Letters/.test(each.textContent))
                .querySelector("select").value === "optimized",
    );
    await page.context().close();
});

test("what a person has set of the device stands out, and is ended", async () => {
    await ground.stint("device", "set", "network.metered=true", "screen=off");
    const page = await browser.open("#/device");
    await page.getByRole("button", { name: "End the override of Metered" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tr.set").length === 1);
    await page.getByRole("button", { name: "End all of them" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tr.set").length === 0);
    const values = await ground.do("json", "device");
    assert.deepEqual(
        values.filter((value) => value.source === "set"),
        [],
    );
    await page.context().close();
});

test("an action that cannot be done says why", async () => {
    const key = await ground.do("run", "exit 0\n", "--at", "+1h", "--name", "Late");
    const page = await browser.open();
    await row(page, "Late").waitFor();
    await page.route("**/api/jobs/run-now", async (route) => {
        await ground.stint("cancel", key); // it is gone between the question and the answer
        await route.continue();
    });
    await row(page, "Late").getByRole("button", { name: "Run now: Late" }).click();
    await page.getByRole("button", { name: "Run anyway" }).click();
    await page.waitForFunction(() => document.getElementById("told").textContent !== "");
    assert.match(await text(page, "#told"), /there is no job|has ended/);
    await page.waitForSelector(".told.trouble");
    await page.context().close();
});

test("the daemon is killed under the page: it says so, goes on, and the bytes are right", async () => {
    const page = await browser.open();
    const key = await ground.do("get", "talk.mp4");
    await page.waitForFunction(() =>
        /talk\.mp4/.test(document.querySelector('li.job[data-state="running"]')?.textContent),
    );
    await ground.do("kill");
    await page.waitForFunction(() => /daemon is not running/.test(document.getElementById("banner").textContent));
    // issue 31: what starts it stands there, in sight, and no button pretends that it does anything
    assert.match(await text(page, "#banner"), /Type stint jobs in a terminal: that starts it/);
    await page.setViewportSize({ width: 1280, height: 240 });
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForFunction(() => scrollY > 0);
    const banner = await page.locator("#banner p").boundingBox();
    assert.ok(banner.y >= 0 && banner.y + banner.height <= 240, JSON.stringify(banner));
    await page.setViewportSize({ width: 1280, height: 900 });
    const pausing = row(page, "talk.mp4").getByRole("button", { name: "Pause: talk.mp4" });
    assert.equal(await pausing.isDisabled(), true);
    await pausing.dispatchEvent("click");
    assert.equal(await page.locator("#told").innerText(), "", "nothing was asked");
    await ground.do("start");
    await page.waitForFunction(() => document.getElementById("banner").textContent === "");
    await page.waitForFunction(() =>
        /\d+ %/.test(document.querySelector('li.job[data-state="running"] .says')?.textContent),
    );
    const shown = await page.evaluate(() => document.querySelector('li.job[data-state="running"] progress').value);
    const job = await jobOf(key);
    const is = (100 * job.transferredDown) / job.estimatedDown;
    assert.ok(Math.abs(shown - is) < 15, `shown ${shown} %, is ${is} %`);
    await ground.stint("pause", key);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
});

test("a page that was left open over an upgrade says so, and is loaded anew", async () => {
    const page = await browser.open();
    await page.addInitScript(() => {
        // Another version answers from the second time on.
        let times = 0;
        const listen = EventSource.prototype.addEventListener;
        EventSource.prototype.addEventListener = function (topic, heard) {
            const later = ({ data }) => JSON.stringify({ ...JSON.parse(data), version: "9.9" });
            const told = (event) => heard(topic === "hello" && times++ > 0 ? { data: later(event) } : event);
            listen.call(this, topic, told);
        };
    });
    await page.reload();
    await page.waitForSelector("main:not(:has(.loading))");
    await ground.do("kill");
    await page.waitForFunction(() => /daemon is not running/.test(document.getElementById("banner").textContent));
    await ground.do("start");
    await page.waitForFunction(() => /Stint was upgraded/.test(document.getElementById("banner").textContent));
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Load it anew" }).press("Enter");
    await page.waitForFunction(() => document.getElementById("banner").textContent === "");
    await page.context().close();
});

test("a small download ends before one's eyes, and its file is right", async () => {
    const page = await browser.open();
    const key = await ground.do("get", "photos.zip");
    await page.waitForFunction(
        () =>
            [...document.querySelectorAll('li.job[data-state="done"]')].some((each) =>
                /photos\.zip/.test(each.textContent),
            ),
        null,
        { timeout: 60000 },
    );
    const file = await ground.do("ends", key);
    assert.deepEqual(file, { status: "done", right: true, bytes: 3 * 1024 * 1024 });
    assert.match(await page.locator('li.job[data-state="done"]', { hasText: "photos.zip" }).innerText(), /3 MiB/);
    await page.context().close();
});

test("the page's server ends: the page says so; one that does not know it asks a person to open it anew", async () => {
    const page = await browser.open();
    await page.waitForSelector("li.job");
    await ground.do("end_page");
    await page.waitForFunction(() => /connection .* is lost/.test(document.getElementById("banner").textContent));
    assert.ok((await page.locator("li.job").count()) > 0, "what was known is still there");
    await ground.do("open_page_again");
    await page.waitForFunction(() => /no longer signed in/.test(document.getElementById("banner").textContent));
    // The new address in the same tab: no page is loaded for what stands behind a '#', but this signs in.
    const address = await ground.do("address");
    await page.evaluate((to) => location.assign(to), address);
    await page.waitForFunction(() => document.getElementById("banner").textContent === "");
    await page.waitForSelector("li.job");
    await hasNoToken(page, address);
    ground.url = address;
    await page.context().close();
});

/** Neither in the address, nor where Back leads. */
async function hasNoToken(page, address) {
    const token = new URL(address).hash.slice(1);
    await page.waitForFunction((word) => !location.href.includes(word), token);
    const client = await page.context().newCDPSession(page);
    const { entries } = await client.send("Page.getNavigationHistory");
    assert.deepEqual(
        entries.map((entry) => entry.url).filter((url) => url.includes(token)),
        [],
    );
}

test("the token is gone from the address and the history, whoever opens it where", async () => {
    const address = ground.url;
    const page = await browser.open(); // signs in
    await hasNoToken(page, address);

    const second = await page.context().newPage(); // is signed in
    await second.goto(address);
    await second.waitForSelector("main:not(:has(.loading))");
    await hasNoToken(second, address);
    await second.evaluate((to) => location.assign(to), `${address}/apps`); // in the page itself
    await second.waitForSelector("main.view-apps");
    await hasNoToken(second, address);
    await page.context().close();

    const old = `${new URL("/", address)}#${"f".repeat(64)}`; // of a server that has ended
    const tabs = await browser.browser.newContext();
    const third = await tabs.newPage();
    await third.goto(old);
    await third.waitForFunction(() => /has had its time/.test(document.body.textContent));
    await hasNoToken(third, old);
    await third.evaluate((to) => location.assign(to), address); // and now by the right one
    await third.waitForSelector("#views");
    await hasNoToken(third, address);
    await tabs.close();
});

test("a cookie of our name from another server of this machine shuts nobody out", async () => {
    const other = createServer((_, answer) => {
        answer.setHeader("Set-Cookie", ["/api", "/api/", "/enter"].map((path) => `stint=none; Path=${path}`));
        answer.end("<!DOCTYPE html><title>Other</title>");
    });
    await new Promise((listens) => other.listen(0, "127.0.0.1", listens));
    const page = await browser.open();
    await page.goto(`http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (other.address()).port}/`);
    await page.goto(new URL("/", ground.url).href);
    await page.waitForSelector("main:not(:has(.loading))"); // which the stream brings
    const answer = await page.evaluate(async () => (await fetch("/api/constraints")).status);
    assert.equal(answer, 200);
    assert.equal(await page.locator("#banner").innerText(), "");
    await page.context().close();
    other.close();
});
