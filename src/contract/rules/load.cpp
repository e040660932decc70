#include "contract/rules/load.hpp"

namespace stint {
namespace {

RunLoad advanced(RunLoad load, Instant now, Duration period) {
    const auto spent = [&](Instant from, Instant to) { return load.running > 0 ? to - from : Duration{0}; };
    if (const auto passed = (now - load.began) / period; passed > 0) {
        const Instant edge = load.began + passed * period;
        // Only the last of the periods that have passed is recent; if several have, nothing changed in it.
        load.before = passed == 1 ? load.spent + spent(load.counted, edge) : spent(edge - period, edge);
        load.spent = Duration{0};
        load.began = load.counted = edge;
    }
    load.spent += spent(load.counted, now);
    load.counted = now;
    return load;
}

} // namespace

void noteRunBegins(App& app, Instant now, const Constants& constants) {
    app.load = advanced(app.load, now, constants.loadPeriod);
    ++app.load.running;
}

void noteRunEnds(App& app, Instant now, const Constants& constants) {
    app.load = advanced(app.load, now, constants.loadPeriod);
    if (app.load.running > 0) --app.load.running; // it was installed anew while the job ran
}

std::int64_t loadPercent(const App& app, Instant now, const Constants& constants) {
    const RunLoad load = advanced(app.load, now, constants.loadPeriod);
    return (load.before + load.spent) * 100 / (constants.loadPeriod + (now - load.began));
}

} // namespace stint
