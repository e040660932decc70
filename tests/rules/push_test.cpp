// Which pushed messages pass Doze, and who loses the right to be urgent (limits.md §8.5), and to whom they go.
#include <doctest/doctest.h>

#include <set>

#include "contract/rules/admission.hpp"
#include "contract/rules/push.hpp"

using namespace stint;

namespace {

constexpr Instant pushTime{24h * 10};

/// `delivered` high-priority messages an hour apart, the last one an hour ago, of which the first `shown` were
/// followed.
AppMemory sender(int delivered, int shown) {
    AppMemory memory;
    for (int i = 0; i < delivered; ++i)
        memory.pushes.push_back({.delivered = pushTime - 1h * (delivered - i), .shown = i < shown});
    return memory;
}

constexpr Passage asHigh{.holds = {}, .urgency = Urgency::High}, asNormal{}, dozes{.holds = 1};

Passage passage(bool high, const AppMemory& memory, const Doze& doze, const Device& device = {}) {
    const DeviceState state{.doze = doze};
    const Constants constants;
    return passageOf(high ? Urgency::High : Urgency::Normal, memory, {constants, device, state, {pushTime, {}}});
}

} // namespace

TEST_CASE("in Doze high priority passes and normal waits for a window") { // §8.5, §1.1 push; example 77
    const Doze active{}, deep{.deep = DeepState::Idle, .light = LightState::Override}, light{.light = LightState::Idle},
        waiting{.light = LightState::WaitingForNetwork}, deepWindow{.deep = DeepState::IdleMaintenance},
        lightWindow{.light = LightState::IdleMaintenance};
    for (const Doze& doze : {deep, light, waiting}) {
        CHECK(passage(true, {}, doze) == asHigh);
        CHECK(passage(false, {}, doze) == dozes);
    }
    for (const Doze& doze : {active, deepWindow, lightWindow}) {
        CHECK(passage(true, {}, doze) == asHigh);
        CHECK(passage(false, {}, doze) == asNormal);
    }
}

TEST_CASE("of an app the newest 250 high messages are looked at") { // §8.5
    AppMemory memory;
    const auto gets = [&](int count, bool shown) {
        for (int i = 0; i < count; ++i)
            noteDelivered(memory, {.delivered = pushTime - 1h, .shown = shown}, {});
    };
    gets(10'000, false);
    CHECK(memory.pushes.size() == 250);
    CHECK(downgraded(memory, pushTime, {}));
    gets(125, true);
    CHECK_FALSE(downgraded(memory, pushTime, {}));
    CHECK(memory.pushes.size() == 250);
}

TEST_CASE("all that holds a message is known, and the first of it is named") { // push.md §4.2
    struct Row {
        Urgency urgency;
        bool plugged, low, dozes;
        std::set<std::string_view> holds;
        std::string_view first;
    };
    const Constants constants;
    for (const Row& row :
         {Row{Urgency::High, false, true, true, {}, ""}, Row{Urgency::Normal, false, true, true, {"doze"}, "doze"},
          Row{Urgency::Low, true, false, true, {"doze"}, "doze"},
          Row{Urgency::Low, false, true, false, {"battery", "network"}, "battery"},
          Row{Urgency::VeryLow, false, false, true, {"doze", "power", "network"}, "doze"},
          Row{Urgency::VeryLow, false, true, false, {"battery", "power", "network"}, "battery"},
          Row{Urgency::VeryLow, true, true, false, {"network"}, "network"}}) {
        const Device device{.plugged = row.plugged};
        const DeviceState state{.batteryLow = row.low,
                                .doze = {.deep = row.dozes ? DeepState::Idle : DeepState::Active}};
        const Passage passage = passageOf(row.urgency, {}, {constants, device, state, {pushTime, {}}});
        std::set<std::string_view> holds;
        for (std::size_t each = 0; each < messageHolds.size(); ++each)
            if (passage.holds[each]) holds.insert(messageHolds.at(each).name);
        CHECK(holds == row.holds);
        CHECK(passage.heldBy() == row.first);
        CHECK(passage.passes() == row.holds.empty());
    }
}

TEST_CASE("a topic is 1 to 32 characters of base64url, and a TTL at least nothing") { // push.md §2
    CHECK_FALSE(messageError({}));
    CHECK_FALSE(messageError({.topic = "aZ09-_"}));
    CHECK_FALSE(messageError({.topic = std::string(32, 'x')}));
    CHECK(messageError({.topic = std::string(33, 'x')}));
    CHECK(messageError({.topic = "in box"})->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(messageError({.topic = "A\nFORGED"})->message.find('\n') == std::string::npos);
    CHECK(messageError({.ttl = Duration{-1}})->message == "the message's TTL is -1ms; it is at least 0s");
}

TEST_CASE("no bucket limits messages, only silence does") { // §1.4, §8.5
    AppMemory memory;
    memory.usage.bucket = Bucket::Restricted;
    CHECK(passage(true, memory, {}) == asHigh);
    CHECK(passage(true, sender(12, 4), {}) == asNormal);
    const Doze deep{.deep = DeepState::Idle};
    CHECK(passage(true, sender(12, 4), deep) == dozes);
}

TEST_CASE("an app is downgraded from ten messages on of which fewer than half show anything") { // §8.5; example 92
    struct Row {
        int delivered, shown;
        bool downgraded;
    };
    for (const Row& row : {Row{0, 0, false}, Row{9, 0, false}, Row{10, 0, true}, Row{10, 4, true}, Row{10, 5, false},
                           Row{12, 4, true}, Row{12, 6, false}, Row{13, 6, true}})
        CHECK(downgraded(sender(row.delivered, row.shown), pushTime, {}) == row.downgraded);
}

TEST_CASE("what is older than a week is forgotten") { // §8.5, the last 7 days
    AppMemory memory;
    for (int i = 0; i < 10; ++i)
        memory.pushes.push_back({.delivered = pushTime - 24h * 7 + 1ms});
    CHECK(downgraded(memory, pushTime, {}));
    CHECK_FALSE(downgraded(memory, pushTime + 1ms, {}));
    noteDelivered(memory, {.delivered = pushTime + 1ms}, {});
    CHECK(memory.pushes.size() == 1);
}

TEST_CASE("a notification is for every message of the two minutes before it") { // §8.5, push.match
    AppMemory memory;
    noteDelivered(memory, {.delivered = pushTime - 2min - 1ms}, {});
    noteDelivered(memory, {.delivered = pushTime - 2min}, {});
    noteDelivered(memory, {.delivered = pushTime}, {});
    noteShown(memory, pushTime, {});
    CHECK_FALSE(memory.pushes[0].shown);
    CHECK(memory.pushes[1].shown);
    CHECK(memory.pushes[2].shown);
}

TEST_CASE("a burst is not judged before its notification could have come") { // §8.5
    AppMemory memory;
    for (int i = 0; i < 10; ++i)
        noteDelivered(memory, {.delivered = pushTime}, {});
    CHECK_FALSE(downgraded(memory, pushTime + 2min - 1ms, {}));
    CHECK(downgraded(memory, pushTime + 2min, {}));
}

TEST_CASE("the ratio recovers once the app shows what it sends") { // §8.5: until the ratio recovers
    AppMemory memory = sender(10, 4);
    CHECK(downgraded(memory, pushTime, {}));
    for (int i = 0; i < 2; ++i)
        noteDelivered(memory, {.delivered = pushTime}, {}); // downgraded ones count, too
    noteShown(memory, pushTime, {});
    CHECK_FALSE(downgraded(memory, pushTime, {}));
}

TEST_CASE("what nobody could see is neither for nor against the app") { // push.md §4.3
    AppMemory memory = sender(10, 4);
    for (PushNote& note : memory.pushes)
        note.judged = note.shown;
    CHECK_FALSE(downgraded(memory, pushTime, {}));
    for (int i = 0; i < 6; ++i)
        noteDelivered(memory, {.delivered = pushTime, .judged = false}, {});
    CHECK(messagesOf(memory, 0, {pushTime, {}}, {}).unjudged == 12);
    CHECK_FALSE(noteUnseen(memory, pushTime, {}));
    noteDelivered(memory, {.delivered = pushTime}, {});
    CHECK(shownOf(memory.pushes.back(), pushTime + 2min - 1ms, {}) == Shown::Waits);
    CHECK(shownOf(memory.pushes.back(), pushTime + 2min, {}) == Shown::No);
    CHECK_FALSE(noteUnseen(memory, pushTime + 2min, {}));
    CHECK(noteUnseen(memory, pushTime + 2min - 1ms, {}));
    CHECK(shownOf(memory.pushes.back(), pushTime + 2min, {}) == Shown::NotJudged);
    CHECK(noteShown(memory, pushTime, {})); // seen all the same
    CHECK_FALSE(noteShown(memory, pushTime, {}));
    CHECK(shownOf(memory.pushes.back(), pushTime, {}) == Shown::Yes);
}

TEST_CASE("when a downgrade begins and ends by time alone is foretold to the millisecond") { // §8.5
    AppMemory memory = sender(9, 3);
    CHECK_FALSE(downgradeChangesAt(memory, pushTime, {}));
    noteDelivered(memory, {.delivered = pushTime}, {});
    CHECK(downgradeChangesAt(memory, pushTime, {}) == pushTime + 2min);
    CHECK(downgradeChangesAt(memory, pushTime + 2min - 1ms, {}) == pushTime + 2min);
    // Ten, of which three; nine are too few to be judged.
    const Instant end = memory.pushes.front().delivered + 24h * 7;
    CHECK(downgradeChangesAt(memory, pushTime + 2min, {}) == end);
    CHECK(downgraded(memory, end - 1ms, {}));
    CHECK_FALSE(downgraded(memory, end, {}));
    CHECK_FALSE(downgradeChangesAt(memory, end, {}));
    CHECK(messagesOf(memory, 0, {pushTime + 2min, WallTime{1h}}, {}).until == WallTime{1h} + (end - (pushTime + 2min)));
}

TEST_CASE("what is foretold comes true, whatever is delivered and shown") { // §8.5
    Constants constants;
    for (const Duration match : {Duration{2min}, Duration{0}, Duration{24h}}) {
        constants.pushMatch = match;
        constants.pushWindow = 1h;
        constants.pushMinMessages = 3;
        AppMemory memory;
        std::uint32_t chance = 7;
        for (int minute = 0; minute < 600; ++minute) {
            chance = chance * 1'664'525 + 1'013'904'223;
            const Instant now = pushTime + 1min * minute;
            if (chance >> 29 == 0)
                noteDelivered(memory, {.delivered = now, .judged = (chance >> 28 & 1U) == 0}, constants);
            if (chance >> 27 == 31) noteShown(memory, now, constants);
            const bool before = downgraded(memory, now, constants);
            Instant changes = now;
            while (changes < now + 2h && downgraded(memory, changes, constants) == before)
                changes += 1min;
            const auto foretold = downgradeChangesAt(memory, now, constants);
            CHECK(foretold.value_or(now + 2h) == changes);
        }
    }
}

TEST_CASE("a message goes to a declared receiver, and needs its name only where there are several") { // §8.5
    const Manifest none{.package = {"com.example.mail"}};
    Manifest one = none, two = none;
    one.receivers["Push"] = two.receivers["Push"] = {.name = "Push"};
    two.receivers["Alarms"] = {.name = "Alarms"};
    CHECK(receiverError(none, ""));
    CHECK(receiverError(none, "Push"));
    CHECK_FALSE(receiverError(one, ""));
    CHECK_FALSE(receiverError(one, "Push"));
    CHECK(receiverError(one, "Alarms"));
    CHECK_FALSE(receiverError(two, "Alarms"));
    CHECK(receiverError(two, "")->message.find("Alarms, Push") != std::string::npos);
}
