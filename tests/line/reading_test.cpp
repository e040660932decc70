// Which messages of the store are taken in, and up to where the others are passed over.
#include <algorithm>

#include <doctest/doctest.h>

#include "push/line/reading.hpp"

using namespace stint;
using namespace stint::push;

namespace {

const std::string device = "0123456789ABCDEFGHJKMNPQRS", shard = "0a", stream = "STINT_P_0a@1";
const std::string a(52, 'A'), b(52, 'B');
constexpr std::uint64_t beyond = std::uint64_t{1} << 62;

Urgencies only(std::string_view letters) {
    Urgencies urgencies;
    for (const char letter : letters)
        urgencies.set(placeOf(*urgencyOf({&letter, 1})));
    return urgencies;
}
wire::LineEntry entry(const std::string& name, std::string_view letters) {
    return {.name = name, .app = "app", .connector = "c", .details = "", .fetched = only(letters)};
}

/// A device's reading, and the server's hand for its messages.
struct World {
    LineKey key = newLineKey();
    std::map<std::string, int> wrong;
    Reading reading{{shard, device}, key, [this](const std::string& reason) { ++wrong[reason]; }};
    wire::LineView line{.place = {stream, 0}, .network = "home", .stored = 100, .entries = {}};

    void replace(std::vector<wire::LineEntry> entries) {
        line.entries = std::move(entries);
        reading.replace(line);
    }
    StoredMessage stored(const std::string& registration, Urgency urgency, std::uint64_t sequence) const {
        const Envelope envelope{.to = {shard, device, urgency, registration},
                                .id = newId(),
                                .sent = WallTime(Duration(1'000)),
                                .ttl = 1h,
                                .topic = {},
                                .body = "body"};
        return {storedSubject(envelope.to), sequence, headersOf(envelope, key), envelope.body};
    }
    Stored live(const std::string& registration, Urgency urgency, std::uint64_t sequence, std::uint64_t last) const {
        const StoredMessage kept = stored(registration, urgency, sequence);
        Stored message{liveSubject(*addressIn(kept.subject)), sequence, kept.headers, kept.body};
        message.headers.emplace_back("Nats-Sequence", std::to_string(sequence));
        message.headers.emplace_back("Nats-Last-Sequence", std::to_string(last));
        return message;
    }
    std::vector<StoredMessage> several(const std::string& registration, Urgency urgency, std::uint64_t from,
                                       std::size_t count) const {
        std::vector<StoredMessage> messages;
        for (std::size_t n = 0; n < count; ++n)
            messages.push_back(stored(registration, urgency, from + n));
        return messages;
    }
};

BoxAnswer answerOf(std::vector<std::vector<StoredMessage>> parts, bool more = false) {
    BoxAnswer answer{.store = stream, .more = more};
    for (auto& part : parts)
        std::ranges::move(part, std::back_inserter(answer.messages));
    std::ranges::sort(answer.messages, {}, &StoredMessage::sequence);
    return answer;
}

std::size_t countIn(const LineRead& batch, const Subject& subject) {
    return static_cast<std::size_t>(std::ranges::count(batch.messages, subject, &LineMessage::of));
}

} // namespace

TEST_CASE("the question has every registration's cursors, and none of what is not wanted") { // push.md §4.1
    World world;
    wire::LineEntry first = entry(a, "hn"), ended = entry(b, "hnlv");
    first.cursors = {1, 2, 3, 4};
    ended.ended = true;
    world.replace({first, ended});
    const BoxQuestion question = world.reading.question();
    CHECK(question.place == LinePlace{stream, 0});
    CHECK(question.wanted == only("hn"));
    CHECK(question.cursors.at(a.substr(0, prefixLength)) == std::array<std::uint64_t, 4>{beyond, beyond, 3, 4});
    CHECK(question.cursors.at(b.substr(0, prefixLength)) ==
          std::array<std::uint64_t, 4>{beyond, beyond, beyond, beyond});
    CHECK(boxQuestionIn(textOf(question)).value() == question);
}

TEST_CASE("for the fleet's agent only normal messages are asked for") { // push.md §4.2, fleet.md §5.1
    World world;
    wire::LineEntry agent = entry(a, "hnlv");
    agent.app = "org.stint.agent";
    world.replace({agent});
    CHECK(world.reading.question().wanted == only("n"));
    CHECK(world.reading.question().cursors.at(a.substr(0, prefixLength)) ==
          std::array<std::uint64_t, 4>{beyond, beyond, 0, beyond});
    world.replace({agent, entry(b, "hn")});
    CHECK(world.reading.question().wanted == only("hn"));
    CHECK(world.reading.question().cursors.at(a.substr(0, prefixLength))[placeOf(Urgency::High)] == beyond);
}

TEST_CASE("an urgency that all want is one subscription, else it is one for each that does") { // push.md §4.2
    World world;
    world.replace({entry(a, "hnlv"), entry(b, "hnlv")});
    CHECK(world.reading.subjects() == std::set<std::string>{"stint.live.0a." + device + ".>"});
    world.replace({entry(a, "hn"), entry(b, "n")});
    const std::string of = "stint.live.0a." + device;
    CHECK(world.reading.subjects() == std::set<std::string>{of + ".n.*", of + ".h." + a});
    world.replace({});
    CHECK(world.reading.subjects().empty());
}

TEST_CASE("an answer's messages come in the store's order, and its cursors are raised when the daemon has them") {
    World world; // push.md §4.1
    world.replace({entry(a, "hn")});
    const auto answer = answerOf({world.several(a, Urgency::High, 5, 2), world.several(a, Urgency::Normal, 1, 3)});
    const auto fetched = world.reading.fetched(answer).value();
    CHECK_FALSE(fetched.again);
    REQUIRE(fetched.batch.messages.size() == 5);
    CHECK(std::ranges::is_sorted(fetched.batch.messages, {}, &LineMessage::sequence));
    CHECK(fetched.batch.messages.front().ttl == 1h);
    CHECK(fetched.batch.missed.empty());
    CHECK(world.reading.question().cursors.begin()->second == std::array<std::uint64_t, 4>{beyond, beyond, 0, 0});
    world.reading.taken(fetched.batch);
    CHECK(world.reading.question().cursors.begin()->second == std::array<std::uint64_t, 4>{beyond, beyond, 3, 6});
}

TEST_CASE("what was not signed with the line key is passed over by a cursor, and counted") { // push.md §2.1
    World world;
    world.replace({entry(a, "n")});
    auto forged = world.stored(a, Urgency::Normal, 7), twice = world.stored(a, Urgency::Normal, 8);
    forged.body = "another body";
    twice.headers.push_back(twice.headers.front());
    const auto right = world.stored(a, Urgency::Normal, 6);
    const auto fetched = world.reading.fetched(answerOf({{right, forged, twice}})).value();
    CHECK(fetched.batch.messages.size() == 1);
    REQUIRE(fetched.batch.cursors.size() == 1);
    CHECK(fetched.batch.cursors.front() == LineCursor{{a, Urgency::Normal}, 8});
    CHECK(world.wrong.at("a wrong Stint-Mac") == 1);
    CHECK(world.wrong.at("Nats-Msg-Id twice") == 1);
}

TEST_CASE("what is not wanted is left out, and its cursor stays") { // push.md §4.1
    World world;
    world.replace({entry(a, "h")});
    const auto fetched = world.reading.fetched(answerOf({world.several(a, Urgency::Normal, 1, 3)})).value();
    CHECK(fetched.batch.messages.empty());
    CHECK(fetched.batch.cursors.empty());
    CHECK_FALSE(fetched.isNews);
}

TEST_CASE("a registration that this device does not know is asked for no more") { // push.md §4.1
    World world;
    world.replace({entry(a, "n")});
    const auto answer = answerOf({world.several(b, Urgency::Normal, 1, 3)}, true);
    const auto fetched = world.reading.fetched(answer).value();
    CHECK(fetched.batch.messages.empty());
    CHECK(fetched.isNews); // the next question is another one
    CHECK(world.reading.question().cursors.at(b.substr(0, prefixLength)).at(2) == beyond);
    CHECK_FALSE(world.reading.fetched(answer)->isNews);
    world.replace({entry(a, "n"), entry(b, "n")});
    CHECK(world.reading.question().cursors.at(b.substr(0, prefixLength)).at(2) == 0);
}

TEST_CASE("of an answer that had no room for all the last subject waits, unless it is the only one") { // push.md §4.1
    World world;
    world.replace({entry(a, "hn"), entry(b, "hn")});
    const Subject first{a, Urgency::High}, last{b, Urgency::High};
    auto answer = answerOf({world.several(b, Urgency::High, 1, 60), world.several(a, Urgency::High, 61, 100)}, true);
    auto fetched = world.reading.fetched(answer).value();
    CHECK(fetched.again);
    CHECK(countIn(fetched.batch, first) == 100);
    CHECK(countIn(fetched.batch, last) == 0);
    CHECK(fetched.batch.missed == std::vector<Subject>{first});
    answer = answerOf({world.several(b, Urgency::High, 1, 60)}, true);
    fetched = world.reading.fetched(answer).value();
    CHECK(countIn(fetched.batch, last) == 60);
    CHECK(fetched.batch.missed.empty());
}

TEST_CASE("where as many come as the store keeps older ones may be gone, and one less is all there was") {
    World world; // push.md §4.1, backlog
    world.replace({entry(a, "hn")});
    const auto answer = answerOf({world.several(a, Urgency::High, 1, 100), world.several(a, Urgency::Normal, 101, 99)});
    CHECK(world.reading.fetched(answer)->batch.missed == std::vector<Subject>{{a, Urgency::High}});
}

TEST_CASE("after an epoch cursors are the least of themselves and its start; another store has none of them") {
    World world; // push.md §4.1
    wire::LineEntry one = entry(a, "hn");
    one.cursors = {0, 0, 30, 80};
    world.replace({one});
    BoxAnswer answer = answerOf({});
    answer.epochs = {{1, 50}};
    world.reading.taken(world.reading.fetched(answer)->batch);
    CHECK(world.reading.question().place == LinePlace{stream, 1});
    CHECK(world.reading.question().cursors.begin()->second == std::array<std::uint64_t, 4>{beyond, beyond, 30, 50});
    answer.store = "STINT_P_0a@2";
    answer.epochs = {};
    world.reading.taken(world.reading.fetched(answer)->batch);
    CHECK(world.reading.question().place == LinePlace{"STINT_P_0a@2", 0});
    CHECK(world.reading.question().cursors.begin()->second == std::array<std::uint64_t, 4>{beyond, beyond, 0, 0});
}

TEST_CASE("what the server calls misused is passed on, unless it gets another token already") { // push.md §3, §4.4
    World world;
    wire::LineEntry rotating = entry(b, "hn"), plain = entry(a, "hn");
    rotating.rotates = true;
    world.replace({plain, rotating});
    BoxAnswer answer = answerOf({});
    answer.misused = {a, b, "nobody's"};
    CHECK(world.reading.fetched(answer)->batch.misused == std::vector<std::string>{a});
}

TEST_CASE("a live message that follows is taken, one that was had is not, and of a gap the mailbox is asked") {
    World world; // push.md §4.1
    wire::LineEntry one = entry(a, "n");
    one.cursors = {0, 0, 10, 0};
    world.replace({one});
    LineRead batch{.stream = stream};
    using Live = Reading::Live;
    CHECK(world.reading.heard(world.live(a, Urgency::Normal, 12, 10), batch) == Live::Taken);
    CHECK(world.reading.heard(world.live(a, Urgency::Normal, 15, 12), batch) == Live::Taken); // in the same batch
    CHECK(world.reading.heard(world.live(a, Urgency::Normal, 12, 10), batch) == Live::Passed);
    CHECK(world.reading.heard(world.live(a, Urgency::Normal, 20, 17), batch) == Live::Behind);
    CHECK(world.reading.heard(world.live(a, Urgency::High, 21, 0), batch) == Live::Passed); // not wanted
    CHECK(batch.messages.size() == 2);
    world.reading.notTaken();
    CHECK(world.reading.heard(world.live(a, Urgency::Normal, 15, 12), batch) == Live::Behind);
}

TEST_CASE("a live message moves no cursor by what is not signed, and its TTL of 0 is kept nowhere") { // push.md §2.1
    World world;
    world.replace({entry(a, "n")});
    LineRead batch{.stream = stream};
    using Live = Reading::Live;
    auto forged = world.live(a, Urgency::Normal, 1, 0);
    forged.body = "another";
    CHECK(world.reading.heard(forged, batch) == Live::Passed);
    auto far = world.live(a, Urgency::Normal, beyond, 0);
    CHECK(world.reading.heard(far, batch) == Live::Behind);
    auto bare = world.live(a, Urgency::Normal, 1, 0);
    bare.headers.resize(bare.headers.size() - 2); // it says nothing of a sequence, and is worth an hour
    CHECK(world.reading.heard(bare, batch) == Live::Behind);
    const Envelope now{.to = {shard, device, Urgency::Normal, a},
                       .id = newId(),
                       .sent = WallTime(Duration(1)),
                       .ttl = 0ms,
                       .topic = {},
                       .body = "now"};
    CHECK(world.reading.heard({liveSubject(now.to), 0, headersOf(now, world.key), now.body}, batch) == Live::Taken);
    REQUIRE(batch.messages.size() == 1);
    CHECK(batch.messages.front().sequence == 0);
    CHECK(world.wrong.at("a wrong Stint-Mac") == 1);
}

TEST_CASE("an answer that no server of ours gives is refused") { // push.md §2
    World world;
    world.replace({entry(a, "n")});
    CHECK_FALSE(world.reading.fetched(BoxAnswer{}).ok());
    CHECK_FALSE(world.reading.fetched(answerOf({world.several(a, Urgency::Normal, 1, 201)})).ok());
    auto elsewhere = world.stored(a, Urgency::Normal, 1);
    elsewhere.subject.replace(elsewhere.subject.find(device), device.size(), newDevice());
    CHECK(world.reading.fetched(answerOf({{elsewhere}}))->batch.messages.empty());
}

TEST_CASE("an answer that could come on and on is no reason to ask at once") { // push.md §4.1
    World world;
    world.replace({entry(a, "n")});
    const auto first = answerOf({world.several(a, Urgency::Normal, 5, 3)}, true);
    const auto fetched = world.reading.fetched(first).value();
    CHECK(fetched.isNews);
    world.reading.taken(fetched.batch);
    CHECK(world.reading.fetched(first).value().batch.messages.empty()); // the same once more
    CHECK_FALSE(world.reading.fetched(first).value().isNews);
    auto another = first;
    another.store = "STINT_P_0a@2";
    CHECK(world.reading.fetched(another).value().batch.messages.size() == 3);
    CHECK_FALSE(world.reading.fetched(another).value().isNews); // a third one may follow
    auto anew = first;
    anew.epochs = {{.number = 1, .from = 4}};
    CHECK_FALSE(world.reading.fetched(anew).value().isNews);
    auto forged = answerOf({world.several(a, Urgency::Normal, 8, 1)}, true);
    forged.messages[0].body = "another";
    CHECK_FALSE(world.reading.fetched(forged).value().isNews);
    CHECK(world.reading.fetched(answerOf({world.several(a, Urgency::Normal, 8, 1)}, true)).value().isNews);
}
