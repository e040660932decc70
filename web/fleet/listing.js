// Rows that the server hands out a page at a time, and the list of them, of which what is on the screen exists. A row that
// has become another meanwhile stays as it was told last.
import { setAttribute } from "../dom.js";
import { Rows } from "../rows.js";

const MOST = 20000; // rows; a narrower question finds the others

export class Listing {
    /**
     * @param {HTMLElement} list its rows' height is --row, in rem, of the style sheet
     * @param {{key: (row: any) => string, make: (row: any) => {element: HTMLElement, update: (row: any) => void},
     *          told: (listing: Listing) => void}} how `told` hears when there are other rows
     */
    constructor(list, how) {
        this.how = how;
        this.all = new Map();
        this.error = "";
        this.isWhole = false;
        let height = 0;
        this.measure = () => {
            const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
            height = parseFloat(getComputedStyle(list).getPropertyValue("--row")) * rem;
        };
        this.measure();
        addEventListener("resize", this.measure);
        this.rows = new Rows(list, {
            key: ({ row }) => how.key(row),
            height: () => height,
            make: (item) => {
                const made = how.make(item.row);
                return {
                    element: made.element,
                    update: ({ row, place }) => {
                        setAttribute(made.element, "aria-posinset", place);
                        setAttribute(made.element, "aria-setsize", this.all.size);
                        made.update(row);
                    },
                };
            },
        });
    }

    close() {
        this.asks?.abort();
        removeEventListener("resize", this.measure);
        cancelAnimationFrame(this.frame ?? 0);
        this.rows.close();
    }

    /**
     * Asks anew. What was there stays until the first page has come.
     * @param {(after: any, signal: AbortSignal) => Promise<{rows: any[], next: any}>} page `next` is null after the last
     */
    async load(page) {
        this.asks?.abort();
        const asks = new AbortController();
        this.asks = asks;
        this.isWhole = false;
        this.fresh = new Map();
        let all = new Map();
        try {
            for (let next = ""; next !== null && all.size < MOST; ) {
                const said = await page(next, asks.signal);
                for (const row of said.rows) all.set(this.how.key(row), row);
                ({ next } = said);
                for (const [key, row] of this.fresh) this.merge(all, key, row);
                this.isWhole = next === null;
                this.isCut = next !== null && all.size >= MOST;
                this.error = "";
                this.all = all;
                this.show();
            }
        } catch (error) {
            if (asks.signal.aborted) return;
            this.error = error.message;
            this.show();
        }
    }

    /** A row that was told; null: it is gone. `isNew`: also where none is there of its key, and all were asked for. */
    put(key, row, isNew = false) {
        this.fresh?.set(key, row);
        this.merge(this.all, key, row, isNew && this.isWhole);
        this.frame ??= requestAnimationFrame(() => this.show());
    }

    merge(all, key, row, isNew = false) {
        if (row === null) all.delete(key);
        else if (isNew || all.has(key)) all.set(key, row);
    }

    show() {
        cancelAnimationFrame(this.frame ?? 0);
        this.frame = undefined;
        this.rows.set([...this.all.values()].map((row, i) => ({ row, place: i + 1 })));
        this.how.told(this);
    }
}

/** Does it, and once more if it was wanted meanwhile: never twice at a time. @param {() => Promise<void>} work */
export function oneAtATime(work) {
    let wanted = false;
    let works = false;
    return async () => {
        wanted = true;
        if (works) return;
        works = true;
        while (wanted) {
            wanted = false;
            await work();
        }
        works = false;
    };
}
