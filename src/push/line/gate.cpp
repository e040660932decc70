#include "push/line/gate.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"

namespace stint::push {
namespace {

constexpr std::size_t mostAtOnce = wire::mostCallsInFlight / 2;
constexpr std::uint64_t untilStarted = 60'000'000; ///< µs

/// Returns when a daemon has taken its name, if the session bus knows how to start one.
void startDaemon() {
    sd_bus* made = nullptr;
    if (sd_bus_open_user(&made) < 0) return;
    const wire::Bus bus(made);
    sd_bus_set_method_call_timeout(made, untilStarted);
    sd_bus_call_method(made, wire::busName, wire::busPath, wire::busName, "StartServiceByName", nullptr, nullptr, "su",
                       wire::sessionInterface, 0U);
}

Result<wire::Bus> connectedDaemon() {
    auto bus = wire::connectToDaemon();
    if (bus.ok() || bus.error().code != Errc::UNAVAILABLE) return bus;
    startDaemon();
    return wire::connectToDaemon();
}

} // namespace

Result<std::unique_ptr<Gate>> Gate::open(sd_event* loop, Follower follower) {
    auto bus = STINT_TRY(connectedDaemon());
    std::unique_ptr<Gate> made(new Gate(std::move(bus), std::move(follower)));
    STINT_TRY(made->follow(loop));
    return made;
}

Result<void> Gate::follow(sd_event* loop) {
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_match_signal(bus_.get(), &slot, nullptr, nullptr, wire::pushInterface, nullptr, heard, this);
    signals_.reset(std::exchange(slot, nullptr));
    if (result >= 0)
        result = sd_bus_match_signal(bus_.get(), &slot, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
                                     "org.freedesktop.DBus.Local", "Disconnected", ended, this);
    end_.reset(slot);
    if (result >= 0) result = sd_bus_attach_event(bus_.get(), loop, SD_EVENT_PRIORITY_NORMAL);
    if (result < 0) return within("cannot follow the connection to stintd", wire::errorFromErrno(-result));
    return {};
}

void Gate::call(const char* member, const std::function<void(wire::Writer&)>& write, Answered answered) {
    auto message = wire::newCall(bus_.get(), wire::pushInterface, member);
    if (message.ok()) {
        wire::Writer writer(*message);
        write(writer);
        if (const auto done = writer.done(); !done.ok()) message = done.error();
    }
    if (!message.ok()) return answered(message.error());
    Flying& one = waiting_.emplace_back();
    one.gate = this;
    one.message = *message;
    one.answered = std::move(answered);
    sendNext();
}

void Gate::callDone(const char* member, const std::function<void(wire::Writer&)>& write, const Then<void>& then) {
    call(member, write, [then](const Result<wire::Message>& answer) {
        if (then) then(answer.ok() ? Result<void>() : Result<void>(answer.error()));
    });
}

void Gate::sendNext() {
    while (!waiting_.empty() && flying_.size() < mostAtOnce) {
        flying_.splice(flying_.end(), waiting_, waiting_.begin());
        Flying& one = flying_.back();
        one.self = std::prev(flying_.end());
        sd_bus_slot* slot = nullptr;
        const int result = sd_bus_call_async(bus_.get(), &slot, one.message.get(), answered, &one, 0);
        one.slot.reset(slot);
        one.message = {};
        if (result >= 0) continue;
        const Answered done = std::move(one.answered);
        flying_.erase(one.self);
        done(wire::errorFromErrno(-result));
    }
}

int Gate::answered(sd_bus_message* message, void* flying, sd_bus_error*) {
    auto& one = *static_cast<Flying*>(flying);
    Gate& gate = *one.gate;
    const auto answer = wire::Message::sharing(message);
    const Answered done = std::move(one.answered);
    gate.flying_.erase(one.self);
    gate.sendNext();
    done(answer.isError() ? Result<wire::Message>(answer.error()) : Result<wire::Message>(answer));
    return 0;
}

int Gate::ended(sd_bus_message*, void* self, sd_bus_error*) {
    static_cast<Gate*>(self)->follower_.gone();
    return 0;
}

int Gate::heard(sd_bus_message* signal, void* self, sd_bus_error*) {
    static_cast<Gate*>(self)->said(wire::Message::sharing(signal));
    return 0;
}

void Gate::said(const wire::Message& signal) {
    wire::Reader reader(signal);
    if (signal.member() == "CheckLine") return follower_.check();
    if (signal.member() == "LineChanged") {
        auto line = wire::readLine(reader);
        if (line.ok()) follower_.changed(std::move(line).value());
    }
    if (signal.member() == "Deliver") {
        auto delivery = wire::readConnectorCall(reader);
        if (delivery.ok()) follower_.deliver(std::move(delivery).value());
    }
}

namespace {

void noOptions(wire::Writer& writer) { const wire::DictionaryWriter empty(writer); }

void writeProcess(wire::Writer& writer, Gate::Process process, const std::string& connector) {
    writer.uint32(process.pid).uint64(process.startTime).string(connector);
    noOptions(writer);
}

} // namespace

void Gate::line(const Then<wire::LineView>& then) {
    call("Line", noOptions, [then](const Result<wire::Message>& answer) {
        if (!answer.ok()) return then(answer.error());
        wire::Reader reader(*answer);
        then(wire::readLine(reader));
    });
}

void Gate::whoCalls(Process process, const std::string& connector, const Then<std::string>& then) {
    const auto write = [&](wire::Writer& writer) { writeProcess(writer, process, connector); };
    call("WhoCalls", write, [then](const Result<wire::Message>& answer) {
        if (!answer.ok()) return then(answer.error());
        wire::Reader reader(*answer);
        then(reader.string());
    });
}

void Gate::registers(const Registered& entry, const Then<void>& then) {
    callDone(
        "Register", [&](wire::Writer& writer) { wire::writeRegistration(writer, entry); }, then);
}

void Gate::unregister(const std::string& name, bool everywhere, const Then<void>& then) {
    const auto write = [&](wire::Writer& writer) {
        writer.string(name);
        wire::DictionaryWriter options(writer);
        options.put("everywhere", everywhere);
    };
    callDone("Unregister", write, then);
}

void Gate::arrived(const LineRead& batch, const Then<void>& then) {
    callDone(
        "Arrived", [&](wire::Writer& writer) { wire::writeBatch(writer, batch); }, then);
}

void Gate::report(const LineReported& reported) {
    const auto write = [&](wire::Writer& writer) {
        writer.boolean(reported.up).int64(reported.keepAlive.count());
        wire::DictionaryWriter options(writer);
        options.put("server", reported.server);
        options.put("trouble", reported.trouble);
        options.put("roundTrip", std::int64_t{reported.roundTrip.count()});
    };
    callDone("Report", write, nullptr);
}

void Gate::passedOver(const std::vector<LeftOut>& what) {
    const auto write = [&](wire::Writer& writer) {
        wire::writeLeftOut(writer, what);
        noOptions(writer);
    };
    callDone("PassedOver", write, nullptr);
}

void Gate::seen(const std::string& connector, bool known) {
    const auto write = [&](wire::Writer& writer) {
        writer.string(connector).boolean(known);
        noOptions(writer);
    };
    callDone("Seen", write, nullptr);
}

void Gate::delivered(std::uint64_t delivery, bool taken) {
    const auto write = [&](wire::Writer& writer) {
        writer.uint64(delivery).boolean(taken);
        noOptions(writer);
    };
    callDone("Delivered", write, nullptr);
}

void Gate::watches(bool on, const std::string& trouble) {
    const auto write = [&](wire::Writer& writer) {
        writer.boolean(on);
        wire::DictionaryWriter options(writer);
        options.put("trouble", trouble);
    };
    callDone("Watches", write, nullptr);
}

void Gate::showed(Process process, const std::string& connector) {
    callDone(
        "Showed", [&](wire::Writer& writer) { writeProcess(writer, process, connector); }, nullptr);
}

} // namespace stint::push
