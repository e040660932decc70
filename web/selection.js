// The rows of a list that a person has selected, by the keys of their jobs: one row stands for many where a long list is
// folded. Pure.

/** @typedef {{id: string, keys: string[]}} Row */

export class Selection {
    constructor() {
        /** @type {Set<string>} */
        this.keys = new Set();
        this.begin("", true);
    }

    /** From here a range is reached: that row's new state is every row's on the way. */
    begin(id, on) {
        this.anchor = this.last = id;
        this.on = on;
        this.before = new Set(this.keys);
    }

    /** @param {Row} row */
    has(row) {
        return row.keys.length > 0 && row.keys.every((key) => this.keys.has(key));
    }

    /** @param {Row} row */
    toggle(row) {
        const on = !this.has(row);
        this.begin(row.id, on);
        this.put([row]);
    }

    /** A range begins with this row, which is selected. @param {Row} row */
    start(row) {
        this.begin(row.id, true);
        this.put([row]);
    }

    /** All rows from the one that was toggled last to this one, in place of the range reached before. @param {Row[]} rows */
    reach(row, rows) {
        const from = rows.findIndex((each) => each.id === this.anchor);
        if (from < 0) return this.toggle(row);
        const to = rows.findIndex((each) => each.id === row.id);
        this.last = row.id;
        this.keys = new Set(this.before);
        this.put(rows.slice(Math.min(from, to), Math.max(from, to) + 1));
    }

    /** @param {Row[]} rows @param {boolean} on */
    setAll(rows, on) {
        this.begin("", on);
        this.put(rows);
    }

    put(rows) {
        for (const key of rows.flatMap((row) => row.keys)) {
            if (this.on) this.keys.add(key);
            else this.keys.delete(key);
        }
    }

    /** Forgets the jobs that are gone. @param {(key: string) => boolean} isThere */
    keep(isThere) {
        for (const keys of [this.keys, this.before]) for (const key of keys) if (!isThere(key)) keys.delete(key);
    }

    clear() {
        this.keys.clear();
        this.begin("", true);
    }
}
