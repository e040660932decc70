// Bytes over the day, by uPlot: metered ones stand on unmetered ones. The numbers are in the tables; this shows when.
import { h } from "../dom.js";
import { bytes, clock, dayAndTime } from "../words.js";

let loading = null;

/** It is fetched when a chart is first looked at. */
function uPlot() {
    if (!loading) {
        document.head.append(h("link", { rel: "stylesheet", href: "/vendor/uPlot.min.css" }));
        loading = import("/vendor/uPlot.esm.js").then((module) => module.default);
    }
    return loading;
}

function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(name).trim();
    return { accent: of("--accent"), warn: of("--warn"), text: of("--muted"), grid: of("--line-colour") };
}

export class BytesChart {
    constructor() {
        this.element = h("div.bytes-chart", { "aria-hidden": "true" });
        this.dark = matchMedia("(prefers-color-scheme: dark)");
        this.redraw = () => this.draw();
        this.dark.addEventListener("change", this.redraw);
        this.watch = new ResizeObserver(() => this.chart?.setSize(this.size()));
        this.watch.observe(this.element);
    }

    close() {
        this.closed = true;
        this.dark.removeEventListener("change", this.redraw);
        this.watch.disconnect();
        this.chart?.destroy();
    }

    size() {
        return { width: Math.max(200, this.element.clientWidth), height: 150 };
    }

    /** @param {{times: number[], metered: number[], unmetered: number[]}} series @param {{step: number, from: number, to: number}} range */
    show(series, range) {
        this.series = series;
        this.range = range;
        return this.draw();
    }

    async draw() {
        const Chart = await uPlot();
        if (this.closed || !this.series) return;
        const { accent, warn, text, grid } = colours();
        const { times, metered, unmetered } = this.series;
        const all = metered.map((count, i) => count + unmetered[i]);
        const { from, to } = this.range;
        const long = to - from > 36 * 3600000;
        const left = this.element.clientWidth < 620 ? 66 : 132; // as the lanes above it have it
        const nameOf = (time) => (long ? dayAndTime(time).replace(/ 00:00$/, "") : clock(time));
        const axis = {
            stroke: text,
            grid: { stroke: grid, width: 1 },
            ticks: { stroke: grid, width: 1 },
            font: "12px system-ui, sans-serif",
        };
        const bars = Chart.paths.bars({ size: [0.8, 40], align: 1 });
        const units = [1, 2, 5, 10, 20, 50, 100, 200, 500];
        this.chart?.destroy();
        this.chart = new Chart(
            {
                ...this.size(),
                legend: { show: false },
                cursor: { show: false },
                ms: 1,
                padding: [8, 2, 0, 0],
                scales: {
                    x: { range: () => [from, to] },
                    y: { range: (_, __, most) => [0, Math.max(1024, most * 1.05)] },
                },
                series: [
                    {},
                    { stroke: warn, fill: warn, width: 0, paths: bars, points: { show: false } },
                    { stroke: accent, fill: accent, width: 0, paths: bars, points: { show: false } },
                ],
                axes: [
                    {
                        ...axis,
                        size: 28,
                        space: long ? 110 : 64,
                        values: (_, marks) => marks.map((time) => (to - time < (to - from) / 25 ? "" : nameOf(time))),
                    },
                    {
                        ...axis,
                        size: left,
                        space: 34,
                        incrs: [1, 1024, 1 << 20, 2 ** 30, 2 ** 40].flatMap((unit) =>
                            units.map((count) => count * unit),
                        ),
                        values: (_, marks) => marks.map((mark) => bytes(mark)),
                    },
                ],
            },
            [times, all, unmetered],
            this.element,
        );
    }
}
