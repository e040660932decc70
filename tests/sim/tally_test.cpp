// The effects of another policy: sums of a run, and how two differ (scenario.md, Running: --diff).
#include "sim/judge/report.hpp"

#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

Sums sumsOf(const std::string& text, const std::string& who, const Options& options = {}) {
    const Scenario scenario = read(text);
    return tallyOf(played(text, options), options.until.value_or(endOf(scenario))).at(who);
}

Options by(const std::string& toml) { return {.policy = Options::PolicyText{"strict.toml", toml}}; }

// 100 Mbit are 12.5 MB; 75 MB take 6 s of 100 Mbit/s. In the middle the network is away for a minute.
const std::string twoTransfers = R"(until: 10min
device: {charging: true, network: {transport: wifi, down: 100Mbps}}
apps: {com.example.mail: {}}
timeline:
  - {at: 0s, schedule: {job: com.example.mail/1, network: {type: any}, estimated_bytes: {down: 75MB, up: 0}, runs: {bytes: {down: 75MB}, resumes: true}}}
  - {at: 0s, schedule: {job: com.example.mail/2, runs: {for: 1min}}}
  - {at: 0s, alarm: {app: com.example.mail, tag: a, type: exact, after: 5min}}
  - {at: 0s, alarm: {app: com.example.mail, tag: b, type: exact, after: 6min, wakeup: false}}
  - {at: 2s, device: {network: none}}
  - {at: 62s, device: {network: {transport: wifi, down: 100Mbps}}}
)";

} // namespace

TEST_CASE("what came of a run is summed: starts, stops, times, waits, bytes and wake-ups") {
    CHECK(sumsOf(twoTransfers, "com.example.mail/1") == Sums{2, 1, 6000, 60000, 75'000'000, 0, 0});
    CHECK(sumsOf(twoTransfers, "com.example.mail/2") == Sums{1, 0, 60000, 0, 0, 0, 0});
    CHECK(sumsOf(twoTransfers, "com.example.mail") == Sums{0, 0, 0, 0, 0, 1, 0}); // the other wakes nothing
    // A run that the end of the scenario cuts off counts as far as it came.
    Options early;
    early.until = 1s;
    CHECK(sumsOf(twoTransfers, "com.example.mail/1", early) == Sums{1, 0, 1000, 0, 12'500'000, 0, 0});
}

TEST_CASE("what differs under another policy is told, and nothing else") {
    const auto tally = [](const Options& options) { return tallyOf(played(twoTransfers, options), 10min); };
    CHECK(differences(tally({}), tally(by("\"job.slots\" = 8"))).empty());
    const auto differing = differences(tally({}), tally(by("\"job.slots\" = 1")));
    REQUIRE(differing.size() == 1);
    CHECK(differing[0].of == "com.example.mail/2"); // it waits until the transfer is stopped
    CHECK(differing[0].before == Sums{1, 0, 60000, 0, 0, 0, 0});
    CHECK(differing[0].after == Sums{1, 0, 60000, 2000, 0, 0, 0});
}

TEST_CASE("sums are shown as a person reads them") {
    CHECK(sumText(Sum::Starts, 7) == "7");
    CHECK(sumText(Sum::Waited, 5'400'000) == "1h30min");
    CHECK(sumText(Sum::Moved, 3 << 20) == "3 MiB");
}
