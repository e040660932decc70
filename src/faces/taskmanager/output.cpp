#include "faces/taskmanager/output.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "faces/control/calls.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/taskmanager/request.hpp"
#include "faces/views/output.hpp"

namespace stint::taskmanager {
namespace {

constexpr Bytes shownBytes = 32_KiB;
constexpr std::size_t shownLines = 200;
constexpr Bytes fileBytes = 2 * logKept; ///< no more is kept
constexpr std::size_t mostWatched = 16;

} // namespace

Result<OutputEnd> outputEnd(const std::filesystem::path& directory, Bytes most) {
    auto reader = STINT_TRY(LogReader::openEnd(directory, most));
    OutputEnd end;
    while (std::cmp_less(end.text.size(), most)) {
        const auto piece = STINT_TRY(reader.next());
        if (!piece) break;
        end.before += piece->lost;
        end.text += piece->text;
    }
    end.text.resize(std::min(end.text.size(), static_cast<std::size_t>(most)));
    return end;
}

std::string lastLines(const OutputEnd& end, std::size_t most) {
    std::string_view text = end.text;
    text.remove_suffix(cli::cutCharacter(text));
    if (end.before > 0) // the first line may be the rest of one
        text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    std::size_t begin = text.size();
    for (std::size_t lines = text.ends_with('\n') ? 0 : 1; begin > 0; --begin)
        if (text[begin - 1] == '\n' && lines++ == most) break;
    return cli::shownOutput(text.substr(begin));
}

std::string Outputs::topic() const {
    cli::Json jobs = cli::Json::array();
    for (const Watched& one : watched_)
        jobs.push_back({{"key", one.key}, {"changes", one.changes}});
    return cli::dumped(cli::Json{{"jobs", std::move(jobs)}});
}

std::uint32_t Outputs::look(const std::string& key, const std::filesystem::path& directory) {
    auto known = std::ranges::find(watched_, key, &Watched::key);
    if (known == watched_.end()) {
        auto reader = LogReader::open(directory);
        if (!reader.ok() || !reader->watch().ok()) return 0; // it is shown as it is now
        watched_.push_back({.home = this, .key = key, .reader = std::move(*reader)});
        known = std::prev(watched_.end());
        sd_event_source* made = nullptr;
        sd_event_add_io(loop_, &made, known->reader.fd(), EPOLLIN, hasMore, &*known);
        known->more.reset(made);
    }
    watched_.splice(watched_.end(), watched_, known);
    known->reader.quiet();
    sd_event_source_set_enabled(known->more.get(), SD_EVENT_ON);
    if (watched_.size() > mostWatched) watched_.pop_front();
    return known->changes;
}

int Outputs::hasMore(sd_event_source* source, int, std::uint32_t, void* self) {
    auto& watched = *static_cast<Watched*>(self);
    ++watched.changes;
    sd_event_source_set_enabled(source, SD_EVENT_OFF); // until somebody has looked
    watched.home->changed_();
    return 0;
}

namespace {

/// Finds the directory of the output of the one job that the question names.
void findOutput(DaemonLine& line, const Request& request, const Done& done,
                const std::function<void(const JobKey&, const std::filesystem::path&)>& found) {
    const auto names = valuesIn(request.query, "job");
    if (!names.ok()) return done(answerOf(names.error()));
    if (names->size() != 1) return done(refusal(400, fmt::format("ask for one job: {}?job=PACKAGE%2F7", request.path)));
    const auto key = jobNamed(names->front());
    if (!key.ok()) return done(answerOf(key.error()));
    if (const auto has = cli::checkHasOutput(*key); !has.ok()) return done(answerOf(has.error()));
    line.ask<JobView>(cli::calls::watch(*key), [key = *key, done, found](const Result<JobView>& job) {
        if (!job.ok() && job.error().code != Errc::ILLEGAL_ARGUMENT) return done(answerOf(job.error()));
        const auto directory = cli::outputDirectory(job.ok() ? std::optional(*job) : std::nullopt, key);
        if (directory.empty()) return done(refusal(404, fmt::format("no output of {} is kept", textOf(key))));
        found(key, directory);
    });
}

} // namespace

void answerOutput(Outputs& outputs, DaemonLine& line, const Request& request, const Done& done) {
    findOutput(line, request, done, [&outputs, done](const JobKey& key, const std::filesystem::path& directory) {
        const std::uint32_t changes = outputs.look(textOf(key), directory); // first, so that no change is missed
        const auto end = outputEnd(directory, shownBytes);
        if (!end.ok()) return done(answerOf(end.error()));
        cli::Json object{{"key", textOf(key)}, {"text", lastLines(*end, shownLines)}};
        object["all"] = end->before + static_cast<Bytes>(end->text.size());
        object["changes"] = changes;
        done(jsonAnswer(cli::dumped(object)));
    });
}

void answerOutputFile(DaemonLine& line, const Request& request, Done done) {
    findOutput(line, request, done, [done](const JobKey& key, const std::filesystem::path& directory) {
        auto end = outputEnd(directory, fileBytes);
        if (!end.ok()) return done(answerOf(end.error()));
        const std::string name = fmt::format("attachment; filename=\"stint-{}.log\"", key.id.value);
        done({200, "application/octet-stream", std::move(end->text), {{"Content-Disposition", name}}});
    });
}

} // namespace stint::taskmanager
