// A day's history as a picture needs it: states as spans of time, runs in lanes, what was so at a moment, bytes over time,
// totals by app. Pure; /api/day's answer goes in, which is of the durable history.

/** @typedef {{from: number, to: number, value: string}} Span */

/** The values of `key`, from the first to the last moment. @returns {Span[]} */
export function spansOf(day, key) {
    const changes = day.device.filter((change) => change.key === key).sort((a, b) => a.when - b.when);
    const spans = [];
    changes.forEach((change, i) => {
        const from = Math.max(day.from, change.when);
        const to = i + 1 < changes.length ? Math.min(day.to, changes[i + 1].when) : day.to;
        if (to <= from) return;
        if (spans.at(-1)?.value === change.value && spans.at(-1).to === from) spans.at(-1).to = to;
        else spans.push({ from, to, value: change.value });
    });
    return spans;
}

export function packageOf(key) {
    return key.slice(0, key.indexOf("/"));
}

/** The end of a run; one that has none yet goes on. */
export function endOfRun(run, day) {
    return Math.min(day.to, run.ended ?? day.to);
}

/** True of a run that ended by itself and well, or has not ended. */
export function endedWell(run) {
    if (run.ended === null || run.ended === undefined) return true;
    return (run.stopReason ?? 0) === 0 && (run.exitCode ?? 0) === 0;
}

/** Its waits before it began: each with what it was for, until the next or the start; of one that waits still, until now. */
export function waitsOf(run, day) {
    const waits = run.waits ?? [];
    const end = run.began ?? run.ended ?? day.to;
    return waits
        .map((wait, i) => ({ from: wait.when, to: waits[i + 1]?.when ?? end, wants: wait.wants }))
        .filter((wait) => wait.to > wait.from && wait.wants.length > 0);
}

/** Apps with their runs, those at once below each other: [{package, tracks: [[run, …], …]}], the busiest first. */
export function lanesOf(day) {
    const byApp = new Map();
    for (const run of [...day.runs].sort((a, b) => firstOf(a, day) - firstOf(b, day))) {
        const name = packageOf(run.key);
        if (!byApp.has(name)) byApp.set(name, []);
        const tracks = byApp.get(name);
        const free = tracks.find((track) => endOfRun(track.at(-1), day) <= firstOf(run, day));
        if (free) free.push(run);
        else if (tracks.length < 4) tracks.push([run]);
        else tracks.at(-1).push(run); // over another: a lane for each of a hundred would be no picture
    }
    const busy = new Map(totalsByApp(day).map((total) => [total.package, total.ran]));
    return [...byApp]
        .map(([name, tracks]) => ({ package: name, tracks }))
        .sort((a, b) => busy.get(b.package) - busy.get(a.package));
}

/** When it is first heard of: where its waits are seen, with the first of them. */
function firstOf(run, day) {
    return Math.min(run.began ?? Infinity, waitsOf(run, day)[0]?.from ?? Infinity, run.ended ?? Infinity);
}

/** A moment of the day: the device's values, the runs, and who waited and why. */
export function momentOf(day, time) {
    const states = {};
    for (const change of [...day.device].sort((a, b) => a.when - b.when))
        if (change.when <= time || !(change.key in states)) states[change.key] = change.value;
    const running = day.runs.filter(
        (run) => run.began !== null && run.began <= time && time < Math.max(run.ended ?? Infinity, run.began + 1),
    );
    const waiting = [];
    for (const run of day.runs)
        for (const wait of waitsOf(run, day))
            if (wait.from <= time && (time < wait.to || wait.to === day.to)) waiting.push({ run, wants: wait.wants });
    return { states, running, waiting };
}

export function isTrue(value) {
    return value === "true" || value === "yes";
}

/** How much of [from, to) lies in spans with a value that passes. */
function within(spans, from, to, passes) {
    let length = 0;
    for (const span of spans)
        if (passes(span.value)) length += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
    return length;
}

/** How long `key` was so in all. */
export function lengthOf(day, key, passes) {
    return within(spansOf(day, key), day.from, day.to, passes);
}

/**
 * Bytes by steps of time, those on metered networks apart. What a run moved is spread evenly over its time: the history
 * has its sum alone.
 */
export function bytesOver(day, step) {
    const first = Math.floor(day.from / step) * step;
    const count = Math.ceil((day.to - first) / step);
    const times = Array.from({ length: count }, (_, i) => first + i * step);
    const metered = new Array(count).fill(0);
    const unmetered = new Array(count).fill(0);
    const spans = spansOf(day, "metered");
    for (const run of day.runs) {
        const moved = (run.transferredDown ?? 0) + (run.transferredUp ?? 0);
        if (moved <= 0 || run.began === null || run.began === undefined) continue;
        const end = Math.max(endOfRun(run, day), run.began + 1);
        for (let i = Math.max(0, Math.floor((run.began - first) / step)); i < count && times[i] < end; ++i) {
            const from = Math.max(run.began, times[i]);
            const to = Math.min(end, times[i] + step);
            if (to <= from) continue;
            const bytes = (moved * (to - from)) / (end - run.began);
            const part = within(spans, from, to, isTrue) / (to - from);
            metered[i] += bytes * part;
            unmetered[i] += bytes * (1 - part);
        }
    }
    return { times, metered: metered.map(Math.round), unmetered: unmetered.map(Math.round) };
}

/** The day's sums by app: [{package, runs, ran, down, up, metered, unmetered, waited}], the busiest first. */
export function totalsByApp(day) {
    const totals = new Map();
    const spans = spansOf(day, "metered");
    for (const run of day.runs) {
        const name = packageOf(run.key);
        if (!totals.has(name))
            totals.set(name, {
                package: name,
                runs: 0,
                ran: 0,
                down: 0,
                up: 0,
                metered: 0,
                unmetered: 0,
                waited: 0,
                waitedFor: "",
            });
        const total = totals.get(name);
        for (const wait of waitsOf(run, day))
            if (wait.to - wait.from > total.waited)
                Object.assign(total, { waited: wait.to - wait.from, waitedFor: wait.wants[0] });
        if (run.began === null || run.began === undefined) continue;
        const from = Math.max(day.from, run.began);
        const to = Math.max(from, endOfRun(run, day));
        const moved = (run.transferredDown ?? 0) + (run.transferredUp ?? 0);
        const part = to > from ? within(spans, from, to, isTrue) / (to - from) : 0;
        total.runs += 1;
        total.ran += to - from;
        total.down += run.transferredDown ?? 0;
        total.up += run.transferredUp ?? 0;
        total.metered += Math.round(moved * part);
        total.unmetered += Math.round(moved * (1 - part));
    }
    return [...totals.values()].sort((a, b) => b.ran - a.ran || (a.package < b.package ? -1 : 1));
}

/** Round moments for an axis: hours or minutes of a clock that are so far apart that their words have room. @param {number} most */
export function ticksOf(from, to, most) {
    const HOUR = 3600000;
    const step =
        [1 / 12, 1 / 6, 1 / 4, 1 / 2, 1, 2, 3, 4, 6, 12, 24, 48].map((hours) => hours * HOUR).find((length) => (to - from) / length <= most) ??
        96 * HOUR;
    const midnight = new Date(from);
    midnight.setHours(0, 0, 0, 0);
    const ticks = [];
    for (let time = midnight.getTime(); time <= to; time += step) if (time >= from) ticks.push(time);
    return ticks;
}
