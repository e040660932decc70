// Notifications on the desktop, and their times (jobs.md §5; linux.md §A.1: at most once a second, and only those that
// look different).
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

struct Seen : Stage {
    Seen() {
        schedule(transfer(1));
        until(5s); // what the start has shown is old by then
        effects.clear();
    }

    Notification download(std::int64_t percent, const std::string& title = "big.iso") const {
        return Notification::Builder("default")
            .setSmallIcon("folder-download")
            .setContentTitle(title)
            .setProgress(100, percent, false)
            .build();
    }
    void post(const Notification& notification, JobEndNotificationPolicy end = JOB_END_NOTIFICATION_POLICY_DETACH) {
        event(NotificationSet{{}, mail, run(1), 9, notification, end});
    }
    /// The notifications since the last call.
    std::vector<ShowNotification> told() {
        std::vector<ShowNotification> found;
        for (const Effect& effect : effects)
            if (const auto* shows = std::get_if<ShowNotification>(&effect)) found.push_back(*shows);
        effects.clear();
        return found;
    }
    /// The percentages of it.
    std::vector<std::int64_t> percents() {
        std::vector<std::int64_t> found;
        for (const ShowNotification& shows : told())
            found.push_back(shows.notification.getProgress().value);
        return found;
    }
    std::vector<std::int64_t> percentsUntil(Duration when) {
        until(when);
        return percents();
    }
};

using Percents = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a notification is updated once a second, with what is newest then") { // jobs.md §5.1
    Seen seen;
    for (std::int64_t percent = 0; percent < 50; ++percent) {
        seen.post(seen.download(percent));
        seen.until(5s + (percent + 1) * 50ms); // two and a half seconds
    }
    CHECK(seen.percents() == Percents{0, 19, 39});
    CHECK(seen.percentsUntil(7s + 999ms).empty());
    CHECK(seen.percentsUntil(8s) == Percents{49});
    CHECK(seen.percentsUntil(1min).empty());
}

TEST_CASE("an update that looks the same is none, and one that is taken back in time neither") { // jobs.md §5.1
    Seen seen;
    seen.post(seen.download(1));
    seen.post(seen.download(1));
    CHECK(seen.percentsUntil(7s) == Percents{1});
    seen.post(seen.download(1));
    CHECK(seen.percentsUntil(9s).empty());
    seen.post(seen.download(2));
    seen.post(seen.download(3));
    seen.post(seen.download(2));
    CHECK(seen.percentsUntil(11s) == Percents{2});
}

TEST_CASE("only an update that is withheld wakes the daemon") { // architecture.md: an idle device gets no wake-ups
    Seen seen;
    const auto before = seen.core->nextDeadline();
    seen.post(seen.download(1));
    CHECK(seen.core->nextDeadline() == before);
    seen.post(seen.download(2));
    CHECK(seen.core->nextDeadline() == at(6s));
    seen.until(6s);
    CHECK(seen.core->nextDeadline() == before);
}

TEST_CASE("what a job leaves behind is shown once more, as over; what it takes away is not") { // jobs.md §5.1
    for (const auto end : {JOB_END_NOTIFICATION_POLICY_DETACH, JOB_END_NOTIFICATION_POLICY_REMOVE}) {
        Seen seen;
        seen.post(seen.download(1), end);
        seen.post(seen.download(100), end); // withheld
        seen.finish(1, false);
        seen.until(1min);
        const bool stays = end == JOB_END_NOTIFICATION_POLICY_DETACH;
        CHECK(seen.shown.contains({mail, 9}) == stays);
        const auto told = seen.told();
        REQUIRE(told.size() == (stays ? 2 : 1));
        CHECK(told.front().ongoing);
        CHECK(told.front().userInitiated);
        CHECK(told.back().ongoing == !stays);
        CHECK(told.back().notification.getProgress().value == (stays ? 100 : 1));
    }
}

TEST_CASE("progress does not bring back what the user has dismissed; other news, and the end, do") { // jobs.md §5.3
    Seen seen;
    seen.post(seen.download(1));
    seen.post(seen.download(2)); // withheld
    seen.event(NotificationDismissed{mail, 9});
    CHECK(seen.percentsUntil(10s) == Percents{1});
    seen.post(seen.download(3));
    CHECK(seen.percentsUntil(12s).empty());
    CHECK(seen.runs(1));                                                     // a dismissal is no stop
    CHECK(seen.core->tasks(seen.clock()).front().notifications.size() == 1); // and the Task Manager still shows it
    seen.post(seen.download(4, "big.iso, from another server"));
    seen.post(seen.download(5, "big.iso, from another server"));
    CHECK(seen.percentsUntil(14s) == Percents{4, 5});
    seen.event(NotificationDismissed{mail, 9});
    seen.post(seen.download(100, "big.iso, from another server"));
    CHECK(seen.percentsUntil(16s).empty());
    seen.finish(1, false);
    CHECK(seen.percentsUntil(18s) == Percents{100});
}

TEST_CASE("what was dismissed for good is forgotten with its job") { // jobs.md §5.3
    for (const auto end : {JOB_END_NOTIFICATION_POLICY_DETACH, JOB_END_NOTIFICATION_POLICY_REMOVE}) {
        Seen seen;
        seen.post(seen.download(1), end);
        seen.event(NotificationDismissed{mail, 9});
        seen.told();
        seen.finish(1, false);
        seen.until(1min);
        CHECK(seen.told().empty());
        CHECK(seen.count<WithdrawNotification>() == 0);
        CHECK(seen.core->tasks(seen.clock()).empty());
    }
}

TEST_CASE("the desktop is told how much a channel may disturb") { // jobs.md §5.1
    Seen seen;
    REQUIRE_FALSE(seen.ask(ChannelCreated{{1}, mail, {"sync", "Synchronisation", "min"}}).error);
    seen.post(seen.download(1));
    seen.until(7s);
    seen.post(Notification::Builder("sync").setSmallIcon("mail").build());
    seen.until(9s);
    const auto told = seen.told();
    REQUIRE(told.size() == 2);
    CHECK(told.front().importance == "default");
    CHECK(told.back().importance == "min");
}

TEST_CASE("a press reaches the job that shows it, and counts as one tap, token or not") { // jobs.md §2.3, §5.1
    for (const bool granted : {false, true}) {
        Seen seen;
        seen.post(seen.download(1));
        seen.event(BucketForced{.app = mail, .bucket = Bucket::Rare});
        seen.effects.clear();
        seen.event(NotificationTapped{mail, 9, "stop", granted});
        REQUIRE(seen.count<CallAction>() == 1);
        const auto apps = seen.core->apps(seen.clock());
        CHECK((apps.front().bucket == Bucket::Active) == !granted); // AppTapped came before, with the token
    }
}
