// How fast bytes move: from what was transferred at successive moments of the daemon's time. Pure.

const WINDOW = 8000; // milliseconds: long enough to be calm, short enough to be now

export class Rates {
    constructor() {
        /** @type {Map<string, {at: number, done: number}[]>} */
        this.samples = new Map();
    }

    /** @param {string} key @param {number} done bytes so far @param {number} at */
    observe(key, done, at) {
        const seen = this.samples.get(key) ?? [];
        // Begun anew, or gone on: what a part holds already is told at once, and did not move just now.
        if (seen.length > 0 && (done < seen.at(-1).done || seen.at(-1).done === 0)) seen.length = 0;
        if (seen.length > 0 && at <= seen.at(-1).at) return;
        seen.push({ at, done });
        while (seen.length > 2 && seen[1].at <= at - WINDOW) seen.shift();
        this.samples.set(key, seen);
    }

    /** Bytes a second over the last seconds; null: too little is known. */
    of(key, now) {
        const seen = this.samples.get(key);
        if (!seen || seen.length < 2) return null;
        const first = seen.find((sample) => sample.at > now - WINDOW);
        if (!first) return 0;
        const before = seen[Math.max(0, seen.indexOf(first) - 1)];
        const length = now - before.at;
        return length < 500 ? null : (1000 * (seen.at(-1).done - before.done)) / length;
    }

    forget(key) {
        this.samples.delete(key);
    }
}

/** Milliseconds until all has come; null: nobody knows. */
export function timeLeft({ done, total, ofBytes }, perSecond) {
    if (!ofBytes || total <= 0 || !perSecond || perSecond < 1) return null;
    return (1000 * (total - done)) / perSecond;
}
