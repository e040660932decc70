#include <doctest/doctest.h>

#include "contract/rules/gates.hpp"
#include "contract/rules/notification.hpp"

using namespace stint;

namespace {

Device deviceOn(bool metered) {
    Device device;
    device.network = Network{.capabilities = {NET_CAPABILITY_INTERNET}};
    if (!metered) device.network->capabilities.insert(NET_CAPABILITY_NOT_METERED);
    return device;
}

JobInfo wantingUnmetered() {
    return JobInfo::Builder(JobId{1}, "Jobs").setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED).build().value();
}

} // namespace

TEST_CASE("a digest names what most wait for first, and counts all") { // jobs.md §5.6
    const NoticeWords words = digestNotice({{"an unmetered network", 1}, {"mains", 2}});
    CHECK(words.notification.getTitle() == "3 jobs waited today");
    CHECK(words.notification.getText() == "2 for mains, 1 for an unmetered network");
    CHECK(digestNotice({{"mains", 1}}).notification.getTitle() == "1 job waited today");
}

TEST_CASE("a metered network is not the one that is wanted, and none at all is no network") {
    const JobInfo info = wantingUnmetered();
    CHECK(wantOf({}, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, info, deviceOn(true)) == "an unmetered network");
    const JobInfo any =
        JobInfo::Builder(JobId{1}, "Jobs").setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).build().value();
    CHECK(wantOf({}, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, any, Device{}) == "a network");
    CHECK(helpsToRunAnyway(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, deviceOn(true)));
    Device none;
    none.network.reset();
    CHECK_FALSE(helpsToRunAnyway(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, none));
}

TEST_CASE("a gate that knows better than its reason says what is waited for") { // jobs.md §9.1
    CHECK(wantOf({}, PENDING_JOB_REASON_DEVICE_STATE, wantingUnmetered(), deviceOn(false)) == "a better moment");
    for (const Gate& gate : gates())
        if (gate.name == "thermal")
            CHECK(wantOf(gate.want, PENDING_JOB_REASON_DEVICE_STATE, wantingUnmetered(), deviceOn(false)) ==
                  "the device to cool down");
}
