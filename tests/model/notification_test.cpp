// The parts of a notification (jobs.md §5.1). The refusals are tested where they are set.
#include "stint/notification.hpp"

#include <doctest/doctest.h>

using namespace stint;

TEST_CASE("a notification carries what its builder was told") { // jobs.md §5.1, content
    auto notification = Notification::Builder{"transfers"}
                            .setSmallIcon("folder-download")
                            .setContentTitle("film.mkv")
                            .setContentText("3 of 9 GiB")
                            .setProgress(9, 3, false)
                            .addAction("stop", "Stop")
                            .addAction("later", "Later")
                            .build();
    CHECK(notification.getChannelId() == "transfers");
    CHECK(notification.getSmallIcon() == "folder-download");
    CHECK(notification.getTitle() == "film.mkv");
    CHECK(notification.getText() == "3 of 9 GiB");
    CHECK(notification.getProgress() == Notification::Progress{9, 3, false});
    CHECK(notification.getActions() ==
          std::vector<Notification::Action>{{"stop", "Stop"}, {"later", "Later"}}); // in the order they were added
}

TEST_CASE("the end policies have the documentation's numbers") { // jobs.md §5.1
    CHECK(static_cast<std::int32_t>(JOB_END_NOTIFICATION_POLICY_DETACH) == 0);
    CHECK(static_cast<std::int32_t>(JOB_END_NOTIFICATION_POLICY_REMOVE) == 1);
}
