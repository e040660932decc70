#include "cli/print/job_info_facts.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/overloaded.hpp"
#include "base/time.hpp"

namespace stint::cli {
namespace {

using Words = std::vector<std::string>;

template <class Set> Words namesOf(const Set& members) {
    Words names;
    for (auto member : members)
        names.emplace_back(nameOf(member));
    return names;
}

Words keysOf(const PersistableBundle& bundle) {
    Words keys;
    for (const auto& [key, value] : bundle.entries())
        keys.push_back(key);
    return keys;
}

Words pathsOf(const std::vector<JobInfo::TriggerContentUri>& watched) {
    Words paths;
    for (const auto& each : watched)
        paths.push_back(each.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS
                            ? fmt::format("{} and below", each.uri)
                            : each.uri);
    return paths;
}

/// Adds what is set.
class Facts {
public:
    void flag(std::string_view name, bool set) {
        if (set) all.push_back({name, true});
    }
    void size(std::string_view name, Bytes bytes) {
        if (bytes != unknownBytes) all.push_back({name, std::int64_t{bytes}});
    }
    void time(std::string_view name, const std::optional<Duration>& length) {
        if (length) all.push_back({name, *length});
    }
    void words(std::string_view name, Words list) {
        if (!list.empty()) all.push_back({name, std::move(list)});
    }
    void word(std::string_view name, const std::optional<std::string>& text) {
        if (text) all.push_back({name, *text});
    }
    void number(std::string_view name, std::int64_t value) { all.push_back({name, value}); }

    std::vector<Fact> all;
};

void addNetwork(Facts& facts, const JobInfo& info) {
    if (const auto& network = info.getRequiredNetwork()) {
        facts.words("networkCapabilities", namesOf(network->getCapabilities()));
        facts.words("networkTransports", namesOf(network->getTransportTypes()));
        facts.word("networkSpecifier", network->getNetworkSpecifier());
    }
    facts.size("estimatedDownloadBytes", info.getEstimatedNetworkDownloadBytes());
    facts.size("estimatedUploadBytes", info.getEstimatedNetworkUploadBytes());
    facts.size("minimumNetworkChunkBytes", info.getMinimumNetworkChunkBytes());
}

void addTimes(Facts& facts, const JobInfo& info) {
    facts.time("minimumLatency", info.getMinimumLatency());
    facts.time("overrideDeadline", info.getOverrideDeadline());
    if (info.isPeriodic()) {
        facts.time("periodicInterval", info.getPeriod()->interval);
        facts.time("periodicFlex", info.getPeriod()->flex);
    }
    facts.time("initialBackoff", info.getInitialBackoff());
    facts.word("backoffPolicy", info.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR ? "linear" : "exponential");
}

void addContent(Facts& facts, const JobInfo& info) {
    facts.words("triggerContentUris", pathsOf(info.getTriggerContentUris()));
    facts.time("triggerContentUpdateDelay", info.getTriggerContentUpdateDelay());
    facts.time("triggerContentMaxDelay", info.getTriggerContentMaxDelay());
    if (info.getClipData()) facts.number("clipItems", static_cast<std::int64_t>(info.getClipData()->items.size()));
    facts.words("extras", keysOf(info.getExtras()));
    facts.words("transientExtras", keysOf(info.getTransientExtras()));
}

} // namespace

std::vector<Fact> factsOf(const JobInfo& info) {
    Facts facts;
    facts.flag("userInitiated", info.isUserInitiated());
    facts.flag("expedited", info.isExpedited());
    facts.number("priority", info.getPriority());
    facts.flag("persisted", info.isPersisted());
    addNetwork(facts, info);
    facts.flag("requiresCharging", info.isRequireCharging());
    facts.flag("requiresBatteryNotLow", info.isRequireBatteryNotLow());
    facts.flag("requiresStorageNotLow", info.isRequireStorageNotLow());
    facts.flag("requiresDeviceIdle", info.isRequireDeviceIdle());
    facts.flag("prefetch", info.isPrefetch());
    addTimes(facts, info);
    addContent(facts, info);
    facts.words("debugTags", {info.getDebugTags().begin(), info.getDebugTags().end()});
    facts.word("traceTag", info.getTraceTag());
    return std::move(facts.all);
}

std::string textOf(const Fact& fact) {
    return std::visit(Overloaded{[](Duration length) { return formatDuration(length); },
                                 [](const std::string& word) { return word; },
                                 [](const Words& words) { return fmt::format("{}", fmt::join(words, " ")); },
                                 [](auto plain) { return fmt::format("{}", plain); }},
                      fact.value);
}

std::vector<PendingReason> constraintsOf(const JobInfo& info) {
    using enum PendingReason;
    std::vector<PendingReason> asked;
    const auto add = [&asked](bool is, PendingReason reason) {
        if (is) asked.push_back(reason);
    };
    add(info.isRequireBatteryNotLow(), ConstraintBatteryNotLow);
    add(info.isRequireCharging(), ConstraintCharging);
    add(info.getRequiredNetwork().has_value(), ConstraintConnectivity);
    add(!info.getTriggerContentUris().empty(), ConstraintContentTrigger);
    add(info.isRequireDeviceIdle(), ConstraintDeviceIdle);
    add(info.getMinimumLatency().has_value() || info.isPeriodic(), ConstraintMinimumLatency);
    add(info.isPrefetch(), ConstraintPrefetch);
    add(info.isRequireStorageNotLow(), ConstraintStorageNotLow);
    return asked;
}

} // namespace stint::cli
