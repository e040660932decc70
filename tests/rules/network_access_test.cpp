// Network in the background: the apps that have it (limits.md §8.1), and the networks that count for a job (§8.2,
// §8.3).
#include <doctest/doctest.h>

#include "contract/rules/connectivity.hpp"
#include "contract/rules/network_access.hpp"

using namespace stint;

namespace {

constexpr Instant lookTime{1h};
constexpr NetworkRights noJob{}, jobWithNetwork{.standbyLifted = true}, expeditedRights{.runsExpedited = true},
    userInitiatedRights{.runsUserInitiated = true};

Network networkWith(std::set<NetworkCapability> more) {
    Network network{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_NOT_SUSPENDED},
                    .transports = {TRANSPORT_CELLULAR}};
    network.capabilities.merge(more);
    return network;
}

/// A device on battery with a metered network, and one app in the background, in the active bucket.
struct MeteredPlace {
    Constants constants;
    Device device{.plugged = false, .charging = std::nullopt, .network = networkWith({})};
    DeviceState state{.charging = false};
    App app;

    MeteredPlace() {
        app.running = true;
        app.memory.usage.bucket = Bucket::Active;
    }
    World world() const { return {constants, device, state, {lookTime, {}}}; }
    std::string_view blockedBy(NetworkRights rights = noJob) const {
        const std::string_view by = networkShutBy(app, world(), rights);
        const NetworkVerdict verdict = networkWithoutJobs(app, world());
        CHECK(verdict.allowed == verdict.because.empty());
        if (rights == noJob) CHECK(verdict.because == by);
        return by;
    }
    NetworkVerdict forJob(JobClass kind, bool exemptionLost = false) const {
        const GateKey gateKey{.kind = kind,
                              .requested = kind,
                              .exemptionLost = exemptionLost,
                              .network = NetworkRequest::Builder().build()};
        const RunFacts run{.kind = kind};
        const World here = world();
        return networkForJob({here, gateKey, &app, &run});
    }
};

MeteredPlace inRule(std::string_view rule) {
    MeteredPlace place;
    if (rule == "standby") place.app.memory.usage.bucket = Bucket::Rare;
    if (rule == "doze") place.state.doze.deep = DeepState::Idle;
    if (rule == "battery_saver") place.device.batterySaver = true;
    if (rule == "data_saver") place.device.dataSaver = true;
    if (rule == "background") place.constants.backgroundNetworkCutoffMs = 5000;
    return place;
}

} // namespace

TEST_CASE("each rule shuts the background and spares just those of its row") { // §8.1, the table
    struct Row {
        std::string_view rule;
        bool visible, service, powerAllowlist, grant, dataAllowlist, job, expedited, userInitiated; // true: open
    };
    // clang-format off
    for (const Row& row : {
             //                   visible service power  grant  data   job    EJ     UI
             Row{"standby",       true,   true,   true,  true,  false, true,  false, false},
             Row{"doze",          true,   true,   true,  true,  false, false, true,  true},
             Row{"battery_saver", true,   true,   true,  true,  false, false, true,  true},
             Row{"data_saver",    true,   true,   false, false, true,  false, false, true},
             Row{"background",    true,   true,   true,  true,  false, true,  true,  true}}) {
        // clang-format on
        CAPTURE(row.rule);
        const auto open = [&](auto&& change) {
            MeteredPlace place = inRule(row.rule);
            change(place.app);
            return place.blockedBy().empty();
        };
        CHECK(inRule(row.rule).blockedBy() == row.rule);
        CHECK(open([](App& app) { app.visible = true; }) == row.visible);
        CHECK(open([](App& app) { app.memory.pinned = ProcessState::Top; }) == row.visible);
        CHECK(open([](App& app) { app.foregroundServices["Player"] = false; }) == row.service);
        CHECK(open([](App& app) { app.manifest.system = true; }) == row.powerAllowlist);
        CHECK(open([](App& app) { app.memory.allowlistedUntil = lookTime + 1ms; }) == row.grant);
        CHECK_FALSE(open([](App& app) { app.memory.allowlistedUntil = lookTime; }));
        CHECK(open([](App& app) { app.memory.dataSaverExempt = true; }) == row.dataAllowlist);
        CHECK(inRule(row.rule).blockedBy(jobWithNetwork).empty() == row.job);
        CHECK(inRule(row.rule).blockedBy(expeditedRights).empty() == row.expedited);
        CHECK(inRule(row.rule).blockedBy(userInitiatedRights).empty() == row.userInitiated);
    }
}

TEST_CASE("the bucket shuts the background from rare on, and only off the charger") { // §1.3 network, §2.9; example 80
    for (const auto& [bucket, open] : {std::pair{Bucket::Active, true},
                                       {Bucket::WorkingSet, true},
                                       {Bucket::Frequent, true},
                                       {Bucket::Rare, false},
                                       {Bucket::Restricted, false},
                                       {Bucket::Never, false}}) {
        MeteredPlace place;
        place.app.memory.usage.bucket = bucket;
        CHECK(place.blockedBy().empty() == open);
        place.state.charging = true;
        CHECK(place.blockedBy().empty());
    }
}

TEST_CASE("Doze shuts the network in light and deep idle and nowhere else") { // §8.1 Doze, §6.3; example 79
    for (const LightState light : {LightState::Idle, LightState::WaitingForNetwork}) {
        MeteredPlace place;
        place.state.doze.light = light;
        CHECK(place.blockedBy() == "doze");
    }
    MeteredPlace window;
    window.state.doze = {.deep = DeepState::IdleMaintenance, .light = LightState::Override};
    CHECK(window.blockedBy().empty());
    window.state.doze = {.light = LightState::IdleMaintenance};
    CHECK(window.blockedBy().empty());
}

TEST_CASE("battery saver means nothing while plugged, charging or not") { // §8.1, §9; example 93
    MeteredPlace place = inRule("battery_saver");
    place.device.plugged = true;
    CHECK(place.blockedBy().empty());
}

TEST_CASE("Data Saver is about money: metered networks only, and the charger does not lift it") { // §8.1, Appendix A
    MeteredPlace place = inRule("data_saver");
    place.state.charging = place.device.plugged = true;
    CHECK(place.blockedBy() == "data_saver");
    place.device.network = networkWith({NET_CAPABILITY_NOT_METERED});
    CHECK(place.blockedBy().empty());
    place.device.network.reset();
    CHECK(place.blockedBy().empty());
}

TEST_CASE("an app the user un-restricted has network unless Data Saver is on") { // §1.2; examples 78, 82
    MeteredPlace place;
    place.app.memory.batteryUse = BatteryUse::Unrestricted;
    place.app.memory.usage.bucket = Bucket::Rare;
    place.state.doze.deep = DeepState::Idle;
    place.device.batterySaver = true;
    CHECK(place.blockedBy().empty());
    place.device.dataSaver = true;
    CHECK(place.blockedBy() == "data_saver");
}

TEST_CASE("the user's restriction has no network rule of its own") { // §8.1; example 83
    MeteredPlace place;
    place.app.memory.batteryUse = BatteryUse::Restricted;
    place.app.memory.usage.bucket = Bucket::Frequent;
    CHECK(place.blockedBy().empty());
    place.app.memory.usage.bucket = Bucket::Rare;
    CHECK(place.blockedBy() == "standby");
}

TEST_CASE("a verdict says when time alone may change it, and only then") { // §6.6, §8.5; example 77
    MeteredPlace place = inRule("standby");
    CHECK_FALSE(networkWithoutJobs(place.app, place.world()).askAgain);
    place.app.memory.allowlistedUntil = lookTime + 20s;
    CHECK(networkWithoutJobs(place.app, place.world()).askAgain == lookTime + 20s);
    CHECK_FALSE(place.forJob(JobClass::Regular).askAgain);
    MeteredPlace dozing = inRule("doze");
    dozing.state.doze.deepTimer = lookTime + 30min;
    CHECK(networkWithoutJobs(dozing.app, dozing.world()).askAgain == lookTime + 30min);
    dozing.state.doze.deepTimer = lookTime;
    CHECK_FALSE(networkWithoutJobs(dozing.app, dozing.world()).askAgain);
}

TEST_CASE("the cut-off of newer releases is off, and counts from leaving the foreground where it is on") { // §8.1, §11
    MeteredPlace place;
    place.app.memory.leftForeground = lookTime - 1min;
    CHECK(place.blockedBy().empty());
    place.constants.backgroundNetworkCutoffMs = 61'000;
    CHECK(place.blockedBy().empty());
    CHECK(networkWithoutJobs(place.app, place.world()).askAgain == lookTime + 1s);
    place.constants.backgroundNetworkCutoffMs = 60'000;
    CHECK(place.blockedBy() == "background");
    place.state.charging = true;
    CHECK(place.blockedBy().empty());
}

TEST_CASE("a job is shut out by every rule but standby, an expedited one by Data Saver alone, a transfer by none") {
    struct Row { // §8.2, §8.3; examples 81, 82
        std::string_view rule;
        bool regular, expedited, userInitiated;
    };
    // clang-format off
    for (const Row& row : {Row{"standby",       true,  true,  true},
                           Row{"doze",          false, true,  true},
                           Row{"battery_saver", false, true,  true},
                           Row{"data_saver",    false, false, true},
                           Row{"background",    true,  true,  true}}) {
        // clang-format on
        CAPTURE(row.rule);
        const MeteredPlace place = inRule(row.rule);
        CHECK(place.forJob(JobClass::Regular).allowed == row.regular);
        CHECK(place.forJob(JobClass::Expedited).allowed == row.expedited);
        CHECK(place.forJob(JobClass::UserInitiated).allowed == row.userInitiated);
        MeteredPlace shown = place;
        shown.app.visible = true;
        CHECK(shown.forJob(JobClass::Regular).allowed);
    }
}

TEST_CASE("an expedited job that was stopped for its length is shut out as a regular one") { // §6.6
    CHECK_FALSE(inRule("doze").forJob(JobClass::Expedited, true).allowed);
    CHECK_FALSE(inRule("battery_saver").forJob(JobClass::Expedited, true).allowed);
}

TEST_CASE("a network that fits is not enough where it is shut for the job, and the reason is named") { // §8.2
    MeteredPlace place = inRule("data_saver");
    const GateKey gateKey{.network = NetworkRequest::Builder().clearCapabilities().build()};
    const World world = place.world();
    const Context context{world, gateKey, &place.app};
    CHECK(connectivityGate(context) == Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY));
    CHECK(describeConnectivity(context).find("data_saver") != std::string::npos);
    place.app.memory.dataSaverExempt = true;
    CHECK(connectivityGate(context).open);
}
