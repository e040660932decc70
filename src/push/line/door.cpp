#include "push/line/door.hpp"

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "contract/model/agent.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

constexpr const char *linePath = "/org/stint/Line", *lineInterface = "org.stint.Line1";

} // namespace

Result<void> Allowance::begin(Duration now) {
    if (open_ >= atOnce) return fail(Errc::BUSY, "{} questions are not answered yet; ask when one is", open_);
    while (!begun_.empty() && begun_.front() <= now - std::chrono::minutes(1))
        begun_.pop_front();
    if (begun_.size() >= aMinute)
        return fail(Errc::LIMIT_EXCEEDED, "{} questions were asked within a minute; ask later", begun_.size());
    begun_.push_back(now);
    ++open_;
    return {};
}

Result<std::unique_ptr<Door>> Door::open(sd_bus* bus, Gate& gate, const LineSettings* settings, Asking* asking) {
    static const sd_bus_vtable methods[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Ask", "say", "ay", called, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
    };
    std::unique_ptr<Door> made(new Door(bus, gate, settings, asking));
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_add_object_vtable(bus, &slot, linePath, lineInterface, methods, made.get());
    made->object_.reset(slot);
    if (result < 0) return within("cannot open a door on the session bus", wire::errorFromErrno(-result));
    return made;
}

Result<Door::Asked> Door::askedIn(const wire::Message& call) {
    wire::Reader reader(call);
    const std::string name = STINT_TRY(reader.string());
    const auto word = fleetWordIn(name);
    if (!word)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no word of a fleet; there are {}", printable(name),
                    fmt::join(fleetWords, ", "));
    const auto bytes = STINT_TRY(reader.blob());
    if (bytes.size() > limits::question)
        return fail(Errc::ILLEGAL_ARGUMENT, "a question has {} bytes at most", limits::question);
    return Asked{*word, std::string(bytes.begin(), bytes.end())};
}

int Door::called(sd_bus_message* call, void* self, sd_bus_error*) {
    static_cast<Door*>(self)->asked(wire::Message::sharing(call));
    return 1;
}

void Door::asked(const wire::Message& call) {
    if (!call.expectsReply()) return;
    auto what = askedIn(call);
    if (!what.ok()) return (void)wire::replyError(call, what.error());
    if (const auto begun = waiting_.begin(call); !begun.ok()) return (void)wire::replyError(call, begun.error());
    callers_.ask(bus_, senderOf(call), "",
                 [this, call, what = std::move(what).value()](const Result<Callers::Caller>& caller) {
                     if (!caller.ok()) return answer(call, caller.error());
                     ask(call, *caller, what);
                 });
}

Result<Allowance*> Door::allowanceOf(const Callers::Caller& caller) {
    if (caller.app.empty()) return &persons_;
    if (caller.app == agentPackage) return &agents_;
    return fail(Errc::SECURITY, "only {} and a person ask a fleet's server, and this is {}", agentPackage,
                printable(caller.app));
}

// All of a person's processes count as one caller: they come and go.
void Door::ask(const wire::Message& call, const Callers::Caller& caller, const Asked& what) {
    const auto allowance = allowanceOf(caller);
    if (!allowance.ok()) return answer(call, allowance.error());
    if (!asking_)
        return answer(call, fail(Errc::ILLEGAL_STATE, "this device has joined no server; `stint push join` does it"));
    if (const auto begun = (*allowance)->begin(steadyNow()); !begun.ok()) return answer(call, begun.error());
    asking_->ask(fleetSubject(what.word, settings_->shard, settings_->device), what.question,
                 [this, call, its = *allowance](const Result<std::string>& text) {
                     its->end();
                     answer(call, text);
                 });
}

void Door::answer(const wire::Message& call, const Result<std::string>& said) {
    waiting_.end(call);
    if (!said.ok()) return (void)wire::replyError(call, said.error());
    reply(call, [&](wire::Writer& writer) { writer.blob({bytesOf(std::string_view(*said)), said->size()}); });
}

} // namespace stint::push
