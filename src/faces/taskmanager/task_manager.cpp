#include "faces/taskmanager/task_manager.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

#include "base/time/clock.hpp"
#include "base/version/version.hpp"
#include "faces/taskmanager/paths.hpp"

namespace stint::taskmanager {
namespace {

constexpr int wrongWords = 64;

std::string noLength(const std::string& text) {
    const auto length = parseDuration(text);
    if (text == "never" || (length.ok() && *length > Duration{0})) return {};
    return "it must be a length of time, as in 5min, or never";
}

} // namespace

Options parseOptions(int count, char** words) {
    Options options;
    std::string idle = "5min", root;
    CLI::App app{"stint-taskmanager: serves the Task Manager's page on this machine; `stint ui` starts it"};
    app.add_option("--port", options.port, "at this port of 127.0.0.1, in place of one that is free");
    app.add_option("--idle", idle, "ends when nobody has looked for so long, or never")
        ->capture_default_str()
        ->check(noLength);
    app.add_option("--web-root", root, "serves the page's files from this directory, for whoever works on them")
        ->check(CLI::ExistingDirectory);
    app.set_version_flag("--version", fmt::format("stint-taskmanager {}", ownBuild().version));
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : wrongWords);
    }
    options.idle = idle == "never" ? std::nullopt : std::optional(parseDuration(idle).value());
    if (!root.empty()) options.webRoot = root;
    return options;
}

namespace {

/// A page that is loaded anew, or whose stream broke, still finds the board as it left it.
constexpr Duration lingering = 5s;

EventSource timerFor(sd_event* loop, sd_event_time_handler_t handler, void* self) {
    sd_event_source* made = nullptr;
    // A second more or less does not matter: the kernel may bundle this wake-up with others.
    sd_event_add_time(loop, &made, CLOCK_MONOTONIC, 0, 1'000'000, handler, self);
    sd_event_source_set_enabled(made, SD_EVENT_OFF);
    return EventSource(made);
}

void setAfter(const EventSource& timer, Duration length) {
    sd_event_source_set_time(timer.get(),
                             static_cast<std::uint64_t>((steadyNow() + length) / std::chrono::microseconds(1)));
    sd_event_source_set_enabled(timer.get(), SD_EVENT_ONESHOT);
}

void stop(const EventSource& timer) { sd_event_source_set_enabled(timer.get(), SD_EVENT_OFF); }

} // namespace

TaskManager::TaskManager(sd_event* loop, entrance::Entry entry, entrance::Peers peers, Setup setup)
    : loop_(sd_event_ref(loop)), entry_(std::move(entry)), peers_(std::move(peers)),
      pages_(embeddedFiles(), "/index.html", std::move(setup.webRoot)), idle_(setup.idle),
      line_(loop, std::move(setup.directory),
            {[this] { board_.connected(); }, [this](const std::string& why) { board_.lost(why); },
             [this](const wire::Message& signal) { board_.onSignal(signal); }}),
      work_(loop, [this] { board_.hasChanged("work"); }), outputs_(loop, [this] { board_.hasChanged("output"); }),
      board_(loop, line_,
             {{"work", [this] { return work_.topic(); }}, {"output", [this] { return outputs_.topic(); }}}),
      downloads_(loop), linger_(timerFor(loop, lingered, this)), end_(timerFor(loop, idled, this)) {
    if (idle_) setAfter(end_, *idle_);
}

TaskManager::~TaskManager() {
    linger_.reset();
    end_.reset();
    sd_event_unref(loop_);
}

namespace {

constexpr std::string_view eventsPath = "/api/events";

} // namespace

std::shared_ptr<const http::Caller> TaskManager::met(int socket) { return peers_.met(socket); }

http::Judged TaskManager::judged(const http::Request& head) {
    const Request request = entrance::requestOf(head, house.cookie);
    const Path* const path = pathNamed(request.path);
    return {.isKnown = entry_.hasCookie(request),
            .refused = entry_.refused(request),
            .longestBody = path ? path->longestBody : 0};
}

void TaskManager::answer(http::Request sent, std::function<void(Answer)> done) {
    const Request request = entrance::requestOf(sent, house.cookie);
    if (request.path == "/enter")
        return done(entry_.enter(request, [&] { return makers_.includeNoJob(request.peer); }));
    const Path* const path = pathNamed(request.path);
    beginLook();
    const auto last = [this, done = std::move(done)](Answer answer) {
        endLook();
        done(std::move(answer));
    };
    if (request.path == "/api/work") return answerWork(work_, line_, request, last);
    if (request.path == "/api/output") return answerOutput(outputs_, line_, request, last);
    if (request.path == "/api/downloads") return downloads_.add(request, last);
    if (path && path->answer) return path->answer(line_, request, last);
    if (path) return last({200, "text/event-stream"}); // HEAD of the stream
    last(pages_.answer(request));
}

std::unique_ptr<Viewer> TaskManager::stream(const http::Request& request, std::function<void()> wake) {
    if (request.path != eventsPath || request.method == "HEAD") return nullptr;
    beginLook();
    board_.follow(true);
    return board_.broadcast().join(std::string(request.value("Last-Event-ID")), std::move(wake), [this] { endLook(); });
}

void TaskManager::beginLook() {
    if (looks_++ > 0) return;
    stop(linger_);
    stop(end_);
    line_.want(true);
    work_.follow(true);
}

void TaskManager::endLook() {
    if (--looks_ > 0) return;
    setAfter(linger_, lingering);
    if (idle_) setAfter(end_, *idle_);
}

int TaskManager::lingered(sd_event_source*, std::uint64_t, void* self) {
    auto& manager = *static_cast<TaskManager*>(self);
    manager.board_.follow(false);
    manager.line_.want(false);
    manager.work_.follow(false);
    manager.outputs_.forget();
    return 0;
}

int TaskManager::idled(sd_event_source*, std::uint64_t, void* self) {
    return sd_event_exit(static_cast<TaskManager*>(self)->loop_, 0);
}

} // namespace stint::taskmanager
