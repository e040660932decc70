#include "commands.hpp"

#include <iostream>

#include <stint/job_scheduler.hpp>

#include "journal.hpp"
#include "scripted_service.hpp"

namespace testapp {
namespace {

constexpr int exitFailure = 1;
constexpr int exitError = 2;

const char* nameOf(stint::Errc code) {
    switch (code) {
    case stint::Errc::ILLEGAL_ARGUMENT:
        return "IllegalArgument";
    case stint::Errc::ILLEGAL_STATE:
        return "IllegalState";
    case stint::Errc::SECURITY:
        return "Security";
    case stint::Errc::LIMIT_EXCEEDED:
        return "LimitExceeded";
    case stint::Errc::STORAGE:
        return "Storage";
    case stint::Errc::BUSY:
        return "Busy";
    case stint::Errc::UNAVAILABLE:
        return "Unavailable";
    case stint::Errc::SYSTEM:
        return "System";
    case stint::Errc::REFUSED:
        return "Refused";
    }
    return "unknown";
}

stint::Result<stint::JobScheduler> schedulerOf(stint::Connection& connection, const Arguments& arguments) {
    const stint::JobScheduler root(connection);
    const auto space = arguments.value("namespace");
    return space ? root.forNamespace(*space) : stint::Result<stint::JobScheduler>(root);
}

stint::JobId idOf(const Arguments& arguments) {
    if (arguments.words.empty()) misuse(arguments.verb + " wants a job's id");
    return static_cast<std::int32_t>(Arguments::number(arguments.words.front()));
}

std::int32_t networkType(const std::string& name) {
    if (name == "any") return stint::JobInfo::NETWORK_TYPE_ANY;
    if (name == "unmetered") return stint::JobInfo::NETWORK_TYPE_UNMETERED;
    if (name == "not-roaming") return stint::JobInfo::NETWORK_TYPE_NOT_ROAMING;
    if (name == "cellular") return stint::JobInfo::NETWORK_TYPE_CELLULAR;
    misuse("--network is any, unmetered, not-roaming or cellular, not \"" + name + "\"");
}

stint::PersistableBundle extrasOf(const Arguments& arguments) {
    stint::PersistableBundle extras;
    for (const std::string& extra : arguments.extras) {
        const auto equals = extra.find('=');
        if (equals == std::string::npos) misuse("--extra wants key=value, not \"" + extra + "\"");
        extras.putString(extra.substr(0, equals), extra.substr(equals + 1));
    }
    return extras;
}

/// "A" or "A,B": two parts, the second `otherwise` where it is absent.
std::pair<std::string, std::string> parts(const std::string& text, std::string otherwise) {
    const auto comma = text.find(',');
    if (comma == std::string::npos) return {text, std::move(otherwise)};
    return {text.substr(0, comma), text.substr(comma + 1)};
}

stint::Result<stint::JobInfo> jobOf(const Arguments& arguments) {
    stint::JobInfo::Builder builder(idOf(arguments), arguments.value("service").value_or("Jobs"));
    builder.setUserInitiated(arguments.has("user-initiated"))
        .setRequiresCharging(arguments.has("charging"))
        .setRequiresBatteryNotLow(arguments.has("battery-not-low"))
        .setRequiresStorageNotLow(arguments.has("storage-not-low"))
        .setPersisted(arguments.has("persisted"))
        .setExtras(extrasOf(arguments));
    if (const auto type = arguments.value("network")) builder.setRequiredNetworkType(networkType(*type));
    if (const auto priority = arguments.value("priority"))
        builder.setPriority(static_cast<std::int32_t>(Arguments::number(*priority)));
    if (const auto chunk = arguments.value("chunk")) builder.setMinimumNetworkChunkBytes(Arguments::number(*chunk));
    if (const auto estimate = arguments.value("estimate")) {
        const auto [download, upload] = parts(*estimate, "-1");
        builder.setEstimatedNetworkBytes(Arguments::number(download), Arguments::number(upload));
    }
    if (const auto backoff = arguments.value("backoff")) {
        const auto [initial, policy] = parts(*backoff, "exponential");
        builder.setBackoffCriteria(stint::Duration(Arguments::number(initial)),
                                   policy == "linear" ? stint::JobInfo::BACKOFF_POLICY_LINEAR
                                                      : stint::JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    }
    return builder.build();
}

stint::Result<stint::JobId> scheduled(const Arguments& arguments) {
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    auto scheduler = schedulerOf(*connection, arguments);
    if (!scheduler.ok()) return scheduler.error();
    const auto job = jobOf(arguments);
    if (!job.ok()) return job.error();
    if (arguments.has("new-id")) return scheduler->scheduleNew(*job);
    const auto result = scheduler->schedule(*job);
    if (!result.ok()) return result.error();
    if (*result != stint::JobScheduler::RESULT_SUCCESS) return stint::Error{stint::Errc::REFUSED, result->getReason()};
    return job->getId();
}

stint::Result<void> cancelled(const Arguments& arguments) {
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    auto scheduler = schedulerOf(*connection, arguments);
    if (!scheduler.ok()) return scheduler.error();
    if (arguments.words.empty()) misuse("cancel wants a job's id, all, or everywhere");
    if (arguments.words.front() == "all") return scheduler->cancelAll();
    if (arguments.words.front() == "everywhere") return scheduler->cancelInAllNamespaces();
    return scheduler->cancel(idOf(arguments));
}

stint::Result<std::vector<stint::JobInfo>> pendingJobs(const Arguments& arguments) {
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    auto scheduler = schedulerOf(*connection, arguments);
    if (!scheduler.ok()) return scheduler.error();
    if (arguments.words.empty()) return scheduler->getAllPendingJobs();
    const auto job = scheduler->getPendingJob(idOf(arguments));
    if (!job.ok()) return job.error();
    return *job ? std::vector{**job} : std::vector<stint::JobInfo>{};
}

stint::Result<std::string> description() {
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    const auto package = connection->package();
    if (!package.ok()) return package.error();
    const auto can = stint::JobScheduler(*connection).canRunUserInitiatedJobs();
    if (!can.ok()) return can.error();
    return *package + (*can ? " can" : " cannot") + " run user-initiated jobs";
}

stint::Result<int> hosted(const Arguments& arguments) {
    ScriptedService service(arguments.value("log").value_or(""));
    auto connection = stint::Connection::open();
    if (!connection.ok()) return connection.error();
    auto names = arguments.words;
    if (names.empty()) names.emplace_back("Jobs");
    for (const std::string& name : names)
        if (auto done = connection->host(name, service); !done.ok()) return done.error();
    if (const auto log = arguments.value("log")) note(*log, "- hosts");
    return stint::JobService::run(*connection);
}

} // namespace

int complain(const stint::Error& error) {
    std::cerr << "stint-testapp: " << nameOf(error.code) << ": " << error.message << "\n";
    return exitError;
}

int host(const Arguments& arguments) {
    const auto ended = hosted(arguments);
    return ended.ok() ? *ended : complain(ended.error());
}

int schedule(const Arguments& arguments) {
    const auto id = scheduled(arguments);
    if (!id.ok() && id.error().code == stint::Errc::REFUSED) {
        std::cout << "failure\n";
        std::cerr << id.error().message << "\n";
        return exitFailure;
    }
    if (!id.ok()) return complain(id.error());
    std::cout << "success " << id->value << "\n";
    return 0;
}

int cancel(const Arguments& arguments) {
    const auto done = cancelled(arguments);
    return done.ok() ? 0 : complain(done.error());
}

int pending(const Arguments& arguments) {
    const auto jobs = pendingJobs(arguments);
    if (!jobs.ok()) return complain(jobs.error());
    for (const stint::JobInfo& job : *jobs)
        std::cout << job.getId().value << " " << job.getService().name << "\n";
    return jobs->empty() && !arguments.words.empty() ? exitFailure : 0;
}

int describe(const Arguments&) {
    const auto said = description();
    if (!said.ok()) return complain(said.error());
    std::cout << *said << "\n";
    return 0;
}

} // namespace testapp
