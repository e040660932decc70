// A command's output on the page: its last lines as they come, and all of it as a file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe, browser, ground, looks, onGround, text, watchShifts } from "./ground.mjs";

onGround();

for (const [width, dark] of looks)
    test(`at ${width} pixels, ${dark ? "dark" : "light"}: what a command prints appears as it comes, and is saved whole, by keys`, async () => {
        // linux.md §A.11
        const gate = await ground.do("gate");
        const key = await ground.do(
            "run",
            `echo begun\nread x < ${gate}\nseq 500\necho '<img src=x onerror="document.title=1">'\nprintf '\\033[31mred'\nread x < ${gate}\n`,
            "--name",
            "Talks",
        );
        const page = await browser.open(`#/now/${key}`, { width, height: 900, dark });
        const output = page.getByRole("region", { name: "The last lines that it printed" });
        await output.getByText("begun").waitFor();
        const shifts = await watchShifts(page, ".output");
        await ground.do("write", gate);
        await page.waitForFunction(() => /red$/.test(document.querySelector(".output").textContent));
        const told = await output.innerText();
        assert.match(told, /499\n500\n<img src=x onerror="document\.title=1">\n\ufffd\[31mred$/);
        assert.equal(await page.locator("main img").count(), 0);
        assert.ok(told.split("\n").length <= 201, "the last lines");
        assert.ok(await output.evaluate((each) => each.scrollTop + each.clientHeight >= each.scrollHeight - 8), "its end is seen");
        assert.deepEqual(await shifts(), [], "what comes below it stays where it was");
        assert.deepEqual(await axe(page), []);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
        await output.focus();
        await page.keyboard.press("Tab");
        const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
        assert.match(download.suggestedFilename(), /^stint-\d+\.log$/);
        assert.match(readFileSync(await download.path(), "utf8"), /^begun\n1\n2\n[^]*\x1b\[31mred$/);
        await ground.do("write", gate);
        await page.waitForFunction(() => /Done/.test(document.querySelector(".job-state").textContent));
        assert.match(await output.innerText(), /red/);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("a download has no output, and a command that printed nothing none to show", async () => {
    const quiet = await ground.do("run", "exit 0\n", "--name", "Quiet");
    await ground.stint("wait", quiet);
    const page = await browser.open(`#/now/${quiet}`);
    await page.waitForFunction(() => /Done/.test(document.querySelector(".job-state").textContent));
    assert.equal(await page.locator(".printed").isVisible(), false);
    const film = await ground.do("get", "film.iso");
    await page.evaluate((key) => {
        location.hash = `#/now/${key}`;
    }, film);
    await page.waitForFunction(() => document.querySelector(".panel h2").textContent === "film.iso");
    assert.equal(await page.locator(".printed").count(), 0);
    await ground.stint("cancel", film);
    await page.context().close();
});

test("a server that comes anew is looked at anew", async () => {
    const gate = await ground.do("gate");
    const key = await ground.do("run", `echo begun\nread x < ${gate}\necho more\nread x < ${gate}\n`, "--name", "Goes on");
    const page = await browser.open(`#/now/${key}`);
    await page.locator(".output").getByText("begun").waitFor();
    await ground.do("kill");
    await page.waitForFunction(() => /daemon is not running/.test(document.getElementById("banner").textContent));
    await ground.do("start");
    await page.waitForFunction(() => document.getElementById("banner").textContent === "");
    await page.waitForFunction(() => (document.querySelector(".output").textContent.match(/begun/g) ?? []).length === 2);
    assert.match(await text(page, ".output"), /begun.*begun/);
    await ground.stint("cancel", key);
    await page.context().close();
});
