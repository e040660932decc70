// High messages that showed something, or not (limits.md §8.5, push.md §4.3): who is watched, what is judged, and when
// that counts.
#include <doctest/doctest.h>

#include "core/line_desk.hpp"

using namespace stint;

namespace {

/// An app that gets its messages by a connector.
struct ShownDesk : LineDesk {
    explicit ShownDesk(bool watched = true, Constants of = {}) : LineDesk(std::move(of)) {
        REQUIRE(registers("one", talk, "com.example.talk"));
        if (watched) event(NotificationsWatched{.on = true});
    }
    void high() { reads({message("one", ++sequence, Urgency::High)}); }
    /// High messages a minute apart, of which the app shows something for the first `shown`.
    void sends(int count, int shown) {
        for (int n = 0; n < count; ++n) {
            high();
            if (n < shown) event(AppShowed{talk});
            pass(3min);
        }
    }
    RegistrationView told() const { return core->all<RegistrationView>(now).at(0); }
    bool isFetched() const { return wanted->of.at(0).urgencies[placeOf(Urgency::High)]; }
    void sleeps(Duration length) { // until the core's own deadlines
        for (const Instant end = now.elapsed + length; now.elapsed < end;) {
            const auto due = core->nextDeadline();
            pass(std::min(due ? std::max(*due - now.elapsed, Duration{0}) : length, end - now.elapsed));
        }
    }

    std::uint64_t sequence = 0;
};

} // namespace

TEST_CASE("of twelve that a connector got four showed something: the next one waits in Doze") { // example 92
    ShownDesk desk;
    desk.sends(12, 4);
    CHECK(desk.told().messages.delivered == 12);
    CHECK(desk.told().messages.shown == 4);
    CHECK(desk.told().messages.downgraded);
    CHECK(desk.told().messages.notJudged.empty());
    desk.got.clear();
    desk.doze(true);
    CHECK_FALSE(desk.isFetched());
    desk.high(); // came before the line knew
    CHECK(desk.got.empty());
    desk.doze(false);
    CHECK(desk.got == LineTexts{"13"});
}

TEST_CASE("an app that nobody sees is not judged, however many it gets") { // push.md §4.3
    ShownDesk desk(false);
    desk.event(NotificationsWatched{.on = false, .trouble = "AccessDenied"});
    desk.sends(12, 0);
    CHECK(desk.told().messages.unjudged == 12);
    CHECK_FALSE(desk.told().messages.downgraded);
    CHECK(desk.told().messages.notJudged == "AccessDenied");
    CHECK(desk.core->all<LineStatus>(desk.now).at(0).unwatched == "AccessDenied");
    desk.got.clear();
    desk.doze(true);
    CHECK(desk.isFetched());
    desk.high();
    CHECK(desk.got == LineTexts{"13"});
    desk.event(NotificationsWatched{.on = true});
    CHECK(desk.told().messages.notJudged.empty());
    desk.sends(9, 0);
    CHECK_FALSE(desk.told().messages.downgraded); // those before do not count with them
    desk.sends(1, 0);
    CHECK(desk.told().messages.downgraded);
}

TEST_CASE("a receiver's app shows through Stint, and is judged without a watch") { // push.md §4.3
    LineDesk desk;
    REQUIRE(desk.registers("one"));
    for (std::uint64_t n = 1; n <= 10; ++n)
        desk.reads({desk.message("one", n, Urgency::High)});
    desk.pass(2min);
    CHECK(desk.core->all<RegistrationView>(desk.now).at(0).messages.downgraded);
}

TEST_CASE("the line is to watch while any app is registered, and the policy says so") { // push.watch_notifications
    ShownDesk desk;
    CHECK(desk.wanted->watch);
    Constants off;
    off.pushWatchNotifications = false;
    desk.event(PolicyChanged{{}, off});
    CHECK_FALSE(desk.wanted->watch);
    desk.event(NotificationsWatched{});
    CHECK(desk.told().messages.notJudged == "push.watch_notifications is off");
    CHECK(desk.core->all<LineStatus>(desk.now).at(0).unwatched.empty()); // as it was asked for
    desk.event(PolicyChanged{{}, Constants{}});
    CHECK(desk.wanted->watch);
    desk.event(Unregistered{.call = {7}, .name = "one"});
    CHECK_FALSE(desk.wanted->watch);
}

TEST_CASE("a downgrade begins and ends at its millisecond, for the line and for what waits") { // §8.5, push.md §4.2
    ShownDesk desk;
    const Instant first = desk.now.elapsed;
    desk.sends(9, 0);
    desk.doze(true);
    desk.high();
    const Instant begins = desk.now.elapsed + 2min;
    CHECK(desk.core->nextDeadline().value() <= begins);
    desk.sleeps(2min - 1ms);
    CHECK(desk.isFetched());
    desk.sleeps(1ms);
    CHECK(desk.now.elapsed == begins);
    CHECK_FALSE(desk.isFetched());
    desk.got.clear();
    // Messages older than 7 d count no more: then nine are left, which are too few.
    const Instant ends = first + 24h * 7;
    CHECK(desk.told().messages.until == wallAt(ends, desk.now));
    desk.sleeps(ends - 1h - desk.now.elapsed);
    desk.event(MessageArrived{.call = {7}, .app = talk, .urgency = Urgency::High, .data = "on the spot"});
    CHECK(desk.got.empty());
    desk.sleeps(1h - 1ms);
    CHECK(desk.got.empty());
    CHECK_FALSE(desk.isFetched());
    desk.sleeps(1ms);
    CHECK(desk.got == LineTexts{"on the spot"});
    CHECK(desk.isFetched());
}

TEST_CASE("what was shown while the watch was off, or the daemon was not there, is held against nobody") { // §4.3
    ShownDesk desk;
    desk.sends(9, 0);
    desk.high();
    desk.pass(2min - 1ms);
    SUBCASE("the watch has ended") { desk.event(NotificationsWatched{}); }
    SUBCASE("the daemon has ended") {
        desk.restart();
        desk.restart(); // it is written down
    }
    desk.pass(1ms);
    CHECK_FALSE(desk.told().messages.downgraded);
    CHECK(desk.told().messages.unjudged == 1);
    CHECK(desk.told().messages.delivered == 10);
}

TEST_CASE("each high message tells whether it showed something, and no other does") { // push.md §5
    ShownDesk desk;
    desk.takes.reset();
    desk.reads({desk.message("one", ++desk.sequence)});
    desk.high();
    const auto shown = [&] {
        std::vector<Shown> all;
        for (const MessageStory& story : desk.core->messageStories(desk.now))
            all.push_back(story.shown);
        return all;
    };
    CHECK(shown() == std::vector{Shown::None, Shown::Waits});
    SUBCASE("in time") {
        desk.pass(10s);
        desk.event(AppShowed{letters});
        CHECK(shown() == std::vector{Shown::None, Shown::Waits});
        desk.event(AppShowed{talk});
        CHECK(shown() == std::vector{Shown::None, Shown::Yes});
    }
    SUBCASE("not at all") {
        auto stories = desk.core->messageStories(desk.now);
        desk.now.elapsed += 2min;
        desk.now.wall += 2min;
        desk.core->tellShown(stories, desk.now);
        CHECK(stories.at(1).shown == Shown::No);
        stories.at(1).came -= 1ms; // an earlier daemon's, of the same number
        desk.core->tellShown(stories, desk.now);
        CHECK(stories.at(1).shown == Shown::None);
    }
}

TEST_CASE("an app that shows on and on writes nothing down, and nobody's is nobody's") { // push.md §4.3
    ShownDesk desk;
    desk.high();
    CHECK_FALSE(desk.core->handle(AppShowed{talk}, desk.now).records.empty());
    CHECK(desk.core->handle(AppShowed{talk}, desk.now).records.empty());
    CHECK(desk.core->handle(AppShowed{AppId{"com.example.nobody"}}, desk.now).records.empty());
}
