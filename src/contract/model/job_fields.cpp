#include "contract/model/job_fields.hpp"

#include <algorithm>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/time/time.hpp"

namespace stint {
namespace {

bool holdsSomething(bool flag) { return flag; }
bool holdsSomething(std::int32_t) { return true; }
bool holdsSomething(Bytes bytes) { return bytes != NETWORK_BYTES_UNKNOWN; }
bool holdsSomething(NetworkBytes bytes) {
    return bytes.down != NETWORK_BYTES_UNKNOWN || bytes.up != NETWORK_BYTES_UNKNOWN;
}
bool holdsSomething(const PersistableBundle& bundle) { return !bundle.isEmpty(); }
template <class T> bool holdsSomething(const std::optional<T>& value) { return value.has_value(); }
template <class T> bool holdsSomething(const std::vector<T>& list) { return !list.empty(); }
template <class T> bool holdsSomething(const std::set<T>& set) { return !set.empty(); }

} // namespace

std::string textOf(const ComponentName& service) {
    if (service.package.empty() && service.name.find('/') == std::string::npos) return service.name;
    return service.package + "/" + service.name;
}

ComponentName componentFrom(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return ComponentName{text};
    return ComponentName{text.substr(0, slash), text.substr(slash + 1)};
}

bool isSet(const JobField& field, const JobInfo& job) {
    return std::visit(Overloaded{[](const NoValue&) { return false; },
                                 [&](const ClipValue&) { return job.getClipData().has_value(); },
                                 [&](const auto& value) { return holdsSomething(value.get(job)); }},
                      field.value);
}

ConstraintSet constraintsOf(const JobInfo& job) {
    ConstraintSet set = 0;
    for (std::size_t n = 0; n < jobFields.size(); ++n) {
        const auto* flag = std::get_if<JobValue<bool>>(&jobFields[n].value);
        if (flag && jobFields[n].constraint != PENDING_JOB_REASON_UNDEFINED && flag->get(job))
            set |= ConstraintSet{1} << n;
    }
    return set;
}

namespace {

constexpr std::string_view bytesName = "bytes";

template <class Range, class Name> std::string listOf(const Range& range, Name name) {
    std::string list;
    for (const auto& each : range)
        if (const std::string_view word = name(each); !word.empty())
            list += (list.empty() ? "" : ", ") + std::string(word);
    return list;
}

Result<std::int32_t> networkTypeIn(std::string_view value) {
    const auto* const found = std::ranges::find(networkWords, value, &decltype(networkWords)::value_type::first);
    if (found != networkWords.end()) return found->second;
    return fail(Errc::ILLEGAL_ARGUMENT, "network is \"{}\"; it must be one of {}", value,
                listOf(networkWords, [](const auto& word) { return word.first; }));
}

Result<void> set(JobInfo::Builder& job, const Condition& condition) {
    if (condition.name == bytesName) return {};
    if (condition.name == "network") {
        const auto network = STINT_TRY(networkTypeIn(condition.value));
        job.setRequiredNetworkType(network);
        return {};
    }
    const auto row = std::ranges::find_if(jobFields, [&condition](const JobField& field) {
        return !field.option.empty() && field.option.substr(2) == condition.name;
    });
    if (row == jobFields.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "there is no condition \"{}\"; the conditions are network, {}",
                    condition.name, listOf(jobFields, [](const JobField& field) {
                        return field.option.empty() ? field.option : field.option.substr(2);
                    }));
    if (condition.value != "yes" && condition.value != "no")
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is \"{}\"; it must be yes or no", condition.name, condition.value);
    std::get<JobValue<bool>>(row->value).set(job, condition.value == "yes");
    return {};
}

} // namespace

Result<JobInfo> withConditions(const JobInfo& job, const std::vector<Condition>& conditions) {
    JobInfo::Builder changed(job);
    for (const Condition& condition : conditions)
        STINT_TRY(set(changed, condition));
    return JobInfoAccess::requested(changed);
}

Result<std::optional<Bytes>> mostBytesOf(const std::vector<Condition>& conditions) {
    std::optional<Bytes> most;
    for (const Condition& condition : conditions)
        if (condition.name == bytesName) most = STINT_TRY(parseShortSize(condition.value));
    return most;
}

std::string textOf(const std::vector<Condition>& conditions) {
    std::string text;
    for (const Condition& condition : conditions)
        text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", condition.name,
                            condition.name == bytesName ? "<=" : "=", condition.value);
    return text;
}

} // namespace stint
