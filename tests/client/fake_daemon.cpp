#include "client/fake_daemon.hpp"

#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "stint/connection.hpp"

namespace stint {
namespace {

constexpr auto patience = 10s;

/// A line for each call of the app's, in words a test can compare.
Result<std::string> describe(const wire::Message& message) {
    wire::Reader reader(message);
    const std::string member(message.member());
    if (member == "Host" || member == "HostReceivers") {
        const auto strings = STINT_TRY(reader.strings());
        return fmt::format("{} {}", member, fmt::join(strings, " "));
    }
    if (message.interface() == wire::alarmManagerInterface && member == "Set") {
        const Alarm alarm = STINT_TRY(wire::readAlarm(reader));
        const auto time = alarm.byWall ? alarm.requestedWall.time_since_epoch() : alarm.requested.time_since_epoch();
        return fmt::format("{} {} {} at={} window={} interval={} wakeup={:d} receiver={}{}", nameOf(alarm.kind),
                           alarm.tag, alarm.byWall ? "wall" : "elapsed", time.count(), alarm.window.count(),
                           alarm.interval.count(), alarm.wakeup, alarm.receiver, alarm.persisted ? " persisted" : "");
    }
    if (message.interface() == wire::alarmManagerInterface && member == "Cancel") {
        const std::string space = STINT_TRY(reader.string());
        return fmt::format("cancel {}", space);
    }
    if (member == "JobFinished") {
        const auto run = STINT_TRY(reader.uint64());
        const bool again = STINT_TRY(reader.boolean());
        const Outcome outcome = STINT_TRY(wire::readOutcome(reader));
        return fmt::format("JobFinished run={} again={:d} exit={} text={}", run, again, outcome.exitCode, outcome.text);
    }
    if (member == "SetNotification") {
        const auto run = STINT_TRY(reader.uint64());
        const auto id = STINT_TRY(reader.int32());
        const Notification notification = STINT_TRY(wire::readNotification(reader));
        const auto end = STINT_TRY(reader.int32());
        return fmt::format("SetNotification run={} id={} title={} end={}", run, id, notification.getTitle(), end);
    }
    if (member == "DequeueWork" || member == "Abandoned") {
        const std::uint64_t run = STINT_TRY(reader.uint64());
        return fmt::format("{} run={}", member, run);
    }
    if (member == "CompleteWork") {
        const auto run = STINT_TRY(reader.uint64());
        const std::uint64_t item = STINT_TRY(reader.uint64());
        return fmt::format("CompleteWork run={} item={}", run, item);
    }
    if (member == "StartForegroundService" || member == "StopForegroundService") {
        const std::string name = STINT_TRY(reader.string());
        bool resumes = false;
        std::optional<std::int32_t> only;
        wire::DictionaryReader options("options", wire::UnknownKeys::Refuse);
        if (member == "StartForegroundService") {
            STINT_TRY(reader.int32());
            STINT_TRY(wire::readNotification(reader));
            options.take("resumes", resumes);
        } else {
            options.take("notification", only);
        }
        STINT_TRY(options.read(reader));
        return fmt::format("{} {}{}{}", member, name, resumes ? " again" : "", only ? fmt::format(" {}", *only) : "");
    }
    if (member == "CreateNotificationChannel") {
        std::string what = member;
        for (int nth = 0; nth < 3; ++nth) {
            const std::string word = STINT_TRY(reader.string());
            what += " " + word;
        }
        return what;
    }
    if (member == "DeleteNotificationChannel") {
        const std::string channel = STINT_TRY(reader.string());
        return member + " " + channel;
    }
    if (member.starts_with("Update")) {
        const std::uint64_t run = STINT_TRY(reader.uint64());
        std::string what = fmt::format("{} run={}", member, run);
        if (member.starts_with("UpdateWork")) {
            const std::uint64_t item = STINT_TRY(reader.uint64());
            what += fmt::format(" item={}", item);
        }
        const auto download = STINT_TRY(reader.int64());
        const std::int64_t upload = STINT_TRY(reader.int64());
        return fmt::format("{} {} {}", what, download, upload);
    }
    return member;
}

} // namespace

FakeDaemon::FakeDaemon() {
    std::string pattern = std::filesystem::temp_directory_path() / "stint-client-XXXXXX";
    STINT_CHECK(::mkdtemp(pattern.data()));
    directory_ = pattern;
    ::setenv("XDG_RUNTIME_DIR", directory_.c_str(), 1);
    wakeUp_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    news_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    on("Host", [](wire::Reader&, wire::Writer& writer) {
        writer.string("org.stint.testapp");
        return Result<void>();
    });
    on("HostReceivers", [](wire::Reader&, wire::Writer& writer) {
        writer.string("org.stint.testapp");
        return Result<void>();
    });
    for (const char* quiet : {"Set", "Cancel"})
        on(quiet, [](wire::Reader&, wire::Writer&) { return Result<void>(); });
    on("SetNotification", [](wire::Reader&, wire::Writer&) { return Result<void>(); });
    listen();
    thread_ = std::thread([this] { live(); });
}

FakeDaemon::~FakeDaemon() {
    in([this] { ending_ = true; });
    thread_.join();
    std::filesystem::remove_all(directory_);
}

void FakeDaemon::on(const std::string& member, Answer answer) {
    if (!thread_.joinable()) {
        answers_[member] = std::move(answer);
    } else {
        in([&] { answers_[member] = answer; });
    }
}

void FakeDaemon::onThenBreak(const std::string& member, std::atomic<int>& times, Answer then) {
    on(member, [this, &times, then = std::move(then)](wire::Reader& reader, wire::Writer& writer) {
        if (++times > 1 && then) return then(reader, writer);
        bus_.reset();
        return Result<void>();
    });
}

void FakeDaemon::overhear(const std::string& member) {
    in([&] { overheard_.insert(member); });
}

Fd FakeDaemon::startedSocket() {
    int ends[2];
    STINT_CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    in([&] { bus_ = wire::serverOver(Fd(ends[0])).value(); });
    return Fd(ends[1]);
}

std::future<Result<bool>> FakeDaemon::startJob(std::uint64_t run, const std::string& service,
                                               wire::RunParameters params) {
    return call("StartJob", [&](wire::Writer& writer) {
        writer.uint64(run).string(service);
        wire::writeRunParameters(writer, params);
    });
}

std::future<Result<bool>> FakeDaemon::stopJob(std::uint64_t run, StopReason reason) {
    return call("StopJob", [&](wire::Writer& writer) { writer.uint64(run).int32(static_cast<std::int32_t>(reason)); });
}

std::future<Result<bool>> FakeDaemon::call(const std::string& member, Write write) {
    return call(wire::jobServiceInterface, member, std::move(write));
}

void FakeDaemon::signal(const char* interface, const std::string& member, Write write) {
    in([&] {
        auto message = wire::newSignal(bus_.get(), interface, member.c_str()).value();
        wire::Writer writer(message);
        write(writer);
        STINT_CHECK(writer.done().ok());
        STINT_CHECK(wire::send(bus_.get(), message).ok());
    });
}

std::future<Result<bool>> FakeDaemon::call(const char* interface, const std::string& member, Write write) {
    std::future<Result<bool>> answer;
    in([&] {
        auto message = wire::newCall(bus_.get(), interface, member.c_str()).value();
        wire::Writer writer(message);
        write(writer);
        STINT_CHECK(writer.done().ok());
        answer = awaited_[wire::send(bus_.get(), message).value()].get_future();
    });
    return answer;
}

void FakeDaemon::tell(const std::string& member, Write write) {
    in([&] {
        auto message = wire::newCall(bus_.get(), wire::jobServiceInterface, member.c_str()).value();
        wire::Writer writer(message);
        write(writer);
        sd_bus_message_set_expect_reply(message.get(), 0);
        STINT_CHECK(writer.done().ok());
        STINT_CHECK(wire::send(bus_.get(), message).ok());
    });
}

std::string FakeDaemon::heard() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return !heard_.empty(); })) return "(silence)";
    std::string line = std::move(heard_.front());
    heard_.pop_front();
    return line;
}

bool FakeDaemon::heardNothing() {
    in([this] { serve(); });
    const std::unique_lock lock(mutex_);
    return heard_.empty();
}

void FakeDaemon::stall(std::shared_future<void> end) {
    {
        const std::unique_lock lock(mutex_);
        deeds_.emplace_back([end] { end.wait(); });
    }
    ::eventfd_write(wakeUp_.get(), 1);
}

void FakeDaemon::die() {
    in([this] {
        serve();
        bus_.reset();
        listener_ = Fd();
        awaited_.clear();
    });
}

void FakeDaemon::revive() {
    in([this] { listen(); });
}

void FakeDaemon::in(std::function<void()> deed) {
    std::promise<void> done;
    {
        const std::unique_lock lock(mutex_);
        deeds_.emplace_back([&] {
            deed();
            done.set_value();
        });
    }
    ::eventfd_write(wakeUp_.get(), 1);
    done.get_future().wait();
}

void FakeDaemon::listen() {
    const std::string path = wire::daemonSocket(true).value();
    std::filesystem::remove(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    STINT_CHECK(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    STINT_CHECK(::listen(listener_.get(), 8) == 0);
}

void FakeDaemon::live() {
    while (!ending_) {
        const short events = bus_ ? static_cast<short>(std::max(sd_bus_get_events(bus_.get()), 0)) : short{0};
        pollfd ready[] = {{wakeUp_.get(), POLLIN, 0},
                          {listener_.get(), POLLIN, 0},
                          {bus_ ? sd_bus_get_fd(bus_.get()) : -1, events, 0}};
        ::poll(ready, 3, -1);
        if (ready[1].revents & POLLIN) bus_ = wire::serverOver(Fd(::accept(listener_.get(), nullptr, nullptr))).value();
        serve();
        eventfd_t rings = 0;
        ::eventfd_read(wakeUp_.get(), &rings);
        std::unique_lock lock(mutex_);
        while (!deeds_.empty()) {
            auto deed = std::move(deeds_.front());
            deeds_.pop_front();
            lock.unlock();
            deed();
            lock.lock();
        }
    }
    bus_.reset();
}

void FakeDaemon::serve() {
    while (bus_) {
        sd_bus_message* taken = nullptr;
        const int worked = sd_bus_process(bus_.get(), &taken);
        if (taken) take(wire::Message::owning(taken));
        if (worked < 0) bus_.reset();
        if (worked <= 0) return;
    }
}

void FakeDaemon::take(const wire::Message& message) {
    if (message.isCall()) return answer(message);
    const auto awaited = awaited_.find(message.replyCookie());
    if (!message.isAnswer() || awaited == awaited_.end()) return;
    const auto said = [&message]() -> Result<bool> {
        if (message.isError()) return message.error();
        if (message.signature().empty()) return true;
        return wire::Reader(message).boolean();
    };
    awaited->second.set_value(said());
    awaited_.erase(awaited);
    ::eventfd_write(news_.get(), 1);
}

void FakeDaemon::answer(const wire::Message& call) {
    auto line = describe(call);
    if (!overheard_.contains(call.member())) note(line.ok() ? *line : line.error().message);
    sd_bus_message_rewind(call.get(), 1);
    const auto answer = answers_.find(std::string(call.member()));
    if (answer == answers_.end() || !call.expectsReply()) return;
    auto reply = wire::newReply(call).value();
    wire::Reader reader(call);
    wire::Writer writer(reply);
    auto answered = answer->second(reader, writer);
    if (!bus_) return;
    if (answered.ok()) {
        STINT_CHECK(writer.done().ok());
        STINT_CHECK(wire::send(bus_.get(), reply).ok());
    } else {
        STINT_CHECK(wire::replyError(call, answered.error()).ok());
    }
}

void FakeDaemon::note(std::string line) {
    const std::unique_lock lock(mutex_);
    heard_.push_back(std::move(line));
    changed_.notify_all();
    ::eventfd_write(news_.get(), 1);
}

bool FakeDaemon::dispatchUntil(Connection& connection, const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        const Duration wait = std::min<Duration>(connection.timeout().value_or(patience), patience);
        pollfd ready[] = {{connection.fd(), POLLIN, 0}, {news_.get(), POLLIN, 0}};
        ::poll(ready, 2, static_cast<int>(wait.count()));
        eventfd_t rings = 0;
        ::eventfd_read(news_.get(), &rings);
        if (!connection.dispatch().ok() || std::chrono::steady_clock::now() > end) return false;
    }
    return true;
}

Result<bool> FakeDaemon::answerOf(Connection& connection, std::future<Result<bool>> answer) {
    const bool came = dispatchUntil(connection, [&] { return answer.wait_for(0s) == std::future_status::ready; });
    if (!came) return fail(Errc::UNAVAILABLE, "no answer in time");
    return answer.get();
}

} // namespace stint
