#include "stintd/store/app_json.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "contract/json/values.hpp"
#include "stintd/store/row_json.hpp"

namespace stint {
namespace {

using nlohmann::json;

/// Turns the exceptions of nlohmann's checked access, which `read` may throw, into IllegalArgument.
template <class Value, class Read> Result<Value> parsed(std::string_view text, std::string_view what, Read read) {
    try {
        return read(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::ILLEGAL_ARGUMENT, "no {}: {}", what, problem.what());
    }
}

} // namespace

std::string instantsText(const std::vector<Instant>& instants) {
    json list = json::array();
    for (const auto instant : instants)
        list.push_back(instant.time_since_epoch().count());
    return list.dump();
}

Result<std::vector<Instant>> instantsFrom(std::string_view text) {
    return parsed<std::vector<Instant>>(text, "list of instants", [](const json& list) -> Result<std::vector<Instant>> {
        std::vector<Instant> instants;
        for (const auto& count : list) {
            const auto instant = STINT_TRY(instantFrom(count, "instant"));
            instants.push_back(instant);
        }
        return instants;
    });
}

std::string flagsText(const Flags& flags) { return textOfJson(json(flags)); }

Result<Flags> flagsFrom(std::string_view text) {
    return parsed<Flags>(text, "table of flags", [](const json& flags) { return flags.get<Flags>(); });
}

std::string wordsText(const StringSet& words) { return textOfJson(json(words)); }

Result<StringSet> wordsFrom(std::string_view text) {
    return parsed<StringSet>(text, "list of words", [](const json& words) { return words.get<StringSet>(); });
}

std::string channelsText(const std::vector<Channel>& channels) {
    json list = json::array();
    for (const Channel& channel : channels)
        list.push_back({channel.id, channel.name, channel.importance});
    return textOfJson(list);
}

Result<std::vector<Channel>> channelsFrom(std::string_view text) {
    return parsed<std::vector<Channel>>(text, "list of channels", [](const json& list) {
        std::vector<Channel> channels;
        for (const auto& one : list)
            channels.push_back(
                {one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::string>()});
        return channels;
    });
}

namespace {

Result<Bucket> bucketFrom(const json& value, std::string_view name) {
    const auto word = STINT_TRY(wordFrom(value, name));
    const auto bucket = bucketNamed(word);
    if (!bucket) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown bucket \"{}\"", name, word);
    return *bucket;
}

Result<BucketReason> reasonFrom(const json& value, std::string_view name) {
    const auto word = STINT_TRY(wordFrom(value, name));
    const auto reason = bucketReasonNamed(word);
    if (!reason) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown reason \"{}\"", name, word);
    return *reason;
}

/// [running, screen on]
Result<UsageTime> usageTimeFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    UsageTime time;
    time.running = STINT_TRY(timeFrom(value[0], name));
    time.screenOn = STINT_TRY(timeFrom(value[1], name));
    return time;
}

/// [bucket, at]
Result<Usage::Prediction> predictionFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    Usage::Prediction prediction;
    prediction.bucket = STINT_TRY(bucketFrom(value[0], name));
    prediction.at = STINT_TRY(timeFrom(value[1], name));
    return prediction;
}

/// {bucket: until, …}
Result<std::map<Bucket, Duration>> holdsFrom(const json& value, std::string_view name) {
    if (!value.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    std::map<Bucket, Duration> holds;
    for (const auto& [key, until] : value.items()) {
        const Bucket bucket = STINT_TRY(bucketFrom(key, name));
        holds[bucket] = STINT_TRY(timeFrom(until, name));
    }
    return holds;
}

Result<WallTime> wallFrom(const json& value, std::string_view name) {
    const Duration time{STINT_TRY(numberFrom(value, name, anyTime))};
    return WallTime{time};
}

/// Earlier versions of Stint wrote `true` in place of the version that misbehaved: no version equals it.
Result<std::string> versionFrom(const json& value, std::string_view name) {
    if (value == true) return std::string{};
    const auto word = STINT_TRY(wordFrom(value, name));
    return std::string{word};
}

Result<std::vector<std::int64_t>> daysFrom(const json& value, std::string_view name) {
    const auto day = [](const json& entry, std::string_view its) { return numberFrom(entry, its, anyTime); };
    return listFrom<std::int64_t>(value, name, day);
}

} // namespace

std::string usageText(const Usage& usage) {
    json object{{"bucket", nameOf(usage.bucket)}, {"reason", nameOf(usage.reason)}};
    if (usage.buggy) object["buggy"] = *usage.buggy;
    if (usage.used) object["used"] = json::array({usage.used->running.count(), usage.used->screenOn.count()});
    if (usage.byUser) object["byUser"] = usage.byUser->count();
    for (const auto& [bucket, until] : usage.holds)
        object["holds"][std::string{nameOf(bucket)}] = until.count();
    if (const auto& prediction = usage.prediction)
        object["prediction"] = json::array({nameOf(prediction->bucket), prediction->at.count()});
    if (usage.restrictAsked) object["restrictAsked"] = usage.restrictAsked->count();
    if (!usage.daysUsed.empty()) object["daysUsed"] = usage.daysUsed;
    if (usage.since) object["since"] = usage.since->time_since_epoch().count();
    return object.dump();
}

Result<Usage> usageFrom(std::string_view text) {
    const auto object = STINT_TRY(objectFrom(text));
    static constexpr std::array<std::string_view, 10> known{
        "bucket", "reason", "buggy", "used", "byUser", "holds", "prediction", "restrictAsked", "daysUsed", "since"};
    STINT_TRY(checkKeys(object, "usage", known));
    Usage usage;
    STINT_TRY(readPart(object, "bucket", usage.bucket, bucketFrom));
    STINT_TRY(readPart(object, "reason", usage.reason, reasonFrom));
    STINT_TRY(readPart(object, "buggy", usage.buggy, versionFrom));
    STINT_TRY(readPart(object, "used", usage.used, usageTimeFrom));
    STINT_TRY(readPart(object, "byUser", usage.byUser, timeFrom));
    STINT_TRY(readPart(object, "holds", usage.holds, holdsFrom));
    STINT_TRY(readPart(object, "prediction", usage.prediction, predictionFrom));
    STINT_TRY(readPart(object, "restrictAsked", usage.restrictAsked, timeFrom));
    STINT_TRY(readPart(object, "daysUsed", usage.daysUsed, daysFrom));
    STINT_TRY(readPart(object, "since", usage.since, wallFrom));
    return usage;
}

std::string deviceStateText(const DeviceState& state) { return jsonOfRow(state).dump(); }

Result<DeviceState> deviceStateFrom(std::string_view text) {
    const auto object = STINT_TRY(objectFrom(text));
    return strictRowFrom<DeviceState>(object, DeviceState::noun);
}

} // namespace stint
