// Work that the device alone holds back (limits.md §1.1, §9, §10.1).
#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "contract/rules/device_limits.hpp"

using namespace stint;

namespace {

struct Scene {
    Constants constants;
    Device device;
    DeviceState state;
    Now now{Instant{10h}, {}};

    Scene() {
        device.plugged = false;
        device.charging.reset();
        state.charging = false;
        device.network = Network{};
    }
    World world() const { return {constants, device, state, now}; }
    std::optional<Instant> opens(std::string_view work) const { return limitEnds(of(work), world(), {}); }
    std::vector<DeviceLimit> limits() const { return deviceLimits(world()); }
    /// "jobs" for each kind of work that is shut.
    std::vector<std::string> shut() const {
        std::vector<std::string> names;
        for (const DeviceLimit& limit : limits())
            if (!limit.open()) names.emplace_back(limit.work);
        return names;
    }
    DeviceLimit of(std::string_view work) const {
        const auto all = limits();
        const auto found = std::ranges::find(all, work, &DeviceLimit::work);
        REQUIRE(found != all.end());
        return *found;
    }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("a device in use, cool and without savers holds nothing back but what waits for power or a network") {
    Scene scene; // limits.md §1.1, screen on; push.md §4.2, on battery
    const Names lesser{"messages of low priority", "messages of very low priority"};
    CHECK(scene.shut() == lesser);
    const DeviceLimit low = scene.of(lesser[0]), least = scene.of(lesser[1]);
    CHECK(detailOf(low, scene.world()) == "there is no unmetered network");
    CHECK(low.clears == "connect to one");
    CHECK(detailOf(least, scene.world()) == "the device is not plugged in");
    CHECK(cellOf(least) == "push.md §4.2, on battery × messages");
    scene.device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    CHECK(scene.shut() == Names{lesser[1]});
    scene.device.plugged = true;
    CHECK(scene.shut().empty());
    scene.device.network.reset();
    CHECK(scene.shut() == Names{lesser[1]});
}

TEST_CASE("deep Doze holds what the table's row names, until the window") { // limits.md §1.1, Doze
    Scene scene;
    scene.device.screenOn = false;
    scene.state.doze.deep = DeepState::Idle;
    scene.state.doze.deepTimer = scene.now.elapsed + 47min;
    scene.state.doze.maintenanceFor = 5min;
    CHECK(scene.shut() == Names{"regular jobs of high priority", "regular jobs", "regular jobs of low priority",
                                "regular jobs of least priority", "alarms", "network in the background",
                                "messages of normal priority", "messages of low priority",
                                "messages of very low priority"});
    CHECK(scene.of("regular jobs").by == "doze");
    CHECK(cellOf(scene.of("regular jobs")) == "limits.md §1.1, Doze × jobs");
    CHECK(scene.opens("alarms") == scene.now.elapsed + 47min);
    CHECK(scene.opens("network in the background") == scene.now.elapsed + 47min);
    CHECK(scene.opens("messages of normal priority") == scene.now.elapsed + 47min);
    CHECK(scene.opens("regular jobs") == scene.now.elapsed + 47min + 3s); // limits.md §6.4
    CHECK(cellOf(scene.of("messages of normal priority")) == "limits.md §1.1, Doze × messages");
    for (const DeviceLimit& limit : scene.limits()) {
        if (limit.open()) continue;
        CAPTURE(limit.work);
        CHECK(scene.opens(limit.work));
        CHECK(detailOf(limit, scene.world()) == "the device dozes (deep)");
        CHECK_FALSE(limit.clears.empty());
    }
}

TEST_CASE("light Doze holds no alarms") { // limits.md §6
    Scene scene;
    scene.device.screenOn = false;
    scene.state.doze.deep = DeepState::Inactive;
    scene.state.doze.deepTimer = scene.now.elapsed + 20min;
    scene.state.doze.light = LightState::Idle;
    scene.state.doze.lightTimer = scene.now.elapsed + 3min;
    scene.state.doze.lightBudget = 1min;
    CHECK(scene.of("alarms").open());
    CHECK(scene.of("regular jobs").by == "doze");
    CHECK(scene.of("network in the background").by == "doze");
}

TEST_CASE("background jobs are held a moment longer, and it is told why") { // limits.md §6.4
    Scene scene;
    scene.state.doze.settledAt = scene.now.elapsed + 3s;
    CHECK(scene.of("messages of normal priority").open());
    const DeviceLimit jobs = scene.of("regular jobs");
    CHECK(detailOf(jobs, scene.world()) == "the device has just left Doze; background jobs follow in a moment");
    CHECK(scene.opens("regular jobs") == scene.now.elapsed + 3s);
}

TEST_CASE("what Doze is held at ends by no time") { // limits.md §6.7
    Scene scene;
    scene.device.dozeForce = DozeForce::Idle;
    scene.state.doze.deep = DeepState::Idle;
    scene.state.doze.deepTimer = scene.now.elapsed + 1h;
    for (const char* work : {"regular jobs", "network in the background", "messages of normal priority"})
        CHECK_FALSE(scene.opens(work));
}

TEST_CASE("battery saver holds regular jobs, alarms and network; nothing while plugged") { // limits.md §9
    Scene scene;
    scene.device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    scene.device.batterySaver = true;
    CHECK(cellOf(scene.of("regular jobs")) == "limits.md §9, battery saver × jobs");
    CHECK(scene.of("alarms").by == "saver");
    CHECK(scene.of("network in the background").by == "saver");
    CHECK(scene.of("expedited jobs").open());
    CHECK(scene.of("alarm clocks").open());
    CHECK_FALSE(scene.opens("alarms")); // an event ends it, not a time
    scene.device.plugged = true;
    CHECK(scene.shut().empty());
}

TEST_CASE("Data Saver shuts the background's network on a metered one only") { // limits.md §8.1
    Scene scene;
    scene.device.dataSaver = true;
    scene.device.plugged = true;
    CHECK(scene.shut() == Names{"network in the background", "messages of very low priority"});
    CHECK(scene.of("network in the background").by == "data_saver");
    scene.device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    CHECK(scene.shut().empty());
}

TEST_CASE("heat holds each kind of job by its column") { // limits.md §10.1
    Scene scene;
    scene.device.plugged = true;
    scene.device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    scene.device.thermal = Thermal::Light;
    CHECK(scene.shut() == Names{"regular jobs of low priority", "regular jobs of least priority"});
    CHECK(cellOf(scene.of("regular jobs of least priority")) ==
          "limits.md §10.1, heat × regular jobs of least priority");
    scene.device.thermal = Thermal::Moderate;
    CHECK(scene.shut() == Names{"regular jobs of high priority", "regular jobs", "regular jobs of low priority",
                                "regular jobs of least priority"});
    scene.device.thermal = Thermal::Severe;
    CHECK(scene.of("user-initiated jobs").by == "thermal");
    CHECK(scene.of("alarms").open());
}

TEST_CASE("devices whose facts are the same hold the same work back") { // limits.md §1.1: the answers are remembered
    std::map<LimitFacts, std::vector<std::string_view>> answers;
    for (unsigned bits = 0; bits < 1U << 14; ++bits) {
        const auto bit = [bits](unsigned place) { return (bits >> place & 1U) != 0; };
        Scene scene;
        Device& device = scene.device;
        device.batterySaver = bit(0);
        device.dataSaver = bit(1);
        device.plugged = bit(2);
        device.sleeping = bit(3);
        device.thermal = bit(4) ? Thermal::Moderate : Thermal::None;
        if (bit(5)) device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
        if (bit(6)) device.network.reset();
        scene.state.charging = bit(7);
        scene.state.batteryLow = bit(8);
        scene.state.doze.deep = bit(9) ? DeepState::Idle : DeepState::Active;
        scene.state.doze.light = bit(10) ? LightState::Idle : LightState::Active;
        scene.constants.backgroundNetworkCutoffMs = Duration(5h).count();
        if (bit(13)) scene.now.elapsed = Instant{1h};
        if (bit(11)) scene.state.doze.settledAt = scene.now.elapsed + (bit(12) ? 3s : -3s);
        std::vector<std::string_view> by;
        for (const DeviceLimit& limit : scene.limits())
            by.push_back(limit.by);
        const auto [known, isNew] = answers.try_emplace(limitFacts(scene.world()), by);
        REQUIRE(known->second == by);
    }
    CHECK(answers.size() < 1U << 12);
}
