#include "faces/views/job_info_facts.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/overloaded.hpp"
#include "base/time/time.hpp"
#include "contract/model/job_fields.hpp"

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

/// The facts of one row, where it is set.
class FactsOfField {
public:
    FactsOfField(std::vector<Fact>& facts, const JobField& row, const JobInfo& job)
        : facts_(facts), row_(row), job_(job) {}

    void operator()(const NoValue&) const {}
    void operator()(const JobValue<bool>&) const { add(row_.key, true); }
    void operator()(const JobValue<std::int32_t>& field) const { add(row_.key, std::int64_t{field.get(job_)}); }
    void operator()(const JobValue<Bytes>& field) const { addSize(row_.key, field.get(job_)); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        const NetworkBytes bytes = field.get(job_);
        addSize(row_.key, bytes.down);
        addSize(row_.second, bytes.up);
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        const auto& network = field.get(job_);
        addWords("networkCapabilities", namesOf(network->getCapabilities()));
        addWords("networkTransports", namesOf(network->getTransportTypes()));
        if (network->getNetworkSpecifier()) add("networkSpecifier", *network->getNetworkSpecifier());
    }
    void operator()(const JobValue<std::optional<Backoff>>&) const {
        add(row_.key, job_.getInitialBackoff());
        add(row_.second, job_.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR ? "linear" : "exponential");
    }
    void operator()(const ClipValue&) const {
        add("clipItems", static_cast<std::int64_t>(job_.getClipData()->items.size()));
    }
    void operator()(const JobValue<std::optional<Duration>>& field) const { add(row_.key, *field.get(job_)); }
    void operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        add(row_.key, field.get(job_)->interval);
        add(row_.second, field.get(job_)->flex);
    }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        addWords(row_.key, pathsOf(field.get(job_)));
    }
    void operator()(const JobValue<PersistableBundle>& field) const { addWords(row_.key, keysOf(field.get(job_))); }
    void operator()(const JobValue<std::set<std::string>>& field) const {
        addWords(row_.key, {field.get(job_).begin(), field.get(job_).end()});
    }
    void operator()(const JobValue<std::optional<std::string>>& field) const { add(row_.key, *field.get(job_)); }

private:
    template <class T> void add(std::string_view name, T value) const { facts_.push_back({name, std::move(value)}); }
    void addSize(std::string_view name, Bytes bytes) const {
        if (bytes != NETWORK_BYTES_UNKNOWN) add(name, std::int64_t{bytes});
    }
    void addWords(std::string_view name, Words words) const {
        if (!words.empty()) add(name, std::move(words));
    }

    std::vector<Fact>& facts_;
    const JobField& row_;
    const JobInfo& job_;
};

/// A back-off is a fact of every job, also where nobody asked for it.
bool isFact(const JobField& row, const JobInfo& info) {
    return isSet(row, info) || std::holds_alternative<JobValue<std::optional<Backoff>>>(row.value);
}

} // namespace

std::vector<Fact> factsOf(const JobInfo& info) {
    std::vector<Fact> facts;
    for (const JobField& row : jobFields)
        if (isFact(row, info)) std::visit(FactsOfField(facts, row, info), row.value);
    return facts;
}

std::string textOf(const Fact& fact) {
    return std::visit(Overloaded{[](Duration length) { return formatDuration(length); },
                                 [](const std::string& word) { return word; },
                                 [](const Words& words) { return fmt::format("{}", fmt::join(words, " ")); },
                                 [](auto plain) { return fmt::format("{}", plain); }},
                      fact.value);
}

std::vector<PendingReason> reasonsToWaitOf(const JobInfo& info) {
    std::set<PendingReason> reasons;
    for (const JobField& row : jobFields)
        if (row.constraint != PENDING_JOB_REASON_UNDEFINED && isSet(row, info)) reasons.insert(row.constraint);
    return {reasons.begin(), reasons.end()};
}

} // namespace stint::cli
