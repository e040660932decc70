// A machine with Stint on it, and a browser that looks at its page: what the tests with a browser have in common.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** ground.py, asked by name: await ground.do("get", "film.iso"). */
export class Ground {
    static async open(script = "ground.py") {
        const ground = new Ground();
        ground.process = spawn("/usr/bin/python3", [join(here, script)], { stdio: ["pipe", "pipe", "inherit"] });
        ground.answers = createInterface({ input: ground.process.stdout })[Symbol.asyncIterator]();
        await ground.answer();
        ground.url = await ground.do("address");
        return ground;
    }

    async answer() {
        const { value, done } = await this.answers.next();
        if (done) throw new Error("ground.py has ended");
        const answer = JSON.parse(value);
        if ("failed" in answer) throw new Error(answer.failed);
        return answer.is;
    }

    /** One wish at a time. */
    do(name, ...words) {
        this.last = (this.last ?? Promise.resolve()).then(() => {
            this.process.stdin.write(`${JSON.stringify({ do: name, with: words })}\n`);
            return this.answer();
        });
        return this.last;
    }

    /** `stint …`, which must end well. */
    async stint(...words) {
        const ended = await this.do("stint", ...words);
        if (ended.code !== 0) throw new Error(JSON.stringify(ended));
        return ended.out;
    }

    async close() {
        const ended = new Promise((end) => this.process.on("exit", end));
        this.process.stdin.end();
        await ended;
    }
}

/** A browser of its own directory; open() gives a page that is signed in, as `stint ui` opens it. */
export class Browser {
    static async start(ground) {
        const made = new Browser();
        made.ground = ground;
        made.directory = mkdtempSync(join(tmpdir(), "stint-browser-"));
        made.browser = await chromium.launch({
            executablePath: "/usr/bin/chromium",
            args: FLAGS,
            env: { ...process.env, HOME: made.directory },
        });
        return made;
    }

    /** @param {{width?: number, height?: number, dark?: boolean, init?: () => void, context?: any}} how */
    async open(hash = "#/now", { width = 1280, height = 900, dark = false, init, context } = {}) {
        const tabs =
            context ??
            (await this.browser.newContext({
                viewport: { width, height },
                colorScheme: dark ? "dark" : "light",
                reducedMotion: "reduce",
            }));
        if (init) await tabs.addInitScript(init);
        const page = await tabs.newPage();
        page.setDefaultTimeout(15000);
        page.complaints = [];
        page.on("pageerror", (error) => page.complaints.push(error.stack));
        page.on("console", (message) => {
            // A browser complains of every answer that is a refusal; the page is asked to live with those.
            if (
                message.type() === "error" &&
                !/Failed to load resource|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION/.test(message.text())
            )
                page.complaints.push(message.text());
        });
        if (context) await page.goto(new URL("/", this.ground.url).href);
        else await page.goto(this.ground.url);
        await page.waitForSelector("#views");
        await page.evaluate((to) => {
            location.hash = to;
        }, hash);
        await page.waitForSelector("main:not(:has(.loading))");
        return page;
    }

    async close() {
        await this.browser.close();
        rmSync(this.directory, { recursive: true, force: true });
    }
}

/** Widths and themes in which a view is looked at: [width, dark]. */
export const looks = [
    [1280, false],
    [1280, true],
    [390, false],
    [390, true],
];

/** The machine and the browser of a file's tests. */
export let ground, browser;

/**
 * Has them for all tests of the file.
 * @param {() => Promise<void>} prepare before anybody looks @param {string} [script] another machine than ground.py's
 */
export function onGround(prepare = async () => {}, script) {
    before(
        async () => {
            ground = await Ground.open(script);
            await prepare();
            browser = await Browser.start(ground);
        },
        { timeout: 60000 },
    );
    after(async () => {
        await browser?.close();
        await ground?.close();
    });
}

/** The complaints of axe, in a line each. */
export async function axe(page) {
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    return violations.flatMap((found) =>
        found.nodes.map((node) => `${found.id}: ${found.help}: ${node.target} ${node.failureSummary ?? ""}`),
    );
}

export async function text(page, selector) {
    return (await page.locator(selector).first().innerText()).replace(/\s+/g, " ");
}

/**
 * From now on hears what moves on the page without having been moved: numbers, bars and times grow, and are left out, and
 * what is below `but`. @returns {Promise<() => Promise<string[]>>} tells what has, an element each
 */
export async function watchShifts(page, but = "") {
    await page.evaluate((but) => {
        globalThis.shifts = [];
        const grows = ['[data-state="running"]', ".when", but].filter(Boolean).join();
        const moved = ({ node }) => {
            const element = node instanceof Element ? node : node?.parentElement;
            return element && !element.parentElement?.closest(grows) && element.outerHTML.slice(0, 200);
        };
        globalThis.observer = new PerformanceObserver((list) =>
            globalThis.shifts.push(...list.getEntries().flatMap((each) => each.sources.map(moved).filter(Boolean))),
        );
        globalThis.observer.observe({ type: "layout-shift" });
    }, but);
    // A frame tells of what moved in the one before it.
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return async () => {
        await page.evaluate(frames);
        return page.evaluate(() => globalThis.shifts);
    };
}
