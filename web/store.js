// All that the page knows: one state a topic of the stream (events are whole but for those of jobs), and who wants to
// hear of it. Listeners hear once a frame, however many events came.

/** @typedef {Record<string, any>} Job as `stint jobs --json` prints one, with its `key` */

export class Store {
    /** @param {(flush: () => void) => void} later when listeners are told */
    constructor(later = (flush) => requestAnimationFrame(flush)) {
        this.later = later;
        /** @type {Map<string, Job>} */
        this.jobs = new Map();
        /** @type {Record<string, any>} the last of each topic */
        this.topics = {};
        this.listeners = new Map();
        this.changed = new Set();
    }

    /** @param {string} topic @param {any} data */
    apply(topic, data) {
        if (topic === "jobs") this.applyJobs(data);
        else this.topics[topic] = data;
        if (topic === "hello") delete this.topics.daemon; // what a server before this one said of it
        if (this.changed.size === 0) this.later(() => this.flush());
        this.changed.add(topic);
    }

    applyJobs({ all, jobs, gone = [] }) {
        if (all) this.jobs.clear();
        for (const job of jobs) this.jobs.set(job.key, job);
        for (const key of gone) this.jobs.delete(key);
    }

    flush() {
        const changed = this.changed;
        this.changed = new Set();
        for (const [listener, topics] of [...this.listeners])
            if (topics.some((topic) => changed.has(topic))) listener(changed);
    }

    /**
     * @param {string[]} topics @param {(changed: Set<string>) => void} listener
     * @returns {() => void} ends it
     */
    on(topics, listener) {
        this.listeners.set(listener, topics);
        return () => this.listeners.delete(listener);
    }

    /** A job that waits or runs, or that ended of late. @returns {Job | undefined} */
    job(key) {
        return this.jobs.get(key) ?? this.finished.find((job) => job.key === key);
    }

    get finished() {
        return this.topics.finished?.jobs ?? [];
    }

    get apps() {
        return this.topics.apps?.apps ?? [];
    }

    get alarms() {
        return this.topics.alarms?.alarms ?? [];
    }

    /** Pushed messages that wait. */
    messages(packageName) {
        return this.topics.messages?.messages.filter((message) => message.package === packageName) ?? [];
    }

    /** The places at which the app gets messages from elsewhere. */
    registrations(packageName) {
        return this.topics.messages?.registrations.filter((each) => each.package === packageName) ?? [];
    }

    /** Sentences about the line that brings them; none: there is no line. @returns {any[]} */
    get line() {
        return this.topics.messages?.line?.sentences ?? [];
    }

    /**
     * An app that shows its work requests, and how often they have become others.
     * @returns {{changes: number} | undefined}
     */
    work(packageName) {
        return this.topics.work?.apps?.find((app) => app.package === packageName);
    }

    /** True if stintd was there at the last word. */
    get up() {
        return (this.topics.daemon?.state ?? this.topics.hello?.daemon ?? "up") === "up";
    }

    /** A value of the device, as text. @returns {string | undefined} */
    device(key) {
        return this.topics.device?.values?.find((row) => row.key === key)?.value;
    }

    /** The name that a person knows an app by. */
    label(packageName) {
        return this.apps.find((app) => app.package === packageName)?.label || packageName;
    }

    /** True once everything has come that the first screen needs. */
    get complete() {
        return "apps" in this.topics && "device" in this.topics;
    }

    /** Everything that another tab needs to know as much. @returns {[string, any][]} */
    snapshot() {
        const jobs = { all: true, jobs: [...this.jobs.values()], gone: [] };
        return [...Object.entries(this.topics).filter(([topic]) => topic !== "jobs"), ["jobs", jobs]];
    }
}
