// ./bench page: how evenly the page draws with JOBS (1000) jobs of which fifty report progress each second, while it is
// scrolled; and what it weighs. The browser is real, the stream is made up here: what is measured is the page alone.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const count = Number(process.argv[2] ?? 1000);
const SECONDS = 10;
const types = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml" };

/** In the page: a stream of its own, with jobs that run and wait, four times a second. */
function stream(count) {
    const now = Date.now();
    const jobs = Array.from({ length: count }, (_, i) => ({
        key: `com.example.app${i % 20}/${i}`,
        package: `com.example.app${i % 20}`,
        id: i,
        label: `A job that has a name, number ${i}`,
        kind: "regular",
        state: i < 50 ? "running" : "pending",
        reasons: i < 50 ? [] : [{ name: "CONSTRAINT_CHARGING" }],
        want: "mains",
        waitsFor: "on battery, 40 %; wants to be charging",
        held: false,
        failures: 0,
        enqueued: now - i,
        started: now - 1000,
        earliest: null,
        transferredDown: 0,
        transferredUp: 0,
        estimatedDown: 1e9,
        estimatedUp: 0,
    }));
    globalThis.EventSource = class {
        static CLOSED = 2;
        constructor() {
            this.heard = {};
            setTimeout(() => {
                const tell = (topic, data) => this.heard[topic]?.({ data: JSON.stringify(data) });
                tell("hello", { now, daemon: "up" });
                tell("jobs", { all: true, jobs, gone: [] });
                tell("apps", { apps: [] });
                tell("device", { values: [] });
                setInterval(() => {
                    for (const job of jobs.slice(0, 50)) job.transferredDown += 250000;
                    tell("jobs", { all: false, jobs: jobs.slice(0, 50), gone: [] });
                }, 250);
            }, 50);
        }
        addEventListener(topic, listener) {
            this.heard[topic] = listener;
        }
    };
}

/** In the page: the time between frames, scrolled up and down meanwhile. */
async function frames(seconds) {
    const lengths = [];
    const end = performance.now() + seconds * 1000;
    let last = await new Promise(requestAnimationFrame);
    let way = 40;
    while (performance.now() < end) {
        if (scrollY + innerHeight >= document.documentElement.scrollHeight - 50 || (way < 0 && scrollY === 0))
            way = -way;
        scrollBy(0, way);
        const at = await new Promise(requestAnimationFrame);
        lengths.push(at - last);
        last = at;
    }
    return lengths.sort((a, b) => a - b);
}

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
    ],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.route("**/*", (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.startsWith("/api/")) return route.fulfill({ status: 200, json: { jobs: [] } });
    const file = join(web, path === "/" ? "index.html" : path);
    return route.fulfill({ body: readFileSync(file), contentType: types[file.slice(file.lastIndexOf("."))] });
});
await page.addInitScript(stream, count);
await page.goto("http://127.0.0.1:9/");
await page.waitForSelector("li.job");
const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
const lengths = await page.evaluate(frames, SECONDS);
const rows = await page.evaluate(() => document.querySelectorAll("li.job").length);
await browser.close();

const at = (part) => lengths[Math.min(lengths.length - 1, Math.floor(part * lengths.length))].toFixed(1);
const weight = readdirSync(web, { recursive: true })
    .map(String)
    .filter((name) => /\.(js|css|html|svg)$/.test(name) && statSync(join(web, name)).isFile())
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(web, name)), { level: 9 }).length, 0);
console.log(
    `${count} jobs, ${rows} rows drawn; frames in ${SECONDS} s: ${lengths.length}; median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
);
console.log(`first paint ${paint?.toFixed(0)} ms; the whole page ${(weight / 1000).toFixed(1)} kB over the wire`);
