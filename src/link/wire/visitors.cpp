#include "link/wire/visitors.hpp"

#include <unistd.h>
#include <utility>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint::wire {
namespace {

/// Reads GetConnectionCredentials' answer about a connection; a newer bus adds a pidfd of the process.
Result<Visitor> visitorOf(const Message& credentials) {
    std::uint32_t uid = static_cast<std::uint32_t>(-1);
    std::uint32_t pid = 0;
    Visitor visitor;
    DictionaryReader dictionary("", UnknownKeys::Ignore);
    dictionary.take("UnixUserID", uid)
        .take("ProcessID", pid)
        .take("ProcessFD", "h", [&](Reader& reader) -> Result<void> {
            visitor.pidfd = STINT_TRY(reader.descriptor());
            return {};
        });
    Reader reader(credentials);
    STINT_TRY(dictionary.read(reader));
    if (pid == 0 || uid != ::getuid())
        return fail(Errc::SECURITY, "the bus knows no process of this user behind the call");
    visitor.pid = static_cast<pid_t>(pid);
    visitor.uid = uid;
    return visitor;
}

} // namespace

void Visitors::ask(sd_bus* bus, const std::string& sender, Known known) {
    Question& made = questions_.emplace_front();
    made.all = this;
    made.self = questions_.begin();
    made.bus = bus;
    made.sender = sender;
    made.known = std::move(known);
    if (const auto sent = put(made, "GetConnectionCredentials", Visitors::known); !sent.ok()) end(made, &sent.error());
}

Result<void> Visitors::put(Question& question, const char* what, sd_bus_message_handler_t whenAnswered) {
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_call_method_async(question.bus, &slot, busName, busPath, busName, what, whenAnswered,
                                                &question, "s", question.sender.c_str());
    question.slot.reset(slot);
    if (result < 0) return within("cannot ask the bus who calls", errorFromErrno(-result));
    return {};
}

int Visitors::known(sd_bus_message* answer, void* it, sd_bus_error*) {
    Question& question = *static_cast<Question*>(it);
    STINT_CHECK(question.slot); // answers come only to questions
    const Slot ended = std::move(question.slot);
    const auto message = Message::sharing(answer);
    const Result<void> recognised =
        message.isError() ? Result<void>(message.error()) : question.all->recognise(question, message);
    if (!recognised.ok()) question.all->end(question, &recognised.error());
    return 0;
}

Result<void> Visitors::recognise(Question& question, const Message& credentials) {
    question.visitor = STINT_TRY(visitorOf(credentials));
    if (question.visitor.pidfd) {
        end(question, nullptr);
        return {};
    }
    // The pid is the caller's as long as its connection exists; the bus says whether it still existed once the process
    // was pinned.
    question.visitor.pidfd = openPidfd(question.visitor.pid);
    return put(question, "GetConnectionUnixProcessID", stillThere);
}

int Visitors::stillThere(sd_bus_message* answer, void* it, sd_bus_error*) {
    Question& question = *static_cast<Question*>(it);
    STINT_CHECK(question.slot); // answers come only to questions
    const Slot ended = std::move(question.slot);
    const auto message = Message::sharing(answer);
    const auto wrong = message.isError() ? std::optional(message.error()) : std::nullopt;
    question.all->end(question, wrong ? &*wrong : nullptr);
    return 0;
}

void Visitors::end(Question& question, const Error* wrong) {
    const Known known = std::move(question.known);
    Result<Visitor> visitor = wrong ? Result<Visitor>(*wrong) : Result<Visitor>(std::move(question.visitor));
    questions_.erase(question.self);
    known(std::move(visitor));
}

} // namespace stint::wire
