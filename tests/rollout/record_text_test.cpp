// fleet.md §2, §5: an entry of a campaign's log as text. Each entry has one text, and any other is refused.
#include <doctest/doctest.h>

#include <numeric>
#include <random>

#include "fleet/rollout/record_text.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

constexpr WallTime then{std::chrono::seconds(1'795'428'000)};

Entry everyKind() {
    return {then,
            {Joined{{1, 1, 1, 7, 1, 1}}, Left{4'000'000'000}, Offered{{0, 1, 2, 3, 9, 10, 5}}, Granted{7, 3},
             Presumed{Outcome::TimedOut, {5}}, Presumed{Outcome::Unreachable, {}}, WaveOpened{20}, Stopped{}, Paused{},
             Resumed{{10, 3}, true}, Resumed{}, Cancelled{}, RanOut{}, Retried{255, 11, {0, 2, 4}, {8, 1}}}};
}
using Numbers = std::vector<std::uint32_t>;
Numbers from(Device first, std::uint32_t count, Device step = 1) {
    std::vector<Device> devices;
    for (; count > 0; --count, first += step)
        devices.push_back(first);
    return devices;
}

} // namespace

TEST_CASE("fleet.md §5: each kind of record is written, and read again as it was") {
    const std::string text = textOf(everyKind());
    CHECK(text == R"({"at":1795428000000,"records":[{"devices":[1,3,7,1,1,2],"is":"joined"},)"
                  R"({"device":4000000000,"is":"left"},{"devices":[0,4,9,2,5,1],"is":"offered"},)"
                  R"({"device":7,"is":"granted","slot":3},{"devices":[5,1],"is":"presumed","outcome":"timed-out"},)"
                  R"({"devices":[],"is":"presumed","outcome":"unreachable"},{"is":"wave-opened","wave":20},)"
                  R"({"is":"stopped"},{"is":"paused"},)"
                  R"({"before":{"ends":10,"failures":3},"excuses-wave":true,"is":"resumed"},)"
                  R"({"before":{"ends":0,"failures":0},"excuses-wave":false,"is":"resumed"},{"is":"cancelled"},)"
                  R"({"is":"ran-out"},{"before":{"ends":8,"failures":1},"devices":[0,1,2,1,4,1],"is":"retried",)"
                  R"("next":11,"round":255}]})");
    const auto read = entryIn(text);
    REQUIRE(read.ok());
    CHECK(read->at == then);
    REQUIRE(read->records.size() == everyKind().records.size());
    for (std::size_t each = 0; each < read->records.size(); ++each)
        CHECK(read->records[each].index() == everyKind().records[each].index());
    CHECK(std::get<Offered>(read->records[2]).devices == Numbers{0, 1, 2, 3, 9, 10, 5});
    CHECK(std::get<Joined>(read->records[0]).devices == Numbers{1, 1, 1, 7, 1, 1});
    CHECK(textOf(*read) == text);
}

TEST_CASE("fleet.md §5: what one decision names is one message, and the usual one is short") {
    CHECK(textOf({then, {Offered{from(1'000'000, mostInDecision)}}}).size() < 100);
    CHECK(textOf({then, {Joined{from(1, mostInDecision, 0)}}}).size() < 100);
    const Entry scattered{then,
                          {Presumed{Outcome::TimedOut, from(90'000'000, mostInDecision / 2, 2)},
                           Retried{1, 99'000'000, from(95'000'000, mostInDecision / 2, 3), {90'000'000, 90'000'000}}}};
    CHECK(textOf(scattered).size() < longestEntry);
    CHECK(entryIn(textOf(scattered)).ok());
    std::vector<Enrolment> many(mostInDecision);
    std::iota(many.rbegin(), many.rend(), 4'000'000'000);
    CHECK(entryIn(textOf({then, {Joined{many}}})).ok());
}

TEST_CASE("fleet.md §2: an entry names those whom it lets join") {
    const Entry entry{then, {Joined{{1, 4}}}, {std::string(26, '0'), "0123456789ABCDEFGHJKMNPQRS"}};
    const auto read = entryIn(textOf(entry));
    REQUIRE(read.ok());
    CHECK(read->names == entry.names);
}

TEST_CASE("fleet.md §2: a text that is no entry, or an entry in another form, is refused") {
    const auto whole = [](std::string_view records) {
        return std::string(R"({"at":1,"records":[)") + std::string(records) + "]}";
    };
    REQUIRE(entryIn(whole(R"({"is":"paused"})")).ok());
    REQUIRE(entryIn(whole(R"({"devices":[0,2000],"is":"offered"})")).ok());
    for (const std::string& wrong :
         {std::string(),
          std::string("{}"),
          std::string("[]"),
          std::string(R"({"at":1})"),
          std::string(R"({"records":[{"is":"paused"}]})"),
          std::string(R"({"at":-1,"records":[{"is":"paused"}]})"),
          std::string(R"({"at":"1","records":[{"is":"paused"}]})"),
          std::string(R"({"at":1,"more":1,"records":[{"is":"paused"}]})"),
          whole(""),
          whole("1"),
          whole("{}"),
          whole(R"({"is":1})"),
          whole(R"({"is":"blessed"})"),
          whole(R"({"is":"paused","why":1})"),
          whole(R"({"is":"left"})"),
          whole(R"({"device":-1,"is":"left"})"),
          whole(R"({"device":4294967296,"is":"left"})"),
          whole(R"({"device":"1","is":"left"})"),
          whole(R"({"is":"wave-opened","wave":65536})"),
          whole(R"({"devices":[],"is":"presumed","outcome":"none"})"),
          whole(R"({"devices":[],"is":"presumed","outcome":""})"),
          whole(R"({"devices":[],"is":"presumed","outcome":3})"),
          whole(R"({"devices":[1],"is":"offered"})"),
          whole(R"({"devices":[1,0],"is":"offered"})"),
          whole(R"({"devices":[1,1,2,1],"is":"offered"})"), // they follow each other
          whole(R"({"devices":[0,2001],"is":"offered"})"),
          whole(R"({"devices":[0,4294967295],"is":"offered"})"),
          whole(R"({"devices":[0,2000,5000,1],"is":"offered"})"),
          whole(R"({"devices":[4294967295,2],"is":"offered"})"),
          whole(R"({"devices":{"0":1},"is":"offered"})"),
          whole(R"({"before":{"ends":1},"excuses-wave":true,"is":"resumed"})"),
          whole(R"({"before":{"ends":1,"failures":1,"more":1},"excuses-wave":true,"is":"resumed"})"),
          whole(R"({"before":1,"excuses-wave":true,"is":"resumed"})"),
          whole(R"({"before":{"ends":1,"failures":1},"excuses-wave":1,"is":"resumed"})"),
          whole(R"({"is":"paused"})") + " ",
          " " + whole(R"({"is":"paused"})"),
          whole(R"({ "is":"paused"})"),
          whole(R"({"is":"p\u0061used"})"),
          std::string(R"({"at":1,"names":"","records":[{"is":"paused"}]})"),
          std::string(R"({"at":1,"names":1,"records":[{"is":"paused"}]})"),
          std::string(R"({"at":1,"names":"0123456789ABCDEFGHJKMNPQR","records":[{"is":"paused"}]})"),
          std::string(R"({"at":1,"names":"0123456789ABCDEFGHJKMNPQRSX","records":[{"is":"paused"}]})"),
          std::string(longestEntry + 1, ' ')}) {
        CAPTURE(wrong.substr(0, 200));
        const auto read = entryIn(wrong);
        REQUIRE(!read.ok());
        CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("fleet.md §2: of ten thousand altered texts each is refused, or is the one text of what it says") {
    std::mt19937_64 random(20261123);
    const std::string text = textOf(everyKind());
    int taken = 0;
    for (int times = 0; times < 10'000; ++times) {
        std::string altered = text;
        for (auto changes = 1 + random() % 3; changes > 0; --changes) {
            const std::size_t at = random() % altered.size();
            switch (random() % 5) {
            case 0:
                altered[at] = static_cast<char>(random());
                break;
            case 1: // another digit is another number
                if (const auto digit = altered.find_first_of("0123456789", at); digit != std::string::npos)
                    altered[digit] = static_cast<char>('0' + random() % 10);
                break;
            case 2:
                altered.erase(at, 1 + random() % 20);
                break;
            case 3: // a piece of it stands elsewhere
                altered.insert(at, text, random() % text.size(), random() % 40);
                break;
            default:
                altered.resize(at);
            }
            if (altered.empty()) break;
        }
        const auto read = entryIn(altered);
        if (!read.ok()) {
            REQUIRE(read.error().code == Errc::ILLEGAL_ARGUMENT);
            continue;
        }
        ++taken;
        REQUIRE(textOf(*read) == altered);
    }
    CHECK(taken > 100); // else it has altered nothing but brackets
    CHECK(taken < 9'000);
}

} // namespace stint::fleet
