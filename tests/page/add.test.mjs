// Downloads added on the page, by keys alone, in both widths and themes, on a real stintd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, browser, ground, looks, onGround, text, watchShifts } from "./ground.mjs";

onGround();

const alert = (page) => page.locator("dialog .trouble-says");

for (const [width, dark] of looks)
    test(`at ${width} pixels, ${dark ? "dark" : "light"}: addresses are typed, what is wrong is told by its line, and they appear`, async () => {
        // linux.md §A.11
        const page = await browser.open("#/now", { width, height: 900, dark });
        const name = `added-${width}-${dark}`;
        const [url] = await ground.do("urls", name);
        await page.getByRole("button", { name: "Add downloads…" }).focus();
        const shifts = await watchShifts(page);
        await page.keyboard.press("Enter");
        await page.keyboard.insertText(`${url}\n\nfile:///etc/passwd\n`);
        assert.deepEqual(await axe(page), []);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
        await page.keyboard.press("Control+Enter");
        await page.waitForFunction(() => /line 3: the scheme "file"/.test(document.querySelector(".trouble-says").textContent));
        assert.deepEqual(await axe(page), []);
        assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
        assert.equal(await page.locator("li.job", { hasText: name }).count(), 0, "nothing was added");
        assert.deepEqual(await shifts(), [], "nothing moves as the dialog opens, nor as it says what is wrong");
        await page.keyboard.press("Escape"); // what was typed is still there
        assert.equal(await page.evaluate(() => document.activeElement.textContent), "Add downloads…");
        await page.keyboard.press("Enter");
        await page.keyboard.press("Control+A");
        await page.keyboard.insertText(url);
        assert.deepEqual(await shifts(), []);
        await page.keyboard.press("Tab"); // the directory
        await page.keyboard.insertText("/etc");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => /not in your home/.test(document.querySelector(".trouble-says").textContent));
        await page.keyboard.press("Tab");
        await page.keyboard.press("Control+A");
        await page.keyboard.insertText("~");
        await page.keyboard.press("Tab"); // the checksum
        await page.keyboard.press("Tab"); // when
        await page.keyboard.press("Tab");
        await page.keyboard.press(" ");
        assert.equal(await page.getByLabel("Only while charging").isChecked(), true);
        await page.keyboard.press(" ");
        await page.keyboard.press("Control+Enter");
        await page.locator("li.job", { hasText: name }).waitFor();
        await page.locator("dialog").waitFor({ state: "detached" });
        assert.match(await text(page, "#told"), /scheduled as a regular job.*org\.stint\.transfer\/\d+: downloading to/);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });

test("conditions are the job's, and markup in an address is text", async () => {
    await ground.stint("device", "set", "charging=false");
    const page = await browser.open();
    await page.getByRole("button", { name: "Add downloads…" }).click();
    await page.getByLabel("Addresses").fill("<img src=x onerror=\"document.title='taken'\">");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await alert(page).getByText("has no scheme").waitFor();
    assert.equal(await page.locator("dialog img").count(), 0);
    await page.getByLabel("Addresses").fill((await ground.do("urls", "later"))[0]);
    await page.getByLabel("Only while charging").check();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("li.job", { hasText: "later" }).getByText("Waits for mains").waitFor();
    assert.doesNotMatch(await page.title(), /taken/);
    await page.context().close();
});

test("a server that is gone loses nothing of what was typed", async () => {
    const page = await browser.open();
    await page.getByRole("button", { name: "Add downloads…" }).click();
    await page.getByLabel("Addresses").fill("https://example.org/file");
    await page.route("**/api/downloads", (route) => route.abort());
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await alert(page).getByText("does not answer").waitFor();
    assert.equal(await page.getByLabel("Addresses").inputValue(), "https://example.org/file");
    await page.context().close();
});
