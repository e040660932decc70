#include "faces/cli/line/job_options.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "contract/model/job_fields.hpp"

namespace stint::cli {
namespace {

/// True if it has a crontab's form: five fields of numbers and stars.
bool isCrons(std::string_view calendar) {
    const auto fields = splitAt(calendar, " ");
    return fields.size() == 5 && std::ranges::all_of(fields, [](std::string_view field) {
               return !field.empty() && field.find_first_not_of("0123456789*/,-") == std::string_view::npos;
           });
}

} // namespace

std::vector<Option> startOptions() {
    return {{"--after", "JOB", "only when that job has succeeded; if it does not, this one ends, too", true},
            {"--after-failure", "JOB", "only when that job has failed; if it succeeds, this one ends", true},
            {"--at", "TIME", "not before that: 02:00, tomorrow, \"fri 9pm\", \"2026-11-22 02:00\", +90min"},
            {"--wait-max", "DURATION", "after that, change its conditions as --then says"},
            {"--then", "CONDITIONS", "network=any,charging=no,bytes<=200M: in place of its own of the same names"},
            {"--metered-bytes", "SIZE", "at most this much over metered networks, then it waits for another (200M)"}};
}

Result<StartTerms> startTermsIn(const Arguments& given, WallTime now) {
    StartTerms terms;
    if (const auto text = given.value("at")) terms.at = STINT_TRY(startTimeIn(*text, now));
    terms.calendar = given.value("on-calendar").value_or("");
    if (given.has("on-calendar") && terms.calendar.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "--on-calendar wants times: \"Mon..Fri 09:00\", daily");
    if (isCrons(terms.calendar))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "--on-calendar \"{}\" is cron's form: write systemd's, *:0/5 for every five minutes, 02:30 for "
                    "\"30 2 * * *\", Mon..Fri 09:00, monthly (systemd.time(7))",
                    terms.calendar);
    if (const auto most = given.value("metered-bytes")) {
        auto bytes = parseShortSize(*most);
        if (!bytes.ok()) return within("--metered-bytes", bytes.error());
        terms.meteredBytes = *bytes;
    }
    if (given.has("wait-max") != given.has("then"))
        return fail(Errc::ILLEGAL_ARGUMENT, "--wait-max DURATION and --then CONDITIONS go together");
    if (!given.has("then")) return terms;
    const auto longest = parseDuration(*given.value("wait-max"));
    if (!longest.ok()) return within("--wait-max", longest.error());
    terms.loosensAt = now + *longest;
    auto then = conditionsIn(*given.value("then"));
    if (!then.ok()) return within("--then", then.error());
    terms.then = std::move(*then);
    return terms;
}

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
