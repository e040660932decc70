// A day as the page draws it (jobs.md §9.5), and the forecast for a job if something were otherwise (§9.6).
#include <memory>

#include "contract/model/reasons.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/arguments.hpp"
#include "faces/taskmanager/outcome.hpp"
#include "faces/taskmanager/paths.hpp"
#include "faces/views/json_row.hpp"

namespace stint::taskmanager {
namespace {

using cli::Json;

std::string jsonOfDay(const DayAsked& asked, const DayPage& all) {
    Json object = cli::header();
    object["from"] = cli::milliseconds(asked.from);
    object["to"] = cli::milliseconds(asked.to);
    object["runs"] = Json::array();
    for (const DayRun& run : all.runs) {
        Json& one = object["runs"].emplace_back(Json{{"key", textOf(run.key)}});
        cli::putRow(one, run);
        for (std::size_t i = 0; i < run.waits.size(); ++i) {
            Json& wants = one["waits"][i]["wants"] = Json::array();
            for (const PendingReason reason : run.waits[i].reasons)
                wants.push_back(wantOf(reason));
        }
    }
    object["device"] = cli::jsonRows(all.device);
    return cli::dumped(object);
}

/// Asks for the day page by page.
void askDay(DaemonLine& line, const DayAsked& asked, const std::shared_ptr<DayPage>& all, const Done& done) {
    line.ask<DayPage>(cli::calls::day(asked), [&line, asked, all, done](Result<DayPage> page) {
        if (!page.ok()) return done(answerOf(page.error()));
        all->append(*std::move(page));
        if (all->after.empty()) return done(jsonAnswer(jsonOfDay(asked, *all)));
        askDay(line, {asked.from, asked.to, all->after}, all, done);
    });
}

} // namespace

void answerDay(DaemonLine& line, const Request& request, Done done) {
    const auto span = spanIn(request.query);
    if (!span.ok()) return done(answerOf(span.error()));
    askDay(line, {span->first, span->second, {}}, std::make_shared<DayPage>(), done);
}

void foretell(DaemonLine& line, const Request& request, Done done) {
    const auto asked = whatIfIn(request.body);
    if (!asked.ok()) return done(answerOf(asked.error()));
    const auto job = jobNamed(asked->job);
    if (!job.ok()) return done(answerOf(job.error()));
    line.ask<Forecast>(cli::calls::whatIf(*job, asked->changes), [done](const Result<Forecast>& forecast) {
        if (!forecast.ok()) return done(answerOf(forecast.error()));
        Json object = Json::object();
        cli::putRow(object["forecast"], *forecast);
        done(jsonAnswer(cli::dumped(object)));
    });
}

} // namespace stint::taskmanager
