#include "faces/taskmanager/topic_json.hpp"

#include <fmt/format.h>

#include "base/time/clock.hpp"
#include "base/version/version.hpp"
#include "contract/model/bucket.hpp"
#include "faces/taskmanager/downloads.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/messages.hpp"

namespace stint::taskmanager {
namespace {

using cli::Json;

template <class Row, class ToJson> std::string listOf(const std::vector<Row>& rows, ToJson toJson) {
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (const Row& row : rows)
        texts.push_back(toJson(row));
    return arrayOf(texts);
}

template <class Row, class ToJson> std::string allOf(const char* key, const std::vector<Row>& rows, ToJson toJson) {
    return fmt::format("{{\"{}\":{}}}", key, listOf(rows, toJson));
}

} // namespace

std::string arrayOf(const std::vector<std::string>& texts) { return fmt::format("[{}]", fmt::join(texts, ",")); }

std::string jobJson(const JobView& job) {
    Json line = cli::header();
    cli::putRow(line, job);
    line["key"] = textOf(job.key);
    line["place"] = job.place;
    return cli::dumped(line);
}

std::string jobsJson(bool all, const std::vector<std::string>& jobs, const std::vector<std::string>& gone) {
    return fmt::format("{{\"all\":{},\"jobs\":{},\"gone\":{}}}", all, arrayOf(jobs), cli::dumped(Json(gone)));
}

std::string finishedJson(const std::vector<JobView>& jobs) { return allOf("jobs", jobs, jobJson); }
std::string tasksJson(const std::vector<TaskRow>& rows) { return allOf("rows", rows, cli::jsonOfRow<TaskRow>); }
std::string appsJson(const std::vector<AppView>& apps) {
    return allOf("apps", apps, [](const AppView& app) {
        Json line = cli::header();
        cli::putRow(line, app);
        const BucketRow& bucket = bucketRow(app.bucket);
        line["standing"] = bucket.standing;
        line["standingMeans"] = bucket.means;
        return cli::dumped(line);
    });
}
std::string alarmsJson(const std::vector<AlarmView>& alarms) {
    return allOf("alarms", alarms, cli::jsonOfRow<AlarmView>);
}

std::string deviceJson(const DeviceSeen& seen) {
    return fmt::format(R"({{"values":{},"doze":{},"limits":{},"networks":{}}})",
                       listOf(seen.values, cli::jsonOfRow<wire::DeviceRow>), cli::jsonOf(seen.doze),
                       listOf(seen.limits, [](const DeviceLimitView& limit) { return cli::jsonOf(limit); }),
                       listOf(seen.networks, cli::jsonOfRow<wire::NetworkRow>));
}

namespace {

std::string registrationJson(RegistrationView registration) {
    registration.endpoint = cli::cutShort(std::move(registration.endpoint));
    Json line = cli::header();
    cli::putRow(line, registration);
    line["fetchedNow"] = cli::urgenciesText(registration.fetched);
    line["postedTo"] = cli::endpointText(registration);
    line["urgentShown"] = cli::shownText(registration.messages);
    return cli::dumped(line);
}

std::string lineJson(const LineStatus& status) {
    Json line = cli::header();
    cli::putRow(line, status);
    Json& sentences = line["sentences"] = Json::array();
    for (const cli::TimedSentence& sentence : cli::sentencesOf(status))
        sentences.push_back({{"before", sentence.before},
                             {"time", cli::milliseconds(sentence.time)},
                             {"as", sentence.as == cli::TimedSentence::As::Moment ? "moment" : "distance"},
                             {"after", sentence.after}});
    return cli::dumped(line);
}

} // namespace

std::string messagesJson(const MessagesSeen& seen) {
    return fmt::format(R"({{"messages":{},"registrations":{},"line":{}}})",
                       listOf(seen.messages, cli::jsonOfRow<MessageView>), listOf(seen.registrations, registrationJson),
                       seen.line.empty() ? "null" : lineJson(seen.line.front()));
}

std::string clockJson() { return cli::dumped(Json{{"now", cli::milliseconds(wallNow())}}); }

std::string helloJson(bool daemonIsUp) {
    Json line = cli::header();
    line["version"] = ownBuild().version;
    line["now"] = cli::milliseconds(wallNow());
    line["daemon"] = daemonIsUp ? "up" : "down";
    line["downloads"] = usualDirectory();
    return cli::dumped(line);
}

std::string daemonJson(bool isUp, const std::string& says) {
    Json line = Json::object();
    line["state"] = isUp ? "up" : "down";
    line["says"] = says;
    return cli::dumped(line);
}

} // namespace stint::taskmanager
