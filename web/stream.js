// The stream of events, one a browser: of all tabs one holds it (a lock says which), and tells the others. A browser
// opens six connections to a server at most; ten tabs with one each would stand still.

export const TOPICS = ["hello", "jobs", "finished", "tasks", "apps", "device", "alarms", "messages", "work", "output", "daemon", "clock", "resync"];

/** The topics of the stream, its path, and the one that tells whether its server would still answer. */
const SOURCE = { topics: TOPICS, events: "/api/events", alive: "/api/constraints" };

/**
 * The tab's end of it.
 *
 * `hear(topic, data)` is told each event; `state(word)`: "open", "lost" (it will be back), "refused" (it will not: the
 * cookie is none any more); `snapshot()` is what this tab knows, for one that has just come.
 */
export class Stream {
    /** @param {{hear: (topic: string, data: any) => void, state: (word: string) => void, snapshot: () => any[]}} ends */
    constructor(ends, world = globalThis, source = SOURCE) {
        this.ends = ends;
        this.world = world;
        this.from = source;
        this.leads = false;
        this.channel = world.BroadcastChannel ? new world.BroadcastChannel("stint") : null;
        this.word = "opening";
    }

    open() {
        if (!this.channel || !this.world.navigator?.locks) return this.lead();
        this.channel.onmessage = ({ data }) => this.told(data);
        this.channel.postMessage({ wants: true });
        // Held until this tab is closed; then another has it.
        this.world.navigator.locks.request("stint-stream", () => {
            this.lead();
            return new Promise(() => {});
        });
    }

    /** Hears what another tab says. */
    told(message) {
        if (message.wants && this.leads) {
            for (const [topic, data] of this.ends.snapshot()) this.channel.postMessage({ topic, data });
            this.channel.postMessage({ state: this.word });
        }
        if (this.leads) return;
        if (message.topic) this.ends.hear(message.topic, message.data);
        if (message.state) this.say(message.state);
    }

    lead() {
        this.leads = true;
        this.connect();
    }

    connect() {
        const source = new this.world.EventSource(this.from.events);
        source.onopen = () => this.say("open");
        source.onerror = () => {
            if (source.readyState !== this.world.EventSource.CLOSED) return this.say("lost");
            // A browser gives up where the answer is no stream. Whether it ever will be one again is to be asked.
            this.say("lost");
            this.askWhy();
        };
        for (const topic of this.from.topics) source.addEventListener(topic, ({ data }) => this.heard(topic, data));
        this.source = source;
    }

    heard(topic, text) {
        const data = text ? JSON.parse(text) : {};
        this.ends.hear(topic, data);
        this.channel?.postMessage({ topic, data });
    }

    /** 401: a person has to open the page anew; else the server is on its way, and is asked again when it may be there. */
    async askWhy() {
        try {
            const answer = await this.world.fetch(this.from.alive, { cache: "no-store" });
            if (answer.status === 401) return this.say("refused");
        } catch {
            // gone: as below
        }
        this.world.setTimeout(() => this.connect(), 2000);
    }

    say(word) {
        this.word = word;
        this.ends.state(word);
        if (this.leads) this.channel?.postMessage({ state: word });
    }
}
