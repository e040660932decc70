// Replicas beside their leaders' (push.md §5, doctor), by what brokers say of their own.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "push/mailbox/replicas.hpp"

using namespace stint::push;

namespace {

/// The broker's answer of one stream; led by `leader`, with a replica at each of a, b and c.
std::string answerOf(const std::string& broker, const std::string& leader, const Replica& its) {
    std::string others;
    for (const char name : {'a', 'b', 'c'})
        if (leader[0] != name) others += fmt::format("{}{{\"name\": \"{}\"}}", others.empty() ? "" : ", ", name);
    return fmt::format(R"({{"server": {{"name": "{}"}}, "data": {{"account_details": [{{"stream_detail": [{{"name": "S",
        "cluster": {{"leader": "{}", "replicas": [{}]}},
        "state": {{"last_seq": {}, "messages": {}, "bytes": {}}}}}]}}]}}}})",
                       broker, leader, others, its.last, its.messages, its.bytes);
}

/// `a` leads.
Look look(const Replica& a, const Replica& b, const Replica& c) {
    Look all;
    all.add(answerOf("a", "a", a));
    all.add(answerOf("b", "a", b));
    all.add(answerOf("c", "a", c));
    return all;
}

Standing standingOfB(const Look& before, const Look& now) {
    const auto all = compared(before, now, {"a", "b", "c"});
    REQUIRE(all.at("b").size() == 1);
    CHECK(all.at("a") == std::map<Standing, int>{{Standing::Same, 1}});
    CHECK(all.at("c") == std::map<Standing, int>{{Standing::Same, 1}});
    return all.at("b").begin()->first;
}

} // namespace

TEST_CASE("a replica stands still from the first look at which it was behind, until it moves or is not") { // §3.3
    using namespace std::chrono_literals;
    const Replica ten{10, 10, 1000}, twenty{20, 20, 2000};
    const stint::Instant start{1h};
    Stalled stalled;
    const auto longest = [&](const Look& now, stint::Duration after) {
        stalled.look("b", now, start + after);
        return stalled.longest(start + after);
    };
    CHECK(longest(look(ten, ten, ten), 0s) == 0s);
    CHECK(longest(look(twenty, ten, twenty), 5s) == 0s);
    CHECK(longest(look(twenty, ten, twenty), 10s) == 5s);
    CHECK(longest(look({30, 30, 3000}, ten, twenty), 15s) == 10s);
    CHECK(longest(look(twenty, {11, 11, 1100}, twenty), 20s) == 0s); // it moves
    CHECK(longest(look(twenty, {11, 11, 1100}, twenty), 80s) == 60s);
    CHECK(longest(look(twenty, twenty, ten), 85s) == 0s); // another one's
    CHECK(longest(Look(), 90s) == 0s);                    // nobody answers
}

TEST_CASE("a replica is judged by two looks, and by what its leader has") { // §5
    const Replica ten{10, 10, 1000}, twenty{20, 20, 2000}, lacks{10, 9, 900}, same{10, 10, 999};
    const Look all = look(ten, ten, ten), later = look(twenty, twenty, twenty);
    // clang-format off
    struct Row { Look before, now; Standing is; };
    for (const Row& r : {Row{all,                     all,                           Standing::Same},
                         Row{all,                     later,                         Standing::Same},
                         Row{look(ten, lacks, ten),   all,                           Standing::Same},    // it has caught up
                         Row{all,                     look(twenty, ten, twenty),     Standing::Moving},  // as far as it was then
                         Row{all,                     look(twenty, {15, 15, 1500}, twenty), Standing::Moving},
                         Row{later,                   look(twenty, ten, twenty),     Standing::Behind},
                         Row{later,                   look(twenty, {19, 19, 1900}, twenty), Standing::Behind},
                         Row{all,                     look(ten, lacks, ten),         Standing::Moving},  // once
                         Row{look(ten, lacks, ten),   look(ten, lacks, ten),         Standing::Differs}, // twice
                         Row{look(ten, same, ten),    look(ten, same, ten),          Standing::Differs}, // of other lengths
                         Row{look(ten, twenty, ten),  look(ten, twenty, ten),        Standing::Differs}, // further
                         Row{all,                     look(ten, {11, 11, 1100}, ten), Standing::Moving}, // asked later
                         Row{Look(),                  all,                           Standing::Moving}}) {
        // clang-format on
        if (r.before.brokers.empty()) {
            CHECK(compared(r.before, r.now, {"a", "b"}).at("b") == std::map<Standing, int>{{r.is, 1}});
            continue;
        }
        CHECK(standingOfB(r.before, r.now) == r.is);
    }
}

TEST_CASE("a broker that does not answer is away, and one without the stream is behind") { // §5
    const Replica ten{10, 10, 1000};
    const Look before = look(ten, ten, ten);
    Look now;
    now.add(answerOf("a", "a", ten));
    now.add(R"({"server": {"name": "b"}, "data": {"account_details": []}})");
    const auto all = compared(before, now, {"a", "b", "c"});
    CHECK(all.at("b") == std::map<Standing, int>{{Standing::Behind, 1}});
    CHECK(all.at("c") == std::map<Standing, int>{{Standing::Away, 1}});
    CHECK(compared(before, Look(), {"a"}).at("a") == std::map<Standing, int>{{Standing::Away, 1}});
    Look leaderless;
    leaderless.add(answerOf("a", "b", ten));
    CHECK(compared(before, leaderless, {"a"}).at("a").empty());
}

TEST_CASE("an answer that is none tells nothing") {
    Look all;
    for (const std::string& answer :
         {std::string(), std::string("x"), std::string("[]"), std::string("{}"), std::string(5'000, '['),
          std::string(R"({"server": "a"})"), std::string(R"({"server": {"name": 7}})"),
          std::string(R"({"server": {"name": "a"}, "data": {"account_details": {"stream_detail": 7}}})"),
          std::string(R"({"server": {"name": "a"}, "data": {"account_details": [7, {"stream_detail": [7, {}]}]}})"),
          std::string(R"({"server": {"name": "a"}, "data": {"account_details": [{"stream_detail": [{"name": 1}]}]}})")})
        all.add(answer);
    CHECK(all.streams.empty());
    all.add(R"({"server": {"name": "a"}, "data": {"account_details": [{"stream_detail": [{"name": "S", "state": 7,
        "cluster": {"leader": "a", "replicas": [7, {"name": 8}, "x"]}}]}]}})");
    CHECK(compared(all, all, {"a", "b"}).at("a") == std::map<Standing, int>{{Standing::Same, 1}});
}
