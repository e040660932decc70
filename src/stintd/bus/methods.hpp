// A method call, from its message to an Event or a question, and its handler's answer; the tables of methods; and their
// contract, the XML of dbus/*.xml, which is built into the program.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "contract/model/effect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"
#include "stintd/bus/server.hpp"
#include "stintd/bus/watches.hpp"

namespace stint {

struct Request {
    BusOwner& owner;
    Watches& watches;
    const Caps& caps;
    ConnectionId from;
    BusCaller caller; ///< a copy: the owner may close the connection while the call is handled
    CallId call;      ///< 0 if the caller wants no answer
    wire::Reader arguments;
    int counts = 1; ///< the number of messages that it counts as in its turn (mostMessagesATurn)
};

/// An answer that is known: act() calls `write` after the turn's commit.
struct Answer {
    std::function<Result<void>(wire::Writer&)> write;
};
/// An answer that `write` makes from the core's reply, in Server::reply().
struct Waits {
    std::function<void(wire::Writer&, const Reply&)> write;
    bool writesRefusal = false; ///< a refusal of the core's (Errc::REFUSED) is also written, and is no error
};
using Handled = Result<std::variant<Answer, Waits>>;

Handled answers(std::function<Result<void>(wire::Writer&)> write);
Handled waits(std::function<void(wire::Writer&, const Reply&)> write);
/// An answer without arguments, which is known.
Handled done();
/// An answer without arguments, at Server::reply().
Handled waits();

using Handler = Handled (*)(Request&);

enum class Allowed {
    Anyone,
    Operator,
    Agent, ///< the operator, and the fleet's agent for its fleet (fleet.md §4.4, §6.4)
    Line,
};

struct Method {
    const char* interface;
    const char* member;
    const char* signature; ///< the types of the arguments
    Allowed allowed;
    Handler handle;
};

/// All methods: those of each topic, and the peer's.
std::span<const Method> everyMethod();

/// Finds the method that `message` calls, checks its signature and the caller's rights, and handles it.
Handled dispatch(Request& request, const wire::Message& message);

/// Returns the Security error that says what only the operator may use.
Error onlyOperator(const BusCaller& caller, std::string_view what);

/// A caller may look at its own app's jobs, the operator at all.
Result<void> mayRead(const Request& request, const AppId& app);

/// jobs.md §9.1: {-2} for an unknown job, {-1} for a running one.
std::vector<PendingReason> pendingReasons(const BusOwner& owner, const JobKey& key);

/// Reads the job that three arguments name: package, namespace, id.
Result<JobKey> readJobKey(Request& request);

/// Reads changes to make or to suppose: a{ss}, each key once.
Result<std::map<std::string, std::string>> readChanges(Request& request);

/// Answers with every row of one kind that the core has.
template <class Row> Handled lists(Request& request) {
    return answers([&owner = request.owner](wire::Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.core().all<Row>(owner.now()));
        return {};
    });
}

/// The methods of each topic's file, which nobody calls by any other way.
namespace methods {

std::span<const Method> jobMethods();
std::span<const Method> serviceMethods();
std::span<const Method> taskMethods();
std::span<const Method> operatorMethods();
std::span<const Method> limitMethods();
std::span<const Method> lineMethods();

} // namespace methods

/// The files that describe the interfaces of /org/stint.
extern const std::string_view contractTexts[];
extern const std::size_t contractCount;

/// Answers org.freedesktop.DBus.Introspectable.Introspect; nullopt where there is no such object.
std::optional<std::string> introspection(std::string_view path);

} // namespace stint
