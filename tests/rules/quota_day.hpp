// One app and its ledgers through a day, for the tests of both quotas: unplugged, in the background, its bucket held,
// as the worked examples of limits.md §12 have it.
#pragma once
#include <doctest/doctest.h>

#include "contract/rules/world.hpp"

namespace stint {

constexpr Duration sec(std::int64_t count) { return std::chrono::seconds{count}; }
constexpr Duration min(std::int64_t count) { return std::chrono::minutes{count}; }

struct Day {
    explicit Day(Bucket bucket, const Constants& numbers = {}) : constants(numbers) {
        state.charging = false;
        app.memory.usage.bucket = bucket;
        show(ProcessState::Background);
    }

    World world() const { return {constants, device, state, {now, {}}}; }
    void until(Duration when) { now = Instant{when}; }
    void show(ProcessState shown) { app.memory.pinned = shown; }
    void force(Bucket bucket) { app.memory.usage.bucket = bucket; }

    Constants constants;
    Device device;
    DeviceState state;
    App app;
    Instant now{};
};

inline Constants android15() {
    Constants constants;
    constants.policyVersion = Constants::android15;
    return constants;
}

/// Jobs of a RegularDay or an ExpeditedDay, without a break from `from` on; when their quota stops them.
template <class OfKind> Duration loadUntilSpent(OfKind& day, Duration from) {
    day.until(from);
    day.start();
    const auto stop = day.cutOff();
    REQUIRE(stop);
    day.until(*stop - Duration{1});
    CHECK(day.mayGoOn());
    CHECK(day.cutOff() == stop);
    day.until(*stop);
    CHECK_FALSE(day.mayGoOn());
    day.end();
    CHECK_FALSE(day.mayStart());
    return *stop;
}

inline std::optional<Duration> sinceBoot(std::optional<Instant> instant) {
    return instant ? std::optional(instant->time_since_epoch()) : std::nullopt;
}

} // namespace stint
