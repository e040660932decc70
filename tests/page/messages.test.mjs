// Push on the page (push.md §5), on a real line: nats-server, stint-endpoint, stint-push, and an app on the session bus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, browser, ground, looks, onGround, text } from "./ground.mjs";

let urls = [];
let missing = [];

onGround(async () => {
    missing = await ground.do("missing");
});

const card = (page, name) => page.locator("li.app", { has: page.locator(`code:text-is("${name}")`) });
const CHAT = "org.example.Chat";

test("who has no push sees none of it", async () => {
    const page = await browser.open("#/apps");
    await page.waitForSelector("li.app");
    await page.waitForSelector("details.app-messages", { state: "attached" });
    assert.equal(await page.getByText("Messages", { exact: true }).filter({ visible: true }).count(), 0);
    assert.equal(await page.locator("details.app-messages:visible").count(), 0);
    await page.evaluate(() => {
        location.hash = "#/device";
    });
    await page.waitForSelector("tr.part");
    assert.equal(await page.getByRole("heading", { name: "Line for messages" }).count(), 0);
    await page.context().close();
});

test("with a line", async (of) => {
    if (missing.length > 0) return of.skip(`there is no ${missing.join(", ")}`);
    urls = await ground.do("join_line");
    // It dozes: what is urgent comes, and waits for nothing; the rest is sent on the spot here.
    await ground.stint("device", "set", "plugged=false", "charging=false", "screen=off", "doze=idle");
    await ground.stint("push", "org.stint.testapp", "--topic", "inbox", "--data", "<b>hello</b>");
    await ground.stint("push", "org.stint.testapp", "--priority", "very-low");

    await of.test("an app's row and list are what `stint push messages` prints", async () => {
        const told = await ground.do("json", "push", "messages", "org.stint.testapp");
        assert.equal(told.length, 2);
        const page = await browser.open("#/apps");
        const letters = card(page, "org.stint.testapp");
        await letters.getByText(/2 waiting: 1 normal, 1 very low\. The device dozes/).waitFor();
        const summary = letters.locator("details.app-messages summary");
        assert.equal(await summary.innerText(), "2 messages");
        await summary.focus();
        await page.keyboard.press("Enter");
        const rows = letters.locator("details.app-messages[open] tbody tr");
        await rows.nth(1).waitFor();
        const [first, second] = [await rows.nth(0).innerText(), await rows.nth(1).innerText()];
        assert.match(first, /Normal\s+topic inbox/);
        for (const [row, message] of [
            [first, told[0]],
            [second, told[1]],
        ])
            for (const { detail, clears } of message.holds)
                for (const words of [detail, clears]) assert.ok(row.toLowerCase().includes(words.toLowerCase()), `${row}: ${words}`);
        assert.match(second, /Very low/);
        assert.equal(await page.getByText("hello").count(), 0, "what a message says is nobody's but its app's");
        await page.context().close();
    });

    await of.test("registrations are shown without what makes them secret", async () => {
        const page = await browser.open("#/apps");
        const chat = card(page, CHAT);
        await chat.locator("details.app-messages summary").press("Enter");
        await chat.locator("details.app-messages[open] tbody tr").nth(1).waitFor();
        const [rows, told] = [await chat.locator("details.app-messages").innerText(), await ground.do("json", "push", "apps")];
        for (const { endpoint } of told) assert.ok(rows.includes(endpoint), endpoint);
        assert.match(rows, /Fetched now[^]*\thigh\t/i);
        const standing = await chat.locator(".app-parts").innerText(); // it has no manifest (§4.3)
        assert.match(standing, /Not limited/);
        assert.doesNotMatch(standing, /Network\s+cut|Battery use|Background time/i);
        const sent = await page.evaluate(async () => {
            const source = new EventSource("/api/events");
            const [data] = await new Promise((heard) =>
                source.addEventListener("messages", ({ data }) => heard([data])),
            );
            source.close();
            return data;
        });
        for (const url of urls) assert.ok(!sent.includes(url.split("/").at(-1)), "the token is told to no browser");
        await page.context().close();
    });

    await of.test("the line is under the device, in the words of `stint push status`", async () => {
        const page = await browser.open("#/device");
        const line = page.locator("section.card", { has: page.getByRole("heading", { name: "Line for messages" }) });
        await line.getByText(/^Connected to http:.* since \d\d:\d\d/).waitFor();
        const says = await line.innerText();
        assert.match(says, /Fetched now: high\n/);
        assert.match(says, /It asks again in .*, (so that the connection stays alive|when a window opens anyway)/);
        assert.match(says, /2 registrations; 0 messages in the inbox/);
        const told = (await ground.stint("push", "status")).toLowerCase();
        for (const sentence of says.split("\n").slice(1).map((each) => each.toLowerCase().split(/ (since|in|just|\d+) /)[0]))
            assert.ok(told.includes(sentence), `${told}: ${sentence}`);
        await page.context().close();
    });

    for (const [width, dark] of looks)
        await of.test(`at ${width} pixels, ${dark ? "dark" : "light"}, lists and line fit, and axe finds nothing`, async () => {
            const page = await browser.open("#/apps", { width, height: 844, dark });
            for (const name of ["org.stint.testapp", CHAT]) {
                await card(page, name).locator("details.app-messages summary").press("Enter");
                await card(page, name).locator("details.app-messages[open] tbody tr").first().waitFor();
            }
            const lefts = await card(page, "org.stint.testapp")
                .locator("tbody tr")
                .nth(1)
                .locator(".hold")
                .evaluateAll((holds) => holds.map((each) => each.getBoundingClientRect().left));
            assert.ok(lefts.length > 1 && new Set(lefts).size === 1, `what holds a message stands in one column: ${lefts}`);
            const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.deepEqual(await axe(page), []);
            assert.ok((await wide()) <= 0);
            await page.evaluate(() => {
                location.hash = "#/device";
            });
            await page.getByRole("heading", { name: "Line for messages" }).waitFor();
            assert.deepEqual(await axe(page), []);
            assert.ok((await wide()) <= 0);
            assert.deepEqual(page.complaints, []);
            await page.context().close();
        });

    await of.test("it changes as it happens: a message comes and goes, the server is lost", async () => {
        const page = await browser.open("#/apps");
        await page.waitForSelector("li.app");
        const row = card(page, "org.stint.testapp").locator("dd", { hasText: "waiting" });
        await row.getByText(/^2 waiting/).waitFor();
        await ground.stint("push", "org.stint.testapp", "--topic", "other");
        await row.getByText(/^3 waiting: 2 normal, 1 very low/).waitFor();
        await ground.stint("device", "set", "doze=auto", "screen=on");
        await row.getByText(/^1 waiting: 1 very low\. The device is not plugged in/).waitFor(); // other words for what waits on
        assert.equal(await text(page, 'li.app:has(code:text-is("org.example.Chat")) dt:text-is("Messages") + dd'), "none waiting");
        await page.evaluate(() => {
            location.hash = "#/device";
        });
        await page.getByText("Fetched now: high, normal").waitFor();
        await ground.do("lose_server");
        await page.getByText(/^Not connected since \d\d:\d\d/).waitFor();
        await page.context().close();
    });
});
