// The layout on which programs are built (decision 16): a value that may grow is a pointer to what only libstint knows,
// and can be copied, moved from and asked all the same.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "link/client/run.hpp"
#include "stint/alarm_manager.hpp"
#include "stint/job_scheduler.hpp"
#include "stint/push_manager.hpp"
#include "stint/receiver.hpp"

using namespace stint;
using namespace std::chrono_literals;

namespace {

template <class... Values> constexpr bool arePointers = ((sizeof(Values) == sizeof(std::shared_ptr<void>)) && ...);

// A field here would move what follows it in every program that was built before.
static_assert(arePointers<JobInfo, NetworkRequest, Notification, JobWorkItem, AlarmOperation, AlarmClockInfo,
                          AlarmParameters, RemoteMessage, PendingJobReasonsInfo, ListedJob, PushRegistration>);
static_assert(arePointers<NetworkRequest::Builder, Notification::Builder, JobWorkItem::Builder>);
static_assert(sizeof(JobInfo::Builder) == sizeof(void*));
static_assert(sizeof(ScheduleResult) == sizeof(std::shared_ptr<void>) + sizeof(void*)); // and Android's number
static_assert(sizeof(JobParameters) == 2 * sizeof(std::shared_ptr<void>)); // what was told, and the run's handle

} // namespace

TEST_CASE("a value of which nothing was said, and one that was moved from, answer for themselves") {
    JobInfo job = JobInfo::Builder(7, "Jobs").setPeriodic(1h).build().value();
    const JobInfo taken = std::move(job);
    CHECK(taken.getId() == JobId(7));
    for (const JobInfo& none : {JobInfo(), job}) { // NOLINT(bugprone-use-after-move): the question of this test
        CHECK(none.getId() == JobId(0));
        CHECK(none.getPriority() == JobInfo::PRIORITY_DEFAULT);
        CHECK(none.getInitialBackoff() == JobInfo::DEFAULT_INITIAL_BACKOFF);
        CHECK_FALSE(none.getPeriod());
        CHECK(none == JobInfo());
        CHECK_FALSE(none == taken);
    }
    CHECK(JobParameters().getStopReason() == STOP_REASON_UNDEFINED);
    CHECK_FALSE(JobParameters().getNetwork());
    CHECK(JobWorkItem().getEstimatedNetworkUploadBytes() == NETWORK_BYTES_UNKNOWN);
    CHECK(NetworkRequest().getCapabilities().empty());
    CHECK(NetworkRequest() == NetworkRequest());
    CHECK(Notification().getActions().empty());
    CHECK(AlarmParameters().getCount() == 1);
    CHECK(RemoteMessage().getPriority() == RemoteMessage::PRIORITY_UNKNOWN);
}

TEST_CASE("a builder's copy and what it has built stay as they were when it goes on") {
    JobInfo::Builder job(7, "Jobs");
    job.setPersisted(true);
    JobInfo::Builder copy = job;
    const JobInfo built = job.build().value();
    job.setPriority(JobInfo::PRIORITY_LOW);
    copy.setPriority(JobInfo::PRIORITY_HIGH);
    CHECK(built.getPriority() == JobInfo::PRIORITY_DEFAULT);
    CHECK(job.build()->getPriority() == JobInfo::PRIORITY_LOW);
    CHECK(copy.build()->getPriority() == JobInfo::PRIORITY_HIGH);
    CHECK(copy.build()->isPersisted());
    copy = job;
    job.setPriority(JobInfo::PRIORITY_MIN);
    CHECK(copy.build()->getPriority() == JobInfo::PRIORITY_LOW);
    CHECK(built.withId(8).getId() == JobId(8));
    CHECK(built.getId() == JobId(7));

    Notification::Builder notification("transfers");
    const Notification first = notification.setContentTitle("1 of 2").build();
    notification.setContentTitle("2 of 2");
    CHECK(first.getTitle() == "1 of 2");
    CHECK(notification.build().getTitle() == "2 of 2");
    CHECK_FALSE(first == notification.build());

    NetworkRequest::Builder request;
    const NetworkRequest any = request.build();
    const NetworkRequest metered = request.addCapability(NET_CAPABILITY_NOT_METERED).build();
    CHECK_FALSE(any.getCapabilities().contains(NET_CAPABILITY_NOT_METERED));
    CHECK(any != metered);
    CHECK(any == NetworkRequest::Builder().build()); // by what they say, not by where it stands
    CHECK((any < metered) != (metered < any));
}

TEST_CASE("what a job was handed stays as it was when it is told of another network") {
    const JobParameters handed = JobParametersAccess::make({.connection = 1, .run = 2}, {.id = 7, .expedited = true});
    JobParameters kept = handed;
    JobParametersAccess::setNetwork(kept, {.network = {.interface = "wlan0"}, .rateLimit = 1});
    CHECK_FALSE(handed.getNetwork());
    CHECK(kept.getNetwork()->interface == "wlan0");
    CHECK(kept.isExpeditedJob());
    CHECK(kept.getRun() == 2);
}

TEST_CASE("what an answer that nobody keeps holds lasts as long as the loop over it") { // include/stint/result.hpp
    using Names = Result<std::vector<std::string>>;
    static_assert(std::is_same_v<decltype(*std::declval<Names>()), std::vector<std::string>>);
    static_assert(std::is_same_v<decltype(std::declval<Names>().value()), std::vector<std::string>>);
    const auto list = [] { return Names({std::string(100, 'a'), std::string(100, 'b')}); };
    std::string all;
    for (const auto& name : *list())
        all += name;
    CHECK(all == std::string(100, 'a') + std::string(100, 'b'));
}
