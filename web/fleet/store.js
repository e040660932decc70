// All that the fleet's page is told: the fleet, its campaigns as rows of `stint fleet campaigns --json`, and the rows of
// devices that have become others. Whoever listens hears each event.

export class FleetStore {
    static topics = ["hello", "fleet", "campaigns", "devices", "results", "resync"];

    constructor() {
        /** @type {Record<string, any>} the last of each topic that is whole */
        this.topics = {};
        /** @type {Map<string, any>} */
        this.campaigns = new Map();
        this.listeners = new Map();
    }

    get fleet() {
        return this.topics.fleet;
    }

    /** @param {string} topic @param {any} data */
    apply(topic, data) {
        if (topic === "campaigns") {
            if (data.all) this.campaigns.clear();
            for (const row of data.campaigns) this.campaigns.set(row.campaign, row);
            for (const id of data.gone) this.campaigns.delete(id);
            this.known = true;
        } else if (topic === "hello" || topic === "fleet") this.topics[topic] = data;
        for (const [listener, topics] of [...this.listeners]) if (topics.includes(topic)) listener(data, topic);
    }

    /**
     * @param {string[]} topics @param {(data: any, topic: string) => void} listener
     * @returns {() => void} ends it
     */
    on(topics, listener) {
        this.listeners.set(listener, topics);
        return () => this.listeners.delete(listener);
    }

    /** Everything that another tab needs to know as much. @returns {[string, any][]} */
    snapshot(now) {
        const campaigns = { now, all: true, campaigns: [...this.campaigns.values()], gone: [] };
        return this.known ? [...Object.entries(this.topics), ["campaigns", campaigns]] : [];
    }
}
