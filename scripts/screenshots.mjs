// Makes docs/screenshots: node scripts/screenshots.mjs [NAME…], such as day or now-390, on the programs of build/dev (or of $STINT_BIN) and its lived_day.
// A real stintd serves a day that the simulator has lived (tests/page/day.yaml), and runs real jobs meanwhile; Chromium
// shows it, wide and narrow, light and dark. Wants Debian's pngquant, which makes a picture a third of its size.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const into = `${root}docs/screenshots`;
process.env.STINT_LIVED_DAY ??= `${root}tests/page/day.yaml`;
const { Browser, Ground } = await import(`${root}tests/page/ground.mjs`);
const MOST = 150_000;
const wanted = process.argv.slice(2);

// A desktop has a font of its own for its windows; a bare machine has none. As one with Inter (Debian's fonts-inter).
process.env.FONTCONFIG_FILE = join(tmpdir(), "stint-screenshots-fonts.conf");
const families = ["system-ui", "sans-serif"].map(
    (name) => `<match><test name="family"><string>${name}</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>`,
);
writeFileSync(
    process.env.FONTCONFIG_FILE,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>${families.join("")}</fontconfig>`,
);

/** The present: on battery, on a telephone's network, with something to wait for. */
async function live(ground) {
    await ground.stint(
        "device",
        "set",
        "charging=false",
        "plugged=false",
        "battery=31",
        "network.transport=wifi",
        "network.metered=true",
    );
    const film = await ground.do("get", "film.iso", "-o", "lecture-08.mp4");
    await ground.do("get", "talk.mp4", "-o", "field-recordings.zip");
    await ground.do("get", "photos.zip", "-o", "report.pdf");
    await ground.do("get", "talk.mp4", "--unmetered", "-o", "debian-12.8.0-amd64.iso");
    await ground.do("get", "talk.mp4", "--charging", "--unmetered", "-o", "summer-in-the-mountains.mp4");
    const held = await ground.do("get", "talk.mp4", "-o", "old-letters.zip");
    await ground.stint("pause", held);
    await ground.do("run", "sleep 600\n", "--name", "Render holiday film");
    await ground.do("run", "exit 0\n", "--charging", "--device-idle", "--persisted", "--name", "Nightly backup");
    await ground.do("run", "exit 1\n", "--backoff", "10min", "--name", "Sync notes");
    await ground.do("run", "exit 0\n", "--at", "+95min", "--name", "Send the newsletter");
    return film;
}

/** Messages: some wait for what the computer lacks, some for their app. It dozes, so this comes last. */
async function livePush(ground) {
    await ground.do("join_line");
    await ground.stint("device", "set", "screen=off", "doze=idle");
    await ground.stint("push", "com.example.mail", "--topic", "inbox");
    await ground.stint("push", "com.example.mail", "--topic", "calendar", "--ttl", "4h");
    await ground.stint("push", "com.example.mail", "--priority", "low");
    await ground.stint("push", "com.example.news", "--priority", "very-low", "--ttl", "12h");
}

const ready = {
    now: 'li.job[data-state="running"] .big',
    apps: "li.app",
    day: "svg.lanes rect.lane",
    device: "tr.part",
    "what-if": ".forecast-says:not(:empty)",
    constraints: "td",
};

/** The picture as it is when it stands still: rates need some seconds to be one. */
async function picture(browser, name, hash, how, prepare) {
    if (wanted.length > 0 && !wanted.includes(name)) return;
    const page = await browser.open(hash, how);
    await page.waitForSelector(ready[hash.split("/")[1]], { state: "attached" });
    if (hash.startsWith("#/now"))
        await page.waitForFunction(() =>
            [...document.querySelectorAll('li.job[data-state="running"] .big')].some((each) =>
                / left/.test(each.textContent),
            ),
        );
    await prepare?.(page);
    if (how.whole) await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(1200);
    const path = `${into}/${name}.png`;
    await page.screenshot({ path, fullPage: how.whole ?? false });
    execFileSync("pngquant", ["--force", "--quality", "85-100", "--strip", "--output", path, path]);
    const { size } = statSync(path);
    console.log(`${path.slice(root.length)} ${Math.round(size / 1000)} kB`);
    if (size > MOST) throw new Error(`${name}.png has ${size} bytes; ${MOST} is the most`);
    await page.context().close();
}

const ground = await Ground.open();
const browser = await Browser.start(ground);
try {
    if (wanted.length === 0) rmSync(into, { recursive: true, force: true });
    mkdirSync(into, { recursive: true });
    const film = await live(ground);
    const noon = async (page) => {
        await page.locator("svg.lanes").scrollIntoViewIfNeeded();
        const box = await page.locator("svg.lanes").boundingBox();
        await page.mouse.move(box.x + box.width * 0.28, box.y + box.height / 2);
    };
    const unplug = (page) => page.getByLabel("You plug in").check();
    const kinds = [
        ["", { width: 1280, height: 860 }],
        ["-dark", { width: 1280, height: 860, dark: true }],
        ["-390", { width: 390, height: 844 }],
    ];
    for (const [kind, how] of kinds) {
        await picture(browser, `now${kind}`, "#/now", how);
        await picture(browser, `job${kind}`, `#/now/${film}`, how);
        await picture(browser, `apps${kind}`, "#/apps", how);
        await picture(browser, `day${kind}`, "#/day", { ...how, whole: true }, noon);
        await picture(browser, `device${kind}`, "#/device", how);
        await picture(browser, `what-if${kind}`, "#/what-if", how, unplug);
        await picture(browser, `constraints${kind}`, "#/constraints", how);
    }
    await livePush(ground);
    const unfold = (name) => async (page) => {
        const card = page.locator("li.app", { has: page.locator("h2", { hasText: name }) });
        await card.locator("details.app-messages summary").press("Enter");
        await card.locator("details[open] tbody tr").first().waitFor();
        await card.evaluate((all) => all.scrollIntoView({ block: "end" }));
    };
    for (const [kind, how] of kinds) {
        await picture(browser, `messages${kind}`, "#/apps", how, unfold("Mail"));
        await picture(browser, `registrations${kind}`, "#/apps", how, unfold("org.example.Chat"));
        await picture(browser, `line${kind}`, "#/device", how, (page) =>
            page.getByText(/registrations; /).evaluate((last) => last.scrollIntoView({ block: "center" })),
        );
    }
} finally {
    await browser.close();
    await ground.close();
}
