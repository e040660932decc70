// A list of thousands of which only what is on the screen exists. The page scrolls as it always does; the list is as high
// as all of its rows, each of which stands where it belongs. Rows have a fixed height each, which the style sheet says.

const BEYOND = 400; // pixels above and below that exist already when they are scrolled in

/** Where each row begins, and the end of the last. @param {number[]} heights */
export function offsetsOf(heights) {
    const offsets = new Float64Array(heights.length + 1);
    for (let i = 0; i < heights.length; ++i) offsets[i + 1] = offsets[i] + heights[i];
    return offsets;
}

/** The rows [first, end) of which something lies between the two. */
export function between(offsets, top, bottom) {
    const count = offsets.length - 1;
    const search = (y) => {
        let low = 0;
        let high = count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (offsets[middle + 1] <= y) low = middle + 1;
            else high = middle;
        }
        return low;
    };
    const first = search(top);
    let end = first;
    while (end < count && offsets[end] < bottom) ++end;
    return { first, end };
}

export class Rows {
    /**
     * @param {HTMLElement} list
     * @param {{key: (item: any) => string, height: (item: any) => number,
     *          who?: (item: any) => string | undefined,
     *          make: (item: any) => {element: HTMLElement, update: (item: any) => void}}} how `who`: a row of another
     *     key may be the same one's, and then gets its focus
     */
    constructor(list, how) {
        this.list = list;
        this.how = how;
        this.items = [];
        this.offsets = offsetsOf([]);
        this.shown = new Map();
        this.again = () => this.soon();
        addEventListener("scroll", this.again, { passive: true });
        addEventListener("resize", this.again, { passive: true });
    }

    close() {
        removeEventListener("scroll", this.again);
        removeEventListener("resize", this.again);
        cancelAnimationFrame(this.frame ?? 0);
    }

    soon() {
        this.frame ??= requestAnimationFrame(() => {
            this.frame = undefined;
            this.show();
        });
    }

    set(items) {
        this.items = items;
        this.show();
    }

    /** The keys of the rows on the screen. */
    visible() {
        const top = -this.list.getBoundingClientRect().top;
        const { first, end } = between(this.offsets, top, top + innerHeight);
        return this.items.slice(first, end).map(this.how.key);
    }

    show() {
        this.offsets = offsetsOf(this.items.map(this.how.height));
        this.list.style.height = `${this.offsets.at(-1)}px`;
        const top = -this.list.getBoundingClientRect().top;
        const range = between(this.offsets, top - BEYOND, top + innerHeight + BEYOND);
        const wanted = new Map();
        for (let i = range.first; i < range.end; ++i) wanted.set(this.how.key(this.items[i]), i);
        const held = this.keepFocus(wanted);
        for (const [key, row] of this.shown)
            if (!wanted.has(key)) {
                row.element.remove();
                this.shown.delete(key);
            }
        let place = this.list.firstElementChild;
        for (const [key, i] of [...wanted].sort((a, b) => a[1] - b[1])) {
            const row = this.shown.get(key) ?? this.how.make(this.items[i]);
            this.shown.set(key, row);
            row.update(this.items[i]);
            row.place = i;
            row.who = this.how.who?.(this.items[i]);
            row.element.style.transform = `translateY(${this.offsets[i]}px)`;
            row.element.style.height = `${this.offsets[i + 1] - this.offsets[i]}px`;
            if (place === row.element) place = place.nextElementSibling;
            else this.list.insertBefore(row.element, place);
        }
        if (held) this.giveBack(held);
    }

    /**
     * Keeps the row that has the focus, wherever it is scrolled to or has moved; if it is gone, that which now stands
     * in its place. Answers what had the focus, and the key of the row to have it.
     */
    keepFocus(wanted) {
        const at = document.activeElement;
        const [before, row] = [...this.shown].find(([, each]) => each.element.contains(at)) ?? [];
        if (!row) return null;
        const who = row.who;
        const place = this.items.findIndex((item) => this.how.key(item) === before);
        let i = place >= 0 ? place : this.items.findIndex((item) => who && this.how.who?.(item) === who);
        if (i < 0) i = Math.min(row.place ?? 0, this.items.length - 1);
        while (i > 0 && i < this.items.length - 1 && this.how.who && !this.how.who(this.items[i])) ++i;
        if (i < 0) return null;
        const key = this.how.key(this.items[i]);
        wanted.set(key, i);
        return { at, key };
    }

    /** A row that moves loses the focus, and one that is gone has lost it. */
    giveBack({ at, key }) {
        if (document.activeElement === at && at.checkVisibility()) return;
        const { element } = this.shown.get(key);
        const to = element.contains(at) && at.checkVisibility() ? at : element.querySelector("a, button");
        to?.focus({ preventScroll: true });
    }

    /** Scrolls there, and answers its row. @param {number} i */
    reveal(i) {
        const box = this.list.getBoundingClientRect();
        const top = box.top + this.offsets[i];
        const bottom = box.top + this.offsets[i + 1];
        const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement); // what covers it
        const floor = innerHeight - (parseFloat(scrollPaddingBottom) || 0) - 16;
        if (top < parseFloat(scrollPaddingTop)) scrollBy(0, top - parseFloat(scrollPaddingTop));
        else if (bottom > floor) scrollBy(0, bottom - floor);
        this.show();
        return this.shown.get(this.how.key(this.items[i]));
    }
}
