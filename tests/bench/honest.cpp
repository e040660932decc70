// An app that does nobody harm, for soak.py: 200 times a second it schedules a job, and cancels its oldest once it has
// a hundred. It says on stdout what it was promised. A line on stdin lets it connect, at first and after its line
// broke.
//
//   + ID MICROSECONDS   scheduled, which took so long
//   - ID                cancelled
//   ! WHY               refused
//   ? ID                the line broke: whether ID was scheduled or cancelled is not known (0: there was none)
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <string>
#include <thread>

#include "stint/connection.hpp"
#include "stint/job_info.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pace{5};
constexpr std::size_t most = 100; ///< jobs at a time

template <class... Words> void tell(const char* format, Words... words) {
    std::printf(format, words...);
    std::fflush(stdout);
}

/// True if the line holds.
bool refused(std::int32_t id, const Error& error) {
    const bool holds = error.code != Errc::UNAVAILABLE;
    holds ? tell("! %s\n", error.message.c_str()) : tell("? %d\n", id);
    return holds;
}

using Ids = std::deque<std::int32_t>; ///< of jobs that may be there, the oldest first

bool schedule(JobScheduler& scheduler, Ids& ids, std::int32_t id) {
    const auto job = JobInfo::Builder(JobId{id}, "Jobs").setPersisted(true).setRequiresDeviceIdle(true).build();
    ids.push_back(id);
    const auto before = Clock::now();
    const auto result = scheduler.schedule(*job);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - before);
    if (!result.ok()) return refused(id, result.error());
    if (*result == JobScheduler::RESULT_SUCCESS)
        tell("+ %d %lld\n", id, static_cast<long long>(took.count()));
    else
        tell("! result %d\n", *result);
    return true;
}

bool cancelOldest(JobScheduler& scheduler, Ids& ids) {
    while (ids.size() > most) {
        const auto result = scheduler.cancel(JobId{ids.front()});
        if (!result.ok()) return refused(ids.front(), result.error());
        tell("- %d\n", ids.front());
        ids.pop_front();
    }
    return true;
}

} // namespace

int main() {
    Ids ids;
    std::int32_t id = 0;
    for (std::string go; std::getline(std::cin, go);) {
        auto connection = Connection::open();
        if (!connection.ok()) {
            tell("? 0\n");
            continue;
        }
        JobScheduler scheduler(*connection);
        do {
            std::this_thread::sleep_for(pace);
            ++id;
        } while (schedule(scheduler, ids, id) && cancelOldest(scheduler, ids));
    }
}
