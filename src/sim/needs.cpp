#include "sim/needs.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/overloaded.hpp"
#include "sim/later_constants.hpp"

namespace stint::sim {
namespace {

class Finder {
public:
    std::vector<Need> find(const Scenario& scenario) {
        for (const auto& [app, setup] : scenario.apps)
            ofApp(setup.place, setup);
        ofDevice(scenario.devicePlace, scenario.device);
        if (scenario.policy == "android15") detail(Place{}, "policy android15");
        for (const Setting& setting : scenario.constants)
            if (!constantRow(setting.key)) essential(setting.place, setting.key);
        if (scenario.from) essential(Place{}, "from", "stint record");
        for (const Entry& entry : scenario.timeline)
            ofDeed(entry);
        for (const ExpectedEffect& effect : scenario.trace)
            ofEffect(effect);
        for (const ExpectedTotal& total : scenario.totals)
            for (const auto& [measure, range] : total.measures) {
                if (measure == Measure::Alarms) essential(total.place, "alarms");
                if (measure == Measure::Messages) essential(total.place, "messages");
            }
        std::ranges::stable_sort(needs_, {}, &Need::place);
        return std::move(needs_);
    }

private:
    void add(Place place, std::string what, bool essential) {
        const auto known = std::ranges::find(needs_, what, &Need::what);
        if (known == needs_.end())
            needs_.push_back({place, std::move(what), essential});
        else if (essential && !known->essential)
            *known = {place, std::move(what), true};
    }
    void essential(Place place, std::string_view what, std::string_view where = "limits.md") {
        add(place, fmt::format("{}: {}", where, what), true);
    }
    void detail(Place place, std::string_view what) { add(place, fmt::format("limits.md: {}", what), false); }

    void ofBucket(Place place, const std::optional<std::string>& bucket) {
        // The others only have quotas, which do not count yet; these two hold jobs back by themselves.
        if (bucket == "never" || bucket == "restricted")
            essential(place, fmt::format("bucket {}", *bucket));
        else if (bucket)
            detail(place, "buckets");
    }
    void ofUsage(Place place, const std::string& usage) {
        if (usage == "restricted")
            essential(place, "battery_usage restricted");
        else if (usage == "unrestricted")
            detail(place, "battery_usage unrestricted");
    }
    void ofApp(Place place, const AppSetup& app) {
        ofBucket(place, app.bucket);
        ofUsage(place, app.batteryUsage);
        if (app.lastUsed || app.screenOnSince) detail(place, "buckets");
    }
    void ofDevice(Place place, const DeviceChange& device) {
        if (device.thermal && *device.thermal != "none") essential(place, "thermal");
        if (device.batterySaver == true) essential(place, "battery saver");
        if (device.dataSaver == true) essential(place, "data saver");
        if (device.doze && *device.doze != "auto" && *device.doze != "active") essential(place, "doze");
        if (device.plugged == true && device.charging != true)
            essential(place, "when a plugged battery counts as charging");
        if (device.charging) charging_ = *device.charging;
        if (device.screenOn) screenOn_ = *device.screenOn;
        if (device.doze) dozes_ = *device.doze != "active";
        if (!charging_ && !screenOn_ && dozes_) detail(place, "doze");
    }

    void ofDeed(const Entry& entry) {
        const Place at = entry.place;
        std::visit(Overloaded{[&](const deed::ChangeDevice& deed) { ofDevice(at, deed.change); },
                              [&](const deed::ChangeApp& deed) {
                                  ofBucket(at, deed.bucket);
                                  if (deed.batteryUsage) ofUsage(at, *deed.batteryUsage);
                                  if (deed.tempAllowlist) essential(at, "temp_allowlist");
                              },
                              [&](const deed::Use&) { essential(at, "use"); },
                              [&](const deed::Restrict&) { essential(at, "restrict"); },
                              [&](const deed::Predict&) { essential(at, "predict"); },
                              [&](const deed::SwitchPolicy&) { essential(at, "policy"); },
                              [&](const deed::Install& deed) {
                                  for (const auto& [app, setup] : deed.apps)
                                      ofApp(at, setup);
                                  detail(at, "buckets");
                              },
                              [&](const deed::Alarm&) { essential(at, "alarms"); },
                              [&](const deed::CancelAlarm&) { essential(at, "alarms"); },
                              [&](const deed::Message&) { essential(at, "messages"); },
                              [&](const deed::RunVerb& deed) { ofVerb(at, deed); },
                              [&](const deed::ExpectJob& deed) { ofExpectation(at, deed); },
                              [&](const deed::ExpectApp& deed) { ofExpectation(at, deed); },
                              [&](const deed::ExpectDevice&) { essential(at, "doze"); }, [](const auto&) {}},
                   entry.deed);
    }
    void ofVerb(Place place, const deed::RunVerb& verb) {
        const auto& words = verb.words;
        const bool cmd = words.size() > 1 && words[0] == "cmd";
        if (cmd && words[1] == "jobscheduler") return;
        if (cmd || words[0] == "am") return essential(place, cmd ? "cmd " + words[1] : words[0]);
        essential(place, words[0], "a daemon");
    }
    void ofExpectation(Place place, const deed::ExpectJob& expect) {
        static constexpr std::array limits{PendingReason::AppStandby, PendingReason::BackgroundRestriction,
                                           PendingReason::Quota};
        if (!expect.why) return;
        for (PendingReason reason : limits)
            if (expect.why->contains(reason)) essential(place, nameOf(reason));
    }
    void ofExpectation(Place place, const deed::ExpectApp& expect) {
        if (expect.bucket) essential(place, "expect bucket");
        if (expect.networkAllowed) essential(place, "expect network");
        if (expect.quotaLeft || expect.expeditedLeft) essential(place, "quota");
    }
    void ofEffect(const ExpectedEffect& effect) {
        static constexpr std::array<std::string_view, 5> limits{"alarm", "message", "network", "bucket", "doze"};
        if (std::ranges::find(limits, effect.what) != limits.end()) essential(effect.place, effect.what);
        static constexpr std::array reasons{StopReason::Quota, StopReason::BackgroundRestriction,
                                            StopReason::AppStandby};
        for (const Field& field : effect.fields)
            for (StopReason reason : reasons)
                if (field.key == "reason" && field.value == FieldValue{std::string(nameOf(reason))})
                    essential(effect.place, nameOf(reason));
    }

    std::vector<Need> needs_;
    bool charging_ = false;
    bool screenOn_ = true;
    bool dozes_ = true;
};

} // namespace

std::vector<Need> needsOf(const Scenario& scenario) { return Finder{}.find(scenario); }

} // namespace stint::sim
