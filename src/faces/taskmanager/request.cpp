#include "faces/taskmanager/request.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/json_line.hpp"

namespace stint::taskmanager {
namespace {

using cli::Json;

Result<Json> objectIn(const std::string& body, const std::vector<std::string>& keys) {
    Json object = Json::parse(body, nullptr, false);
    if (!object.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "the body is not a JSON object");
    for (const auto& [key, value] : object.items())
        if (std::ranges::find(keys, key) == keys.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\"; it takes \"{}\"", printable(key),
                        fmt::format("{}", fmt::join(keys, "\", \"")));
    for (const std::string& key : keys)
        if (!object.contains(key)) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is missing", key);
    return object;
}

} // namespace

Result<std::vector<std::string>> valuesIn(std::string_view query, std::string_view key) {
    std::vector<std::string> values;
    if (query.empty()) return values;
    for (const std::string_view one : splitAt(query, "&")) {
        const auto equals = std::min(one.find('='), one.size());
        if (one.substr(0, equals) != key || equals == one.size())
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not understood; write {}=…", printable(one), key);
        auto value = STINT_TRY(http::unescaped(one.substr(equals + 1)));
        values.push_back(std::move(value));
    }
    return values;
}

Result<std::vector<std::string>> stringsIn(const std::string& body, const std::vector<std::string>& keys) {
    const Json object = STINT_TRY(objectIn(body, keys));
    std::vector<std::string> strings;
    for (const std::string& key : keys) {
        if (!object[key].is_string()) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" must be a string", key);
        strings.push_back(object[key].get<std::string>());
    }
    return strings;
}

namespace {

Result<std::string> stringOf(const Json& object, const std::string& key) {
    if (!object[key].is_string()) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" must be a string", key);
    return object[key].get<std::string>();
}

Result<std::vector<std::string>> listOf(const Json& object, const std::string& key) {
    const Json& list = object[key];
    if (!list.is_array() || !std::ranges::all_of(list, [](const Json& one) { return one.is_string(); }))
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" must be an array of strings", key);
    return list.get<std::vector<std::string>>();
}

} // namespace

Result<std::vector<std::string>> listIn(const std::string& body, const std::string& key) {
    const Json object = STINT_TRY(objectIn(body, {key}));
    return listOf(object, key);
}

Result<WantedUrls> wantedUrlsIn(const std::string& body) {
    const Json object = STINT_TRY(objectIn(body, {"urls", "directory", "checksum", "when"}));
    WantedUrls wanted;
    wanted.urls = STINT_TRY(stringOf(object, "urls"));
    wanted.directory = STINT_TRY(stringOf(object, "directory"));
    wanted.checksum = STINT_TRY(stringOf(object, "checksum"));
    wanted.when = STINT_TRY(listOf(object, "when"));
    return wanted;
}

Result<ActedOn> actedOnIn(const std::string& body, const std::vector<std::string>& keys) {
    const Json whole = Json::parse(body, nullptr, false);
    ActedOn on{.several = whole.is_object() && whole.contains("jobs")};
    std::vector<std::string> all{on.several ? "jobs" : "job"};
    all.insert(all.end(), keys.begin(), keys.end());
    const Json object = STINT_TRY(objectIn(body, all));
    const Json named = on.several ? object : Json{{"jobs", Json::array({object["job"]})}};
    const std::vector<std::string> names = STINT_TRY(listOf(named, "jobs"));
    if (names.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "\"jobs\" names none");
    for (const std::string& name : names) {
        auto job = STINT_TRY(jobNamed(name));
        on.jobs.push_back(std::move(job));
    }
    for (const std::string& key : keys) {
        auto value = STINT_TRY(stringOf(object, key));
        on.more.push_back(std::move(value));
    }
    return on;
}

Result<WhatIf> whatIfIn(const std::string& body) {
    const Json object = STINT_TRY(objectIn(body, {"job", "changes"}));
    const Json& changes = object["changes"];
    const bool areStrings =
        changes.is_object() && std::ranges::all_of(changes, [](const Json& one) { return one.is_string(); });
    if (!object["job"].is_string() || !areStrings)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"job\" must be a string, \"changes\" an object of strings");
    WhatIf asked{.job = object["job"].get<std::string>()};
    for (const auto& [key, value] : changes.items())
        asked.changes.emplace(key, value.get<std::string>());
    return asked;
}

Result<std::pair<WallTime, WallTime>> spanIn(std::string_view query) {
    std::map<std::string_view, WallTime> times;
    for (const std::string_view one : splitAt(query, "&")) {
        const auto equals = std::min(one.find('='), one.size());
        const auto ms = numberIn<std::int64_t>(one.substr(std::min(equals + 1, one.size())));
        const std::string_view key = one.substr(0, equals);
        if (!ms || (key != "from" && key != "to") || !times.emplace(key, WallTime(Duration(*ms))).second)
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not understood; write from=MS&to=MS", printable(one));
    }
    if (times.size() != 2) return fail(Errc::ILLEGAL_ARGUMENT, "write from=MS&to=MS");
    return std::pair(times["from"], times["to"]);
}

Result<JobKey> jobNamed(const std::string& name) {
    const cli::JobName found = STINT_TRY(cli::parseJobName(name));
    if (!found.app)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a whole name: write PACKAGE/7 or PACKAGE/namespace#7",
                    printable(name));
    return JobKey{*found.app, found.space, found.id};
}

namespace {

int statusOfError(Errc code, int noSuch) {
    switch (code) {
    case Errc::ILLEGAL_ARGUMENT:
        return noSuch;
    case Errc::ILLEGAL_STATE:
    case Errc::REFUSED:
        return 409;
    case Errc::SECURITY:
        return 403;
    case Errc::LIMIT_EXCEEDED:
    case Errc::BUSY:
        return 429;
    case Errc::STORAGE:
        return 507;
    case Errc::UNAVAILABLE:
        return 503;
    case Errc::SYSTEM:
        return 500;
    }
    return 500; // a newer daemon's code
}

} // namespace

Answer answerOf(const Error& error, int noSuch) { return refusal(statusOfError(error.code, noSuch), error.message); }

Answer jsonAnswer(std::string json) { return {200, "application/json", std::move(json) + "\n"}; }

} // namespace stint::taskmanager
