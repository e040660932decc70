#include "faces/cli/line/constraint_options.hpp"

#include <algorithm>

#include "base/result/fail.hpp"
#include "contract/model/conditions.hpp"
#include "faces/cli/line/start_options.hpp"

namespace stint::cli {
namespace {

/// The words of networkWords that name a network: "any|unmetered|…".
std::string_view networks() {
    static const std::string words = [] {
        std::string some;
        for (const auto& [word, type] : networkWords)
            if (type != JobInfo::NETWORK_TYPE_NONE) some += (some.empty() ? "" : "|") + std::string(word);
        return some;
    }();
    return words;
}

Option optionOf(const JobField& row) {
    return {.names = row.option, .value = "", .help = row.help, .setter = row.method};
}

} // namespace

std::vector<Option> conditionOptions(bool JobField::*may, std::string_view network) {
    std::vector<Option> options{
        {.names = "--network", .value = networks(), .help = network, .setter = "setRequiredNetworkType"},
        {"--unmetered", "", "short for --network unmetered"}};
    for (const JobField& row : jobFields)
        if (!row.option.empty() && row.*may) options.push_back(optionOf(row));
    std::ranges::copy(startOptions(), std::back_inserter(options));
    return options;
}

Result<std::int32_t> networkIn(const Arguments& given, std::int32_t standard) {
    const auto name = given.value("network");
    if (given.has("unmetered") && name && *name != "unmetered")
        return fail(Errc::ILLEGAL_ARGUMENT, "--unmetered and --network {} contradict each other", *name);
    if (given.has("unmetered")) return JobInfo::NETWORK_TYPE_UNMETERED;
    if (!name) return standard;
    return std::ranges::find(networkWords, *name, &decltype(networkWords)::value_type::first)->second; // a choice
}

ConstraintFlags constraintsIn(const Arguments& given) {
    ConstraintFlags flags;
    for (const JobField& row : jobFields)
        if (!row.option.empty() && given.has(optionOf(row).longName())) flags.push_back(&row);
    return flags;
}

void setConstraints(JobInfo::Builder& job, const ConstraintFlags& flags) {
    for (const JobField* row : flags)
        std::get<JobValue<bool>>(row->value).set(job, true);
}

} // namespace stint::cli
