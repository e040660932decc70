// The server's tables of words, which stand in its rows: what each means, and what follows from it. Pure.

/** @typedef {{word: string, meaning: string, failure?: boolean, verbs?: string[]}} Row */

export class Tables {
    /** @param {Record<"states" | "phases" | "outcomes" | "reasons", Row[]>} tables as /v1/words has them */
    constructor(tables) {
        this.states = tables.states;
        this.outcomes = tables.outcomes;
        this.places = [...tables.phases, ...tables.outcomes];
        this.reasons = tables.reasons;
    }

    /** @param {Row[]} rows @param {string} word a newer server's stands for itself */
    static meaning(rows, word) {
        return rows.find((row) => row.word === word)?.meaning ?? word;
    }

    /** The devices that an operator may have to look at. */
    failed({ counts }) {
        return this.outcomes.reduce((sum, row) => sum + (row.failure ? (counts[row.word] ?? 0) : 0), 0);
    }

    ended({ counts }) {
        return this.outcomes.reduce((sum, row) => sum + (counts[row.word] ?? 0), 0);
    }

    /** The words of which there are any, in the tables' order: [row, how many]. @returns {[Row, number][]} */
    static counted(rows, counts) {
        return rows.filter((row) => counts[row.word] > 0).map((row) => [row, counts[row.word]]);
    }

    /** The lines to type in a terminal, where something may be done. @returns {string[]} */
    commands(campaign) {
        const verbs = this.states.find((row) => row.word === campaign.state)?.verbs ?? [];
        const failed = this.failed(campaign) > 0;
        const may = verbs.filter((verb) => verb !== "retry" || failed);
        const all = may.map((verb) => `stint fleet ${verb} ${campaign.campaign}`);
        return failed ? [`stint fleet results ${campaign.campaign} --failed`, ...all] : all;
    }

    /** A sign of how the campaign goes: its words say it. */
    signOf(campaign) {
        if (campaign.state === "ended") return this.failed(campaign) > 0 ? "failed" : "done";
        return { held: "needs", stopped: "needs", paused: "stopped", cancelling: "stopped", cancelled: "stopped" }[campaign.state] ?? "running";
    }

    static isOver({ state }) {
        return state === "ended" || state === "cancelled";
    }

    signOfDevice({ outcome, phase }) {
        if (outcome === "succeeded") return "done";
        const row = this.outcomes.find((each) => each.word === outcome);
        if (row) return row.failure ? "failed" : "stopped";
        return { running: "running", committing: "running", verifying: "running" }[phase] ?? "waiting";
    }
}

/** A wave's devices: those that may begin in it, or have. @param {any[]} waves @param {number} i */
export function roomOf(waves, i) {
    const before = i === 0 ? 0 : waves[i - 1].capacity;
    return Math.max(Math.max(waves[i].capacity - before, 0), waves[i].begun);
}

/**
 * A part of a curve as a path, in a box of 1 by 1 for all of it.
 * @param {number[]} counts at the ends of steps @param {number} most @param {number} first step of the part @param {number} last
 */
export function pathOf(counts, most, first, last) {
    const x = (i) => (i / Math.max(1, counts.length - 1)).toFixed(4);
    const y = (count) => (1 - count / Math.max(1, most)).toFixed(4);
    const part = counts.slice(first, last + 1);
    return part.map((count, i) => `${i === 0 ? "M" : "L"}${x(first + i)} ${y(count)}`).join("");
}
