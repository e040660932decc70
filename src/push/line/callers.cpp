#include "push/line/callers.hpp"

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"

namespace stint::push {

void Callers::ask(sd_bus* bus, const std::string& sender, const std::string& service, Known known) {
    Question& made = questions_.emplace_front();
    made.all = this;
    made.self = questions_.begin();
    made.bus = bus;
    made.sender = sender;
    made.service = service;
    made.known = std::move(known);
    visitors_.ask(bus, sender, [this, &made](Result<wire::Visitor> visitor) { pinned(made, std::move(visitor)); });
}

// The start of a process that is held is that of no other process.
void Callers::pinned(Question& question, Result<wire::Visitor> visitor) {
    if (!visitor.ok()) return end(question, visitor.error());
    question.visitor = std::move(visitor).value();
    const auto found = processStat(question.visitor.pid);
    if (!found || !question.visitor.pidfd || hasEnded(question.visitor.pidfd))
        return end(question, fail(Errc::SECURITY, "the caller has gone"));
    question.process = {static_cast<std::uint32_t>(question.visitor.pid), found->startTime};
    if (question.service.empty()) return askDaemon(question);
    const int asked = wire::askOwner(question.bus, question.slot, question.service, owned, &question);
    if (asked < 0) end(question, wire::errorFromErrno(-asked));
}

int Callers::owned(sd_bus_message* answer, void* it, sd_bus_error*) {
    Question& question = *static_cast<Question*>(it);
    Callers& all = *question.all;
    const wire::Slot ended = std::move(question.slot);
    if (wire::ownerIn(answer) != question.sender) {
        all.end(question, fail(Errc::SECURITY, "the service is not the caller's name on the bus"));
        return 0;
    }
    all.askDaemon(question);
    return 0;
}

void Callers::askDaemon(Question& question) {
    gate_.whoCalls(question.process, question.service, [this, &question](const Result<std::string>& app) {
        if (!app.ok()) return end(question, app.error());
        const auto& [pid, startTime] = question.process;
        end(question, Caller{*app, fmt::format("{}.{}", pid, startTime)});
    });
}

void Callers::end(Question& question, Result<Caller> caller) {
    const Known known = std::move(question.known);
    questions_.erase(question.self);
    known(std::move(caller));
}

} // namespace stint::push
