// ./bench page: how evenly the page draws with JOBS (1000) jobs of which fifty report progress each second, while it is
// scrolled; and what it weighs. The browser is real, the stream is made up here: what is measured is the page alone.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const count = Number(process.argv[2] ?? 1000);
const SECONDS = 10;
const TIMES = 5; // that it is opened, each time by a browser that has nothing of it
const FIRST_PAINT = 200; // ms, the goal with any number of jobs
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

const server = createServer((request, response) => {
    const path = new URL(request.url, "http://page").pathname;
    if (path.startsWith("/api/"))
        return response.writeHead(200, { "Content-Type": "application/json" }).end('{"jobs": []}');
    if (path === "/bare") return response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><p>x");
    const file = join(web, path === "/" ? "index.html" : path);
    const type = types[file.slice(file.lastIndexOf("."))];
    if (!type) return response.writeHead(404).end(); // what a browser asks for by itself
    response.writeHead(200, { "Content-Type": type }).end(readFileSync(file));
}).listen(0, "127.0.0.1");
await new Promise((listens) => server.once("listening", listens));
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
/** In the page: when something of it was first seen, in ms from its address on. */
const firstPaint = () =>
    new Promise((seen) => {
        const heard = (list) => list.getEntriesByName("first-contentful-paint").forEach(({ startTime }) => seen(startTime));
        new PerformanceObserver(heard).observe({ type: "paint", buffered: true });
    });
const paints = { "/bare": [], "/": [] };
let page;
for (let time = 0; time < TIMES; time++)
    for (const path of Object.keys(paints)) {
        await page?.context().close();
        page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
        await page.addInitScript(stream, count);
        await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
        paints[path].push(await page.evaluate(firstPaint));
    }
await page.waitForSelector("li.job");
const middle = (path) => paints[path].sort((a, b) => a - b)[Math.floor(TIMES / 2)].toFixed(0);
const lengths = await page.evaluate(frames, SECONDS);
const rows = await page.evaluate(() => document.querySelectorAll("li.job").length);
await browser.close();
server.close();

const at = (part) => lengths[Math.min(lengths.length - 1, Math.floor(part * lengths.length))].toFixed(1);
const weight = readdirSync(web, { recursive: true })
    .map(String)
    .filter((name) => /\.(js|css|html|svg)$/.test(name) && statSync(join(web, name)).isFile())
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(web, name)), { level: 9 }).length, 0);
console.log(
    `${count} jobs, ${rows} rows drawn; frames in ${SECONDS} s: ${lengths.length}; median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
);
console.log(
    `first paint ${middle("/")} ms (goal ${FIRST_PAINT}), of a page with one letter ${middle("/bare")} ms, medians of ${TIMES}; the whole page ${(weight / 1000).toFixed(1)} kB over the wire`,
);
