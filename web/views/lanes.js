// The picture of a day: above, what the device was; below, a lane for each app's runs, with thin lines where they waited.
// Drawn anew for each width. A moment is chosen by the pointer or the arrow keys; whoever listens is told which.
import { endOfRun, endedWell, isTrue, lanesOf, spansOf, ticksOf, waitsOf } from "../day_model.js";
import { h, s } from "../dom.js";
import { clock, dayAndTime } from "../words.js";

const MINUTE = 60000,
    HOUR = 60 * MINUTE;
const STATE = 14,
    RUN = 16,
    GAP = 8,
    AXIS = 26,
    TOP = 8;

/** The device's lanes: which spans of a key are drawn, and how. */
const states = [
    ["Charging", "charging", (value) => (isTrue(value) || value === "auto" ? "lit" : null)],
    ["Screen on", "screen", (value) => (value === "on" ? "grey" : null)],
    ["Network", "network", (value) => (isThere(value) ? "grey" : null)],
    ["Doze", "doze", (value) => (/maintenance/i.test(value) ? "window" : /idle/i.test(value) ? "dark" : null)],
    ["Asleep", "sleeping", (value) => (isTrue(value) ? "dark" : null)],
];

/** True if there was a network; while stintd was not running, nobody knows. */
function isThere(value) {
    return value !== "none" && value !== "unknown";
}

const hatch = () =>
    s(
        "pattern",
        { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        s("rect.hatch-ground", { width: 6, height: 6 }),
        s("rect.hatch-line", { width: 2.5, height: 6 }),
    );

export class Lanes {
    /** @param {{say: (time: number) => string, chosen: (time: number) => void, label: (packageName: string) => string}} told */
    constructor(told) {
        this.told = told;
        this.drawing = s("svg.lanes", { "aria-hidden": "true" });
        this.element = h(
            "div.lanes-box",
            {
                role: "slider",
                tabindex: 0,
                "aria-orientation": "horizontal",
                onkeydown: (event) => this.key(event),
                onpointermove: (event) => this.point(event),
                onpointerdown: (event) => this.point(event),
            },
            this.drawing,
        );
        this.watch = new ResizeObserver(() => this.draw());
        this.watch.observe(this.element);
        this.day = null;
        this.time = 0;
    }

    close() {
        this.watch.disconnect();
    }

    show(day, time) {
        this.day = day;
        const steps = this.isClose() ? "a minute, with Shift by ten" : "five minutes, with Shift by an hour";
        this.element.setAttribute("aria-label", `A moment of the picture; arrow keys move it by ${steps}`);
        this.drawn = 0;
        this.draw();
        this.choose(Math.min(day.to, Math.max(day.from, time)));
    }

    x(time) {
        return this.left + ((time - this.day.from) / (this.day.to - this.day.from)) * (this.width - this.left - 2);
    }

    bar(from, to, y, height, classes) {
        const left = this.x(Math.max(from, this.day.from));
        const right = this.x(Math.min(to, this.day.to));
        return s(`rect.${classes}`, {
            x: left.toFixed(1),
            y,
            width: Math.max(2, right - left).toFixed(1),
            height,
            rx: Math.min(3, height / 2),
        });
    }

    draw() {
        const width = Math.floor(this.element.clientWidth);
        if (!this.day || width < 80 || width === this.drawn) return;
        this.drawn = width;
        this.width = width;
        this.narrow = width < 620; // the names of lanes stand above them
        this.left = this.narrow ? 0 : 132;
        const parts = [s("defs", {}, hatch())];
        let y = TOP;
        const name = (text, height) => {
            if (this.narrow) y += 15;
            parts.push(
                s(
                    "text.lane-name",
                    { x: 0, y: this.narrow ? y - 3 : y + height / 2 + 4 },
                    text.length > 17 && !this.narrow ? `${text.slice(0, 16)}…` : text,
                ),
            );
        };
        for (const [text, key, look] of states) {
            const spans = spansOf(this.day, key);
            if (spans.length === 0) continue;
            name(text, STATE);
            parts.push(s("rect.lane", { x: this.left, y, width: width - this.left - 2, height: STATE, rx: 3 }));
            // A window is short, and is to be seen: it stands on what is around it.
            for (const last of [false, true])
                for (const span of spans) {
                    const classes = look(span.value);
                    if (classes && (classes === "window") === last)
                        parts.push(this.bar(span.from, span.to, y, STATE, `state-${classes}`));
                }
            if (key === "network") this.drawMetered(parts, y);
            y += STATE + GAP;
        }
        parts.push(s("line.rule", { x1: 0, x2: width, y1: y + 2, y2: y + 2 }));
        y += GAP + 4;
        for (const lane of lanesOf(this.day)) {
            name(this.told.label(lane.package), RUN);
            for (const track of lane.tracks) {
                parts.push(s("rect.lane", { x: this.left, y, width: width - this.left - 2, height: RUN, rx: 3 }));
                for (const run of track) this.drawRun(parts, run, y);
                y += RUN + 3;
            }
            y += GAP - 3;
        }
        const bottom = y;
        const long = this.day.to - this.day.from > 36 * 60 * MINUTE;
        for (const time of ticksOf(
            this.day.from,
            this.day.to,
            Math.max(3, Math.floor((width - this.left) / (long ? 100 : 58))),
        )) {
            const x = this.x(time);
            parts.push(s("line.grid", { x1: x, x2: x, y1: TOP, y2: bottom }));
            const anchor = x > width - 50 ? "end" : x < this.left + 26 ? "start" : "middle";
            parts.push(
                s(
                    "text.tick",
                    { x, y: bottom + 17, "text-anchor": anchor },
                    long ? dayAndTime(time).replace(/ 00:00$/, "") : clock(time),
                ),
            );
        }
        this.cursor = s("line.cursor", { y1: TOP - 4, y2: bottom });
        this.drawing.replaceChildren(...parts, this.cursor);
        this.drawing.setAttribute("width", width);
        this.drawing.setAttribute("height", bottom + AXIS);
        this.drawing.setAttribute("viewBox", `0 0 ${width} ${bottom + AXIS}`);
        if (this.time) this.place();
    }

    drawMetered(parts, y) {
        const there = spansOf(this.day, "network").filter((span) => isThere(span.value));
        for (const span of spansOf(this.day, "metered").filter((each) => isTrue(each.value)))
            for (const up of there) {
                const from = Math.max(span.from, up.from);
                const to = Math.min(span.to, up.to);
                if (to > from) parts.push(this.bar(from, to, y, STATE, "state-metered"));
            }
    }

    drawRun(parts, run, y) {
        for (const wait of waitsOf(run, this.day))
            if (wait.to > this.day.from) parts.push(this.bar(wait.from, wait.to, y + RUN / 2 - 1.5, 3, "wait"));
        if (run.began === null || run.began === undefined) return;
        const look = endedWell(run) ? (run.ended ? "run" : "run-on") : "run-cut";
        parts.push(this.bar(run.began, endOfRun(run, this.day), y, RUN, look));
    }

    // A moment.

    /** True where minutes are told apart. */
    isClose() {
        return this.day.to - this.day.from <= 2 * HOUR;
    }

    choose(time) {
        this.time = Math.round(Math.min(this.day.to, Math.max(this.day.from, time)));
        const set = (name, value) => this.element.setAttribute(name, value);
        set("aria-valuemin", this.day.from);
        set("aria-valuemax", this.day.to);
        set("aria-valuenow", this.time);
        set("aria-valuetext", this.told.say(this.time));
        this.told.chosen(this.time);
        this.place();
    }

    place() {
        if (!this.cursor) return;
        const x = this.x(this.time).toFixed(1);
        this.cursor.setAttribute("x1", x);
        this.cursor.setAttribute("x2", x);
    }

    point(event) {
        if (!this.day || !this.width) return;
        const x = event.clientX - this.drawing.getBoundingClientRect().left;
        if (x < this.left - 4) return;
        this.choose(this.day.from + ((x - this.left) / (this.width - this.left - 2)) * (this.day.to - this.day.from));
    }

    key(event) {
        if (!this.day) return;
        const [small, large] = this.isClose() ? [MINUTE, 10 * MINUTE] : [5 * MINUTE, HOUR];
        const step = event.shiftKey ? large : small;
        const to = {
            ArrowRight: this.time + step,
            ArrowUp: this.time + step,
            ArrowLeft: this.time - step,
            ArrowDown: this.time - step,
            PageUp: this.time + large,
            PageDown: this.time - large,
            Home: this.day.from,
            End: this.day.to,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        this.choose(to);
    }
}
