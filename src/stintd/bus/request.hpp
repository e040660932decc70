// One method call, from its message to an Event or a question, and what its handler answers.
#pragma once
#include <functional>
#include <span>
#include <variant>

#include "contract/model/effect.hpp"
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
    BusCaller caller; ///< a copy: the owner may close the connection while it is handled
    CallId call;      ///< 0 where the caller wants no answer
    wire::Reader arguments;
    int counts = 1; ///< its share, in messages, of those that a turn takes in (caps.hpp)
};

/// The answer is known: act() calls `write` after the turn's commit.
struct Answer {
    std::function<Result<void>(wire::Writer&)> write;
};
/// The answer follows from the core's reply, by `write` in Server::reply().
struct Waits {
    std::function<void(wire::Writer&, const Reply&)> write;
    bool writesRefusal = false; ///< what the core refuses (Errc::REFUSED) is written, too, and no error
};
using Handled = Result<std::variant<Answer, Waits>>;

Handled answers(std::function<Result<void>(wire::Writer&)> write);
Handled waits(std::function<void(wire::Writer&, const Reply&)> write);
/// Done; the answer has no arguments.
Handled done();
/// An answer without arguments, at Server::reply().
Handled waits();

using Handler = Handled (*)(Request&);

enum class Allowed { Anyone, Operator };

struct Method {
    const char* interface;
    const char* member;
    const char* signature; ///< of the arguments
    Allowed allowed;
    Handler handle;
};

/// All of them.
std::span<const Method> everyMethod();

/// Finds the method that `message` calls, checks its signature and the caller's rights, and handles it.
Handled dispatch(Request& request, const wire::Message& message);

/// Security, naming what only the operator may do.
Error onlyOperator(const BusCaller& caller, std::string_view what);

/// A caller may look at its own app's jobs, the operator at all.
Result<void> mayRead(const Request& request, const AppId& app);

/// The job that three arguments name: package, namespace, id.
Result<JobKey> readJobKey(Request& request);

/// What is to be otherwise, or is supposed to be: a{ss}, each key once.
Result<std::map<std::string, std::string>> readChanges(Request& request);

namespace methods {

Handled schedule(Request&);
Handled enqueue(Request&);
Handled scheduleAll(Request&);
Handled cancel(Request&);
Handled cancelAll(Request&);
Handled cancelInAllNamespaces(Request&);
Handled getPendingJob(Request&);
Handled getAllPendingJobs(Request&);
Handled getPendingJobsInAllNamespaces(Request&);
Handled getPendingJobReasons(Request&);
Handled getPendingJobReasonsHistory(Request&);
Handled canRunUserInitiatedJobs(Request&);

Handled host(Request&);
Handled jobFinished(Request&);
Handled dequeueWork(Request&);
Handled completeWork(Request&);
Handled abandoned(Request&);
Handled startForegroundService(Request&);
Handled stopForegroundService(Request&);
Handled setNotification(Request&);
Handled updateEstimatedNetworkBytes(Request&);
Handled updateTransferredNetworkBytes(Request&);
Handled updateWorkEstimatedNetworkBytes(Request&);
Handled updateWorkTransferredNetworkBytes(Request&);
Handled createNotificationChannel(Request&);
Handled deleteNotificationChannel(Request&);

Handled listJobs(Request&);
Handled explain(Request&);
Handled history(Request&);
Handled whatIf(Request&);
Handled log(Request&);
Handled day(Request&);
Handled listWork(Request&);
Handled overview(Request&);
Handled diagnose(Request&);
Handled meters(Request&);
Handled record(Request&);
Handled recordings(Request&);
Handled watch(Request&);
Handled listTasks(Request&);
Handled listApps(Request&);
Handled stop(Request&);
Handled hold(Request&);
Handled edit(Request&);
Handled retry(Request&);
Handled shell(Request&);
Handled startApp(Request&);
Handled openApp(Request&);
Handled setApp(Request&);

Handled getDevice(Request&);
Handled setDevice(Request&);
Handled resetDevice(Request&);
Handled networks(Request&);
Handled markNetwork(Request&);

Handled ping(Request&);
Handled getMachineId(Request&);

} // namespace methods
} // namespace stint
