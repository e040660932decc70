#include "fleet/agent/buses.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "base/result/errors.hpp"
#include "contract/model/reasons.hpp"
#include "contract/model/view.hpp"
#include "fleet/document/days.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "link/wire/writer.hpp"

namespace stint::fleet {
namespace {

// dbus/org.stint.Line1.xml
constexpr const char *lineName = "org.unifiedpush.Distributor.stint", *linePath = "/org/stint/Line",
                     *lineInterface = "org.stint.Line1";
constexpr const char *logindName = "org.freedesktop.login1", *logindPath = "/org/freedesktop/login1",
                     *logindInterface = "org.freedesktop.login1.Manager";

/// The door answers within 10 s; before, the bus may have to start its program.
constexpr Duration patienceOfLine = std::chrono::seconds(30), patienceOfLogind = std::chrono::seconds(30),
                   patienceOfStintd = std::chrono::seconds(30);

Result<wire::Message> callOf(sd_bus* bus, const char* name, const char* path, const char* interface,
                             const char* member) {
    sd_bus_message* made = nullptr;
    const int result = sd_bus_message_new_method_call(bus, &made, name, path, interface, member);
    if (result < 0) return wire::errorFromErrno(-result);
    return wire::Message::owning(made);
}

/// The system bus in the loop.
Result<wire::Bus> openSystemBus(sd_event* loop) {
    sd_bus* made = nullptr;
    int result = sd_bus_open_system(&made);
    if (result < 0) return wire::errorFromErrno(-result);
    wire::Bus bus(made);
    result = sd_bus_attach_event(made, loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return wire::errorFromErrno(-result);
    return bus;
}

/// A bus that is there, or is found now: the last one may have gone.
template <class Open> Result<void> reach(wire::Bus& bus, sd_event* loop, Open open) {
    if (bus && sd_bus_is_open(bus.get()) > 0) return {};
    bus = STINT_TRY(open(loop));
    return {};
}

/// An error that is nobody's word: whoever was asked is not there.
Error unreached(Error error) {
    if (error.code == Errc::SYSTEM) error.code = Errc::UNAVAILABLE;
    return error;
}

Result<std::string> bytesIn(const wire::Message& answer) {
    wire::Reader reader(answer);
    const auto bytes = STINT_TRY(reader.blob());
    return std::string(bytes.begin(), bytes.end());
}

/// Several of a job's gates may have one reason: it holds since the first of them does.
Waiting waitingOf(const JobView& job, const std::vector<Blocker>& blockers) {
    std::map<std::string_view, WallTime> since;
    for (const Blocker& each : blockers) {
        const auto [its, isNew] = since.try_emplace(nameOf(each.reason), each.since.value_or(WallTime{}));
        if (!isNew && each.since && *each.since < its->second) its->second = *each.since;
    }
    Waiting waiting{.isThere = job.state != JobView::State::Finished, .blockers = {}, .forecast = job.earliest};
    waiting.isCancelled = job.completed && job.completed->ending == Ending{STOP_REASON_USER, InternalReason::Canceled};
    for (const auto& [reason, when] : since)
        if (waiting.blockers.size() < mostBlockers) waiting.blockers.push_back({std::string(reason), when});
    return waiting;
}

} // namespace

Buses::Buses(sd_event* loop) : loop_(loop) {
    sd_event_source* made = nullptr;
    STINT_CHECK(sd_event_add_defer(loop_, &made, tell, this) >= 0);
    telling_.reset(made);
    sd_event_source_set_enabled(made, SD_EVENT_OFF);
}

void Buses::ask(std::string_view word, const std::string& text, Answered answered) {
    Call& call = add(std::move(answered));
    call.read = bytesIn;
    const auto message = question(word, text);
    auto sent = message.ok() ? send(call, session_, *message, patienceOfLine) : Result<void>(message.error());
    if (!sent.ok()) refuse(call, sent.error());
}

void Buses::restart(std::function<void(const Error&)> refused) {
    Call& call = add([refused = std::move(refused)](const Result<std::string>& done) {
        if (!done.ok()) refused(done.error());
    });
    call.read = [](const wire::Message&) { return Result<std::string>(std::string()); };
    const auto message = reboot();
    auto sent = message.ok() ? send(call, system_, *message, patienceOfLogind) : Result<void>(message.error());
    if (!sent.ok()) refuse(call, sent.error());
}

Result<wire::Message> Buses::ofStintd(const char* member) {
    if (!stintd_ || sd_bus_is_open(stintd_.get()) <= 0) stintd_ = STINT_TRY(wire::connectToDaemon());
    return wire::newCall(stintd_.get(), wire::taskManagerInterface, member);
}

Result<Waiting> Buses::waiting(const JobKey& job) {
    const auto message = STINT_TRY(ofStintd("Explain"));
    wire::Writer writer(message);
    writer.string(job.app.name).string(job.space).int32(job.id.value);
    { const wire::DictionaryWriter noOptions(writer); }
    STINT_TRY(writer.done());
    const auto answer = wire::call(stintd_.get(), message, patienceOfStintd);
    if (!answer.ok() && answer.error().code == Errc::ILLEGAL_ARGUMENT)
        return Waiting{.isThere = false, .blockers = {}, .forecast = {}};
    if (!answer.ok()) return answer.error();
    wire::Reader reader(*answer);
    const auto view = STINT_TRY(wire::readRow<JobView>(reader));
    const auto blockers = STINT_TRY(wire::readRows<Blocker>(reader));
    return waitingOf(view, blockers);
}

Result<std::string> Buses::days(WallTime now) {
    constexpr Duration week = std::chrono::hours(7 * 24);
    std::vector<DeviceChange> history;
    for (const WallTime from : {now - 2 * week, now - week}) {
        const auto message = STINT_TRY(ofStintd("Day"));
        wire::Writer writer(message);
        writer.int64(from.time_since_epoch().count()).int64((from + week).time_since_epoch().count());
        { const wire::DictionaryWriter noOptions(writer); }
        STINT_TRY(writer.done());
        const auto answer = STINT_TRY(wire::call(stintd_.get(), message, patienceOfStintd));
        wire::Reader reader(answer);
        STINT_TRY(wire::readRows<DayRun>(reader));
        auto part = STINT_TRY(wire::readRows<DeviceChange>(reader));
        std::ranges::move(part, std::back_inserter(history));
    }
    return daysOf(history, now);
}

Result<wire::Message> Buses::question(std::string_view word, const std::string& text) {
    STINT_TRY(reach(session_, loop_, wire::openSessionBus));
    auto message = STINT_TRY(callOf(session_.get(), lineName, linePath, lineInterface, "Ask"));
    wire::Writer writer(message);
    writer.string(std::string(word)).blob({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    STINT_TRY(writer.done());
    return message;
}

Result<wire::Message> Buses::reboot() {
    STINT_TRY(reach(system_, loop_, openSystemBus));
    auto message = STINT_TRY(callOf(system_.get(), logindName, logindPath, logindInterface, "Reboot"));
    wire::Writer writer(message);
    writer.boolean(false);
    STINT_TRY(writer.done());
    return message;
}

Buses::Call& Buses::add(Answered answered) {
    Call& call = calls_.emplace_front();
    call.all = this;
    call.self = calls_.begin();
    call.answered = std::move(answered);
    return call;
}

Result<void> Buses::send(Call& call, wire::Bus& bus, const wire::Message& message, Duration patience) {
    sd_bus_slot* slot = nullptr;
    const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(patience);
    const int result =
        sd_bus_call_async(bus.get(), &slot, message.get(), came, &call, static_cast<std::uint64_t>(longest.count()));
    if (result < 0) return wire::errorFromErrno(-result);
    call.slot.reset(slot);
    return {};
}

/// It is told from the loop, as an answer is.
void Buses::refuse(Call& call, Error error) {
    call.late = unreached(std::move(error));
    call.isOver = true;
    sd_event_source_set_enabled(telling_.get(), SD_EVENT_ONESHOT);
}

int Buses::tell(sd_event_source*, void* it) {
    Buses& self = *static_cast<Buses*>(it);
    for (auto call = self.calls_.begin(); call != self.calls_.end();) {
        const auto next = std::next(call);
        if (call->isOver) self.end(call, Result<std::string>(call->late));
        call = next;
    }
    return 0;
}

int Buses::came(sd_bus_message* answer, void* it, sd_bus_error*) {
    Call& call = *static_cast<Call*>(it);
    const auto message = wire::Message::sharing(answer);
    call.all->end(call.self, message.isError() ? Result<std::string>(unreached(message.error())) : call.read(message));
    return 0;
}

void Buses::end(std::list<Call>::iterator call, const Result<std::string>& answer) {
    const Answered answered = std::move(call->answered);
    const wire::Slot slot = std::move(call->slot);
    calls_.erase(call);
    answered(answer);
}

} // namespace stint::fleet
