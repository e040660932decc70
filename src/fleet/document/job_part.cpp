#include <algorithm>
#include <set>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "contract/model/conditions.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/model/job_info.hpp"
#include "contract/rules/validation.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view failWord = "fail", degradeWord = "degrade: ";

using Times = JobValue<std::optional<Duration>>;
using Networks = JobValue<std::optional<NetworkRequest>>;

/// True for what a campaign's job may have: the flags that a person can set, the network, and the two times.
bool isCondition(const JobField& row) {
    if (!row.listed || !row.regular) return false;
    return !row.option.empty() || std::holds_alternative<Times>(row.value) ||
           std::holds_alternative<Networks>(row.value);
}

std::string withHyphens(std::string_view word) {
    std::string made;
    for (const char c : word) {
        const bool isCapital = c >= 'A' && c <= 'Z';
        if (isCapital) made += '-';
        made += isCapital ? static_cast<char>(c + 32) : c == '_' ? '-' : c;
    }
    return made;
}

/// A condition by the names that it has in a file: "charging", and JobInfo's own, "requires-charging".
struct NamedRow {
    std::string name, longName;
    const JobField* row;
};
const std::vector<NamedRow>& namedRows() {
    static const std::vector<NamedRow> rows = [] {
        std::vector<NamedRow> made;
        for (const JobField& row : jobFields)
            if (isCondition(row)) made.push_back({withHyphens(row.scenario), withHyphens(row.key), &row});
        return made;
    }();
    return rows;
}

const std::vector<std::string_view>& jobKeys() {
    static const std::vector<std::string_view> keys = [] {
        std::vector<std::string_view> made{lateKey};
        for (const auto& field : waitFields)
            made.push_back(field.key);
        for (const NamedRow& row : namedRows())
            made.insert(made.end(), {row.name, row.longName});
        return made;
    }();
    return keys;
}

/// A job with these conditions that keeps JobInfo's rules.
Result<JobInfo> ruled(const JobInfo& job, const std::vector<Condition>& conditions) {
    auto made = STINT_TRY(withConditions(job, conditions));
    if (auto broken = brokenRule(made, Constants{})) return *std::move(broken);
    return made;
}

Result<void> readCondition(const NamedRow& named, const Value& value, JobInfo::Builder& job,
                           std::vector<Condition>& conditions) {
    if (const auto* const times = std::get_if<Times>(&named.row->value)) {
        Duration time{0};
        STINT_TRY(take(value, {0, in(longestLife)}, time));
        times->set(job, time);
    } else if (std::holds_alternative<Networks>(named.row->value)) {
        std::string word;
        STINT_TRY(take(value, {1, 32}, nullptr, word));
        conditions.push_back({named.name, word});
    } else {
        bool flag = false;
        STINT_TRY(take(value, {}, flag));
        conditions.push_back({std::string(named.row->option.substr(2)), flag ? "yes" : "no"});
    }
    return {};
}

Result<JobInfo> conditionsFrom(const Origin& from, const Value& job) {
    JobInfo::Builder builder(JobId{}, "fleet");
    std::vector<Condition> conditions;
    for (const NamedRow& row : namedRows()) {
        const Value* const brief = findIn(*job.table(), row.name);
        const Value* const lengthy = row.name == row.longName ? nullptr : findIn(*job.table(), row.longName);
        const Value* const value = brief ? brief : lengthy;
        if (!value) continue;
        const std::string_view name = brief ? row.name : row.longName;
        if (brief && lengthy)
            return at(
                from.file, *lengthy,
                fail(Errc::ILLEGAL_ARGUMENT, "job.{} is job.{} again; leave one of them out", row.longName, row.name));
        if (auto done = readCondition(row, *value, builder, conditions); !done)
            return at(from.file, *value, fail(Errc::ILLEGAL_ARGUMENT, "job.{} {}", name, done.error().message));
    }
    auto made = STINT_TRY(JobInfoAccess::requested(builder));
    auto checked = ruled(made, conditions);
    if (!checked.ok()) return at(from.file, job, within("job", checked.error()));
    return checked;
}

Result<std::vector<Condition>> lateFrom(std::string_view text, const JobInfo& job) {
    std::vector<Condition> late;
    if (text == failWord) return late;
    if (!text.starts_with(degradeWord))
        return fail(Errc::ILLEGAL_ARGUMENT, "write \"fail\", or conditions: \"degrade: network=any,bytes<=50M\"");
    late = STINT_TRY(conditionsIn(text.substr(degradeWord.size())));
    for (auto each = late.begin(); each != late.end(); ++each)
        if (std::find_if(late.begin(), each, [&](const auto& other) { return other.name == each->name; }) != each)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} stands there twice", printable(each->name));
    STINT_TRY(mostBytesOf(late));
    STINT_TRY(ruled(job, late));
    return late;
}

} // namespace

Result<void> readJob(const Origin& from, const Value& job, Campaign& into) {
    STINT_TRY(checkKeys(from.file, jobKey, job, jobKeys()));
    into.job = STINT_TRY(conditionsFrom(from, job));
    STINT_TRY(readFields(from, "job.", job, waitFields, into));
    const Value* const late = findIn(*job.table(), lateKey);
    if (!late) return {};
    std::string text;
    if (auto done = take(*late, oneText, nullptr, text); !done)
        return at(from.file, *late, fail(Errc::ILLEGAL_ARGUMENT, "job.late {}", done.error().message));
    if (into.waitMax == 0ms)
        return at(from.file, *late,
                  fail(Errc::ILLEGAL_ARGUMENT, "job.late says what comes after wait-max, which is missing"));
    auto conditions = lateFrom(text, into.job);
    if (!conditions.ok())
        return at(from.file, *late,
                  fail(Errc::ILLEGAL_ARGUMENT, "job.late is \"{}\": {}", printable(headOf(text, 100)),
                       conditions.error().message));
    into.late = std::move(*conditions);
    return {};
}

Result<JobInfo> lateJobOf(const Campaign& campaign, Bytes toFetch) {
    const auto most = STINT_TRY(mostBytesOf(campaign.late));
    if (campaign.late.empty() || (most && toFetch > *most)) return campaign.job;
    return withConditions(campaign.job, campaign.late);
}

Value jobValue(const Campaign& campaign) {
    Value::Table table;
    for (const NamedRow& named : namedRows()) {
        if (!isSet(*named.row, campaign.job)) continue;
        Value value{true};
        if (const auto* const times = std::get_if<Times>(&named.row->value))
            value = give(*times->get(campaign.job));
        else if (std::holds_alternative<Networks>(named.row->value))
            for (const auto& [word, type] : networkWords)
                if (type == campaign.job.getNetworkType()) value = give(std::string(word));
        table.emplace(named.name, std::move(value));
    }
    writeFields(waitFields, campaign, table);
    if (campaign.waitMax > 0ms)
        table.emplace(lateKey, give(campaign.late.empty() ? std::string(failWord)
                                                          : std::string(degradeWord) + textOf(campaign.late)));
    return {std::move(table)};
}

} // namespace stint::fleet
