// `stint top`: the Task Manager in a terminal (jobs.md §5.4). board.hpp decides what is shown, display.hpp draws it;
// here keys, news and time come together, and the daemon is asked for what a person wants.
#include <array>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/top/board.hpp"
#include "faces/cli/top/changes.hpp"
#include "faces/cli/top/display.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "faces/views/explanation.hpp"

namespace stint::cli {
namespace top {
namespace {

constexpr Duration leastPause = 250ms; ///< between two reads of lists that change all the time
constexpr Duration tick = 1s;          ///< between two drawings while something shown counts

Moment thisMoment() { return {steadyNow(), wallNow()}; }

class Desk {
public:
    Desk(Link& link, Signals& signals, const Display& display) : link_(link), signals_(signals), display_(display) {}
    /// Returns the exit code.
    Result<int> run();

private:
    void join();
    void lose();
    Topics looksAt() const;
    bool wantsReading() const;
    void renew();
    Result<void> readStale();
    void draw();
    void sleep();
    std::optional<int> takeSignals();
    Result<void> takeNews();
    bool takeKeys();
    Result<std::string> obey(const Command& command);
    Result<std::string> explain(const JobKey& job);
    Result<std::string> askStop(const AppId& app);
    Result<std::string> askRunNow(const JobKey& job);
    Result<std::string> runNow(const JobKey& job);

    Link& link_;
    Signals& signals_;
    const Display& display_;
    Board board_;
    std::optional<Duration> nextTick_;
    Mirror mirror_{[this](Mirror::Change change, const JobView& job) { board_.take(change, job, thisMoment()); }};
    std::optional<Duration> readAt_; ///< the next read is not before this, where much changes
    bool hungUp_ = false;            ///< the terminal is gone
};

/// The lists whose changes are to be reported: all but messages for an explanation and for the pages of apps and
/// device. The list of jobs needs that of jobs alone; other lists' changes would wake this program for nothing.
Topics Desk::looksAt() const {
    return board_.showsRest() || board_.explained() ? Topics::all() - Topic::Messages : Topics(Topic::Jobs);
}

/// Reads what is on the screen and may have changed since it was read.
Result<void> Desk::readStale() {
    STINT_TRY(link_.catchUp(mirror_, looksAt()));
    Daemon& daemon = *link_.daemon();
    const Topics stale = mirror_.stale() - Topic::Jobs; // these were read just now
    mirror_.reading(stale);
    if (stale.has(Topic::Apps)) {
        auto apps = STINT_TRY(daemon.ask(calls::apps()));
        board_.setApps(std::move(apps));
    }
    if (stale.has(Topic::Device)) {
        DeviceSeen device;
        device.values = STINT_TRY(daemon.ask(calls::device()));
        device.doze = STINT_TRY(daemon.ask(calls::doze()));
        device.limits = STINT_TRY(daemon.ask(calls::deviceLimits()));
        board_.setDevice(std::move(device));
    }
    mirror_.read(stale);
    if (const auto job = board_.explained())
        if (auto it = daemon.ask(calls::explain(*job)); it.ok()) board_.explain(std::move(*it));
    return link_.catchUp(mirror_, looksAt());
}

bool Desk::wantsReading() const { return mirror_.lists() != looksAt() || mirror_.isBehind(); }

void Desk::renew() {
    if (!link_.daemon() || !wantsReading() || (readAt_ && *readAt_ > steadyNow())) return;
    join();
}

void Desk::lose() {
    link_.leave();
    board_.lose("stintd is gone; waiting for it to come back. What is shown is what it said last.");
}

void Desk::join() {
    readAt_ = steadyNow() + leastPause;
    if (!readStale().ok()) return lose();
    board_.found();
}

void Desk::draw() {
    const Frame frame = board_.frame(thisMoment(), display_.size());
    display_.draw(frame);
    const bool moves = frame.counts && link_.daemon();
    nextTick_ = moves ? std::optional(steadyNow() + tick) : std::nullopt;
}

void Desk::sleep() {
    std::optional<Duration> left;
    if (nextTick_) left = *nextTick_ - steadyNow();
    if (link_.daemon() && wantsReading() && readAt_) left = earlier(left, std::optional(*readAt_ - steadyNow()));
    left = earlier(left, link_.timeout());
    std::array<pollfd, 3> watched{link_.watched(), pollfd{signals_.fd(), POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    ::poll(watched.data(), watched.size(), pollTimeout(left));
    hungUp_ = (watched[2].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    if (!link_.daemon() && watched[0].revents != 0) {
        link_.takeReturn();
        join();
    }
}

std::optional<int> Desk::takeSignals() {
    while (const auto signal = signals_.take()) {
        if (*signal != SIGWINCH) return exitCodeOfSignal(*signal);
        display_.resized();
    }
    return std::nullopt;
}

Result<void> Desk::takeNews() {
    if (!link_.daemon()) return {};
    const auto taken = link_.takeNews(mirror_);
    if (taken.ok() || taken.error().code != Errc::UNAVAILABLE) return taken;
    lose();
    join(); // it may be back already
    return {};
}

Result<std::string> Desk::explain(const JobKey& job) {
    auto it = STINT_TRY(link_.daemon()->ask(calls::explain(job)));
    board_.explain(std::move(it));
    return std::string();
}

Result<std::string> Desk::askStop(const AppId& app) {
    for (const TaskRow& row : STINT_TRY(link_.daemon()->ask(calls::tasks())))
        if (row.app == app && !row.stopButton)
            return Error{Errc::SECURITY, fmt::format("{} is part of the system and has no Stop", app.name)};
    std::string label;
    for (const AppView& each : board_.apps())
        if (each.manifest.package == app) label = each.manifest.label;
    board_.ask(stopQuestion(app, label, board_.jobs()), {Command::What::Stop, {}, app});
    return std::string();
}

Result<std::string> Desk::askRunNow(const JobKey& job) {
    const Explanation it = STINT_TRY(link_.daemon()->ask(calls::explain(job)));
    if (it.job.state == JobView::State::Running) return Error{Errc::ILLEGAL_STATE, "it runs already"};
    if (const std::string firm = firmOnes(it.blockers); !firm.empty())
        return Error{Errc::ILLEGAL_STATE, fmt::format("it cannot run now: {}", firm)};
    board_.ask(runNowQuestion(it), {Command::What::RunNow, job});
    return std::string();
}

Result<std::string> Desk::runNow(const JobKey& job) {
    const ShellAnswer answer = STINT_TRY(link_.daemon()->ask(calls::runNow(job)));
    if (answer.code != 0) return Error{Errc::ILLEGAL_STATE, answer.err.substr(0, answer.err.find('\n'))};
    return fmt::format("{} runs now", shortTextOf(job));
}

/// Does what a key has asked for; returns the result in words, empty where the screen shows it.
Result<std::string> Desk::obey(const Command& command) {
    using enum Command::What;
    if (command.what == Redraw) {
        display_.forget();
        if (!link_.daemon()) join();
        return std::string();
    }
    if (!link_.daemon()) return Error{Errc::UNAVAILABLE, "stintd is away: nothing can be asked of it"};
    Daemon& daemon = *link_.daemon();
    switch (command.what) {
    case Explain:
        return explain(command.job);
    case Hold:
        STINT_TRY(daemon.ask(calls::hold(command.job, true)));
        return fmt::format("{} is paused; p lets it go on", shortTextOf(command.job));
    case LetGo:
        STINT_TRY(daemon.ask(calls::hold(command.job, false)));
        return fmt::format("{} goes on as its conditions let it", shortTextOf(command.job));
    case AskRunNow:
        return askRunNow(command.job);
    case RunNow:
        return runNow(command.job);
    case Cancel:
        STINT_TRY(daemon.ask(calls::cancel(command.job)));
        return std::string();
    case AskStop:
        return askStop(command.app);
    case Stop: {
        const auto killed = STINT_TRY(daemon.ask(calls::stop(command.app.name)));
        return fmt::format("{} stopped: {} killed", command.app.name, counted(killed, "process", "processes"));
    }
    case Quit:
    case Redraw:
        break;
    }
    return std::string();
}

/// False: a person wants to quit, or the terminal is gone.
bool Desk::takeKeys() {
    while (const auto key = display_.key()) {
        const auto command = board_.press(*key, thisMoment());
        if (!command) continue;
        if (command->what == Command::What::Quit) return false;
        const auto done = obey(*command);
        if (!done.ok())
            board_.say(done.error().message, Paint::Bad);
        else if (!done->empty())
            board_.say(*done, Paint::Good);
    }
    return !hungUp_;
}

Result<int> Desk::run() {
    join();
    for (;;) {
        renew();
        draw();
        sleep();
        if (const auto code = takeSignals()) return *code;
        STINT_TRY(takeNews());
        if (!takeKeys()) return ends::ok;
    }
}

Result<int> onTerminal(Link& link, Signals& signals, const Screen& screen) {
    const auto display = STINT_TRY(Display::open(screen.colours()));
    return Desk(link, signals, *display).run();
}

int run(const Arguments&, const Screen& screen) {
    auto signals = Signals::open();
    if (!signals.ok()) return screen.fail("cannot look at the jobs", signals.error());
    auto link = Link::open(screen);
    if (!link.ok()) return screen.fail("cannot look at the jobs", link.error());
    const bool lines = screen.json() || screen.plain() || !screen.outIsTerminal() || ::isatty(STDIN_FILENO) == 0;
    if (lines) return printChanges(*link, *signals, screen);
    const auto code = onTerminal(*link, *signals, screen);
    return code.ok() ? *code : screen.fail("cannot show a screen", code.error());
}

} // namespace
} // namespace top

Verb topVerb() {
    return {
        .name = "top",
        .words = "",
        .summary = "the Task Manager in a terminal: what runs, what waits and why, live",
        .about =
            "Jobs, apps and the device on three pages; Enter says why a job waits, keys pause it, run it now, cancel "
            "it, or stop its app, and ask before what cannot be undone. ? lists the keys; q leaves, and the jobs go "
            "on.\n"
            "With --plain, or where no terminal is, it prints all jobs, then a line for each change, until Ctrl-C or "
            "until nobody reads on; with --json an object for each.",
        .options = {},
        .examples = {{"stint top", ""}, {"stint top --plain", "for a screen reader, or a script"}},
        .run = top::run,
        .elsewhere = {"htop"}};
}

} // namespace stint::cli
