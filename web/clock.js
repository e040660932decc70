// The daemon's time. The page's own clock may be wrong, or be set meanwhile: what counts is the daemon's `now`, and how
// long ago that was by a clock that only goes forward.

export class Clock {
    /** @param {() => number} elapsed milliseconds since some moment */
    constructor(elapsed = () => performance.now()) {
        this.elapsed = elapsed;
        this.difference = null;
    }

    /** @param {number} now what the daemon's clock says at this moment */
    set(now) {
        this.difference = now - this.elapsed();
    }

    get known() {
        return this.difference !== null;
    }

    /** Milliseconds since 1970 where the daemon is. */
    now() {
        return Math.round(this.elapsed() + (this.difference ?? Date.now() - this.elapsed()));
    }
}

/**
 * Calls once a second, while the page is looked at: for what counts down. Nothing runs where nobody looks.
 * @param {() => void} each
 * @returns {() => void} ends it
 */
export function everySecond(each) {
    let timer = 0;
    const turn = () => {
        clearInterval(timer);
        timer = 0;
        if (document.hidden) return;
        each();
        timer = window.setInterval(each, 1000);
    };
    document.addEventListener("visibilitychange", turn);
    if (!document.hidden) timer = window.setInterval(each, 1000);
    return () => {
        clearInterval(timer);
        document.removeEventListener("visibilitychange", turn);
    };
}
