// Lists of downloads that wait for their turn (jobs.md §14.1, pools), as the list of jobs shows them: their members
// together, in the order in which they start, the first few and how many more. Pure.

const FIRST = 3; // as `stint jobs` shows

/** The pool that a waiting job is in; "": in none. */
export function poolOf(job) {
    const pool = job.state === "pending" && !job.held ? job.terms?.pool : "";
    return pool ? `${job.package} ${pool}` : "";
}

/** Its place among those that wait as it does, from 1, and how many these are: a move is among them (jobs.md §14.6). */
export function placeOf(job, jobs) {
    const told = { place: 1, count: 0 };
    for (const other of jobs) {
        const isAlike =
            other.state === "pending" &&
            other.package === job.package &&
            other.requested === job.requested &&
            (other.terms?.pool ?? "") === (job.terms?.pool ?? "");
        if (!isAlike) continue;
        told.count += 1;
        if (byPlace(other, job) < 0) told.place += 1;
    }
    return told;
}

export function byPlace(a, b) {
    return (a.place ?? 0) - (b.place ?? 0);
}

/**
 * Rows in place of the jobs: {job}, or {more} for those of a pool beyond its first few, unless it is unfolded; then
 * {more: [], …} ends it.
 * @param {any[]} jobs @param {Set<string> | null} unfolded pools by poolOf(); null: all of them
 * @returns {{job?: any, more?: any[], pool?: string}[]}
 */
export function folded(jobs, unfolded) {
    const pools = new Map();
    for (const job of jobs) {
        const pool = poolOf(job);
        if (pool && !pools.has(pool)) pools.set(pool, []);
        pools.get(pool)?.push(job);
    }
    for (const [pool, members] of pools) if (members.length <= FIRST + 1) pools.delete(pool);
    if (unfolded === null) pools.clear();
    for (const members of pools.values()) members.sort(byPlace);
    return jobs.flatMap((job) => {
        const pool = poolOf(job);
        const members = pools.get(pool);
        if (!members) return [{ job }];
        pools.set(pool, []);
        if (members.length === 0) return [];
        const isOpen = unfolded?.has(pool);
        const shown = isOpen ? members : members.slice(0, FIRST);
        return [...shown.map((job) => ({ job })), { pool, more: isOpen ? [] : members.slice(FIRST) }];
    });
}
