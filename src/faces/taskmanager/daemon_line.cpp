#include "faces/taskmanager/daemon_line.hpp"

#include <string_view>
#include <utility>

#include <sys/inotify.h>

#include "base/result/errors.hpp"
#include "faces/control/calls.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"

namespace stint::taskmanager {
namespace {

constexpr std::size_t mostAtOnce = 32; ///< half of the calls that the daemon takes from a connection (architecture.md,
                                       ///< wire)

/// A connection in the event loop.
Result<wire::Bus> connectionTo(const std::filesystem::path& socket, sd_event* loop) {
    Fd connected = STINT_TRY(wire::connectSocket(socket));
    auto bus = STINT_TRY(wire::clientOver(std::move(connected)));
    const int result = sd_bus_attach_event(bus.get(), loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return within("cannot follow the connection to stintd", wire::errorFromErrno(-result));
    return bus;
}

} // namespace

Error DaemonLine::gone() { return fail(Errc::UNAVAILABLE, "no stintd runs; any verb of `stint` starts it"); }

DaemonLine::DaemonLine(sd_event* loop, std::filesystem::path directory, Follower follower)
    : loop_(sd_event_ref(loop)), directory_(std::move(directory)), follower_(std::move(follower)) {}

DaemonLine::~DaemonLine() {
    wanted_ = false;
    sd_event_source_disable_unref(ending_);
    sd_event_source_disable_unref(watching_);
    flying_.clear();
    signals_.reset();
    end_.reset();
    bus_.reset();
    sd_event_unref(loop_);
}

void DaemonLine::want(bool wanted) {
    if (wanted == wanted_) return;
    wanted_ = wanted;
    if (wanted) return connect();
    watching_ = sd_event_source_disable_unref(watching_);
    drop("nobody asks");
    whyNot_.clear();
}

void DaemonLine::tellLost(const std::string& why) {
    whyNot_ = why;
    follower_.lost(why);
}

void DaemonLine::connect() {
    watch(); // set before the daemon is looked for, so that none is missed
    auto bus = connectionTo(directory_ / wire::socketName, loop_);
    if (!bus.ok()) return tellLost(bus.error().message);
    whyNot_.clear();
    watching_ = sd_event_source_disable_unref(watching_);
    bus_ = std::move(*bus);
    sd_bus_slot* made = nullptr;
    sd_bus_match_signal(bus_.get(), &made, nullptr, nullptr, wire::taskManagerInterface, nullptr, heard, this);
    signals_.reset(std::exchange(made, nullptr));
    sd_bus_match_signal(bus_.get(), &made, localBus, localBusPath, localBus, "Disconnected", ended, this);
    end_.reset(made);
    follower_.connected();
}

void DaemonLine::watch() {
    if (watching_) return;
    sd_event_add_inotify(loop_, &watching_, directory_.c_str(), IN_CREATE | IN_MOVED_TO, appeared, this);
}

int DaemonLine::appeared(sd_event_source*, const inotify_event* event, void* self) {
    auto& line = *static_cast<DaemonLine*>(self);
    const bool isSocket = event->len > 0 && std::string_view(event->name) == wire::socketName;
    if (isSocket && line.wanted_ && !line.bus_) line.connect();
    return 0;
}

void DaemonLine::drop(const std::string& why) {
    if (!bus_) return;
    auto flying = std::exchange(flying_, {});
    auto waiting = std::exchange(waiting_, {});
    signals_.reset();
    end_.reset();
    for (auto& [number, one] : flying)
        one.slot.reset();
    bus_.reset();
    tellLost(why);
    for (auto& [number, one] : flying)
        one.answered(gone());
    for (Asked& one : waiting)
        one.answered(gone());
}

void DaemonLine::send(const wire::Message& message, Answered answered) {
    waiting_.push_back({message, std::move(answered)});
    sendNext();
}

void DaemonLine::sendNext() {
    while (bus_ && !waiting_.empty() && flying_.size() < mostAtOnce) {
        Asked next = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint64_t number = ++numbers_;
        Flying& flying = flying_[number] = {this, number, nullptr, std::move(next.answered)};
        sd_bus_slot* slot = nullptr;
        const int result =
            sd_bus_call_async(bus_.get(), &slot, next.message.get(), DaemonLine::answered, &flying,
                              static_cast<std::uint64_t>(std::chrono::microseconds(cli::patience).count()));
        flying.slot.reset(slot);
        if (result >= 0) continue;
        const Answered done = std::move(flying.answered);
        flying_.erase(number);
        done(wire::errorFromErrno(-result));
    }
}

int DaemonLine::answered(sd_bus_message* message, void* flying, sd_bus_error*) {
    auto& one = *static_cast<Flying*>(flying);
    DaemonLine& line = *one.line;
    const Answered done = std::move(one.answered);
    const auto answer = wire::Message::sharing(message);
    line.flying_.erase(one.number);
    line.sendNext();
    done(answer.isError() ? Result<wire::Message>(answer.error()) : Result<wire::Message>(answer));
    return 0;
}

int DaemonLine::heard(sd_bus_message* signal, void* self, sd_bus_error*) {
    static_cast<DaemonLine*>(self)->follower_.onSignal(wire::Message::sharing(signal));
    return 0;
}

// A connection is not released while it handles a message.
void DaemonLine::startAnew(const std::string& why) {
    if (!bus_ || ending_) return;
    why_ = why;
    sd_event_add_defer(loop_, &ending_, endNow, this);
}

int DaemonLine::ended(sd_bus_message*, void* self, sd_bus_error*) {
    static_cast<DaemonLine*>(self)->startAnew("stintd has ended");
    return 0;
}

int DaemonLine::endNow(sd_event_source*, void* self) {
    auto& line = *static_cast<DaemonLine*>(self);
    line.ending_ = sd_event_source_disable_unref(line.ending_);
    line.drop(line.why_);
    if (line.wanted_ && !line.bus_) line.connect(); // the next one may be there already
    return 0;
}

} // namespace stint::taskmanager
