// A stretch of time (jobs.md §9.5), and the log of messages (push.md §5): the present comes from the core, the past
// from the store.
#include <charconv>
#include <iterator>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/rules/device_state.hpp"
#include "stintd/daemon/daemon.hpp"

namespace stint {
namespace {

// The text of a place where a page ends, from which the next one goes on: a number, and a name with any characters in
// it.
constexpr std::string_view behindJob = "job ", behindRun = "run ", behindMessage = "message ";

struct PlaceText {
    std::int64_t number = 0;
    std::string_view name;
};

std::optional<PlaceText> placeIn(std::string_view text, std::string_view kind) {
    if (!text.starts_with(kind)) return std::nullopt;
    text.remove_prefix(kind.size());
    PlaceText place;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place.number);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return std::nullopt;
    place.name = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
    return place;
}

std::string textOf(std::string_view kind, std::int64_t number, std::string_view name) {
    return fmt::format("{}{} {}", kind, number, name);
}

const std::string logBegins = textOf(behindRun, 0, "");

Error wrongPlace(const std::string& after) {
    return fail(Errc::ILLEGAL_ARGUMENT, "options: after is {}; it must be what the page before ended with",
                printable(after));
}

// The messages on their way that stand behind `after`. A page of theirs that is not full is the last.
MessageLogPage messagesNow(const Scheduler& core, const MessageLogAsked& asked, std::int64_t after, Now now) {
    MessageLogPage page{.messages = core.messageStories(now), .after = logBegins};
    std::erase_if(page.messages, [&](const MessageStory& story) {
        return story.number <= after || (!asked.package.empty() && story.app.name != asked.package);
    });
    if (page.messages.size() < mostMessagesLogged) return page;
    page.messages.resize(mostMessagesLogged);
    page.after = textOf(behindMessage, page.messages.back().number, "");
    return page;
}

DayRun dayRunOf(const JobView& job, std::vector<HistoryEntry> waits) {
    return {.key = job.key,
            .label = job.label,
            .scheduled = job.scheduled,
            .waits = std::move(waits),
            .began = job.started,
            .kind = job.kind,
            .transferredDown = job.transferredDown,
            .transferredUp = job.transferredUp};
}

// Adds the jobs that run or wait now, each with its time up to now.
void addTracked(const Scheduler& core, const std::optional<JobKey>& after, const DayAsked& asked, Now now,
                DayPage& page) {
    const std::vector<JobView> jobs = core.jobs(std::nullopt, after, mostDayRuns, now);
    for (const JobView& job : jobs) {
        DayRun run = dayRunOf(job, core.history(job.key));
        const WallTime first = run.waits.empty() ? job.started.value_or(job.scheduled) : run.waits.front().when;
        if (first <= asked.to && now.wall >= asked.from) page.runs.push_back(std::move(run));
    }
    page.after = logBegins;
    if (jobs.size() < mostDayRuns) return;
    const JobKey& last = jobs.back().key;
    page.after = textOf(behindJob, last.id.value, fmt::format("{}/{}", last.app.name, last.space));
}

} // namespace

Result<DayPage> Daemon::day(const DayAsked& asked) {
    DayPage page;
    if (asked.after.empty()) {
        auto kept = STINT_TRY(store_->deviceChanges(asked.from, asked.to, mostDayChanges));
        std::ranges::copy(core_->unwrittenDeviceChanges(), std::back_inserter(kept));
        page.device = deviceDay(std::move(kept), asked.from, asked.to);
        addTracked(*core_, std::nullopt, asked, now_, page);
        return page;
    }
    if (const auto job = placeIn(asked.after, behindJob)) {
        const auto slash = job->name.find('/');
        if (slash == std::string_view::npos) return wrongPlace(asked.after);
        const JobKey key{AppId{std::string(job->name.substr(0, slash))}, std::string(job->name.substr(slash + 1)),
                         JobId(static_cast<std::int32_t>(job->number))};
        addTracked(*core_, key, asked, now_, page);
        return page;
    }
    const auto run = placeIn(asked.after, behindRun);
    if (!run) return wrongPlace(asked.after);
    LogPage log =
        STINT_TRY(store_->logPage(asked.from, asked.to, {AppId{std::string(run->name)}, run->number}, mostDayRuns));
    for (DayRun& past : log.runs)
        if (const auto job = core_->job(past.key, now_); job && job->scheduled == past.scheduled)
            past.label = job->label;
    page.runs = std::move(log.runs);
    if (log.next) page.after = textOf(behindRun, log.next->nth, log.next->app.name.str());
    return page;
}

Result<MessageLogPage> Daemon::messageLog(const MessageLogAsked& asked) {
    if (asked.after.empty()) return messagesNow(*core_, asked, 0, now_);
    if (const auto behind = placeIn(asked.after, behindMessage))
        return messagesNow(*core_, asked, behind->number, now_);
    const auto run = placeIn(asked.after, behindRun);
    if (!run) return wrongPlace(asked.after);
    const LogPlace place{AppId{std::string(run->name)}, run->number};
    PastMessagesPage past = STINT_TRY(store_->pastMessages(asked.package, asked.since, place, mostMessagesLogged));
    MessageLogPage page{.messages = std::move(past.messages), .after = {}};
    core_->tellShown(page.messages, now_);
    if (past.next) page.after = textOf(behindRun, past.next->nth, past.next->app.name.str());
    return page;
}

} // namespace stint
