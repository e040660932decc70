// fleet.md §2, §5: campaigns and their logs on a real nats-server.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "fleet/document/document.hpp"
#include "fleet/ledger/ledger.hpp"
#include "fleet/rollout/rollout.hpp"
#include "mailbox/nats_server.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;
using test::eventually;
using test::isFrom210;
using test::NatsServer;

namespace {

constexpr WallTime begun{std::chrono::hours(500'000)};

push::Broker brokerAt(const NatsServer& nats) {
    return std::move(push::Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value();
}
/// One server's ledger. The bucket is there once JetStream is.
struct Own {
    explicit Own(const NatsServer& nats) : broker(brokerAt(nats)) {
        REQUIRE(eventually([&] { return Ledger::open(broker).ok(); }));
    }
    push::Broker broker;
    Ledger ledger = *Ledger::open(broker);
};

struct Named {
    Signed document;
    std::string id;
};
Named campaignOf(const std::string& name) {
    const auto read = campaignFromFile("name = \"" + name +
                                           "\"\ntargets = \"all\"\nexpires = \"30d\"\n[[step]]\n"
                                           "run = [\"/usr/bin/true\"]\n",
                                       "night.toml", begun);
    REQUIRE(read.ok());
    return {{documentOf(*read), {"the signature of a test"}}, idOf(*read)};
}
Entry granted(Device device, std::uint32_t slot, WallTime at = begun) { return {at, {Granted{device, slot}}}; }

/// All that is read of the bucket.
struct Reader {
    Ledger::Place place;
    std::map<std::string, Signed> documents;
    std::map<std::string, std::vector<std::string>> logs;
    std::vector<std::pair<std::string, std::string>> damaged;

    Result<void> read(const Ledger& ledger) {
        return ledger.read(place, {.document = [&](const std::string& campaign,
                                                   const Signed& document) { documents.emplace(campaign, document); },
                                   .entry =
                                       [&](const std::string& campaign, std::uint32_t number, const Entry& entry) {
                                           logs[campaign].push_back(textOf(entry));
                                           CHECK(logs[campaign].size() == number);
                                       },
                                   .damaged = [&](const std::string& campaign,
                                                  const Error& why) { damaged.emplace_back(campaign, why.message); }});
    }
};

} // namespace

TEST_CASE("fleet.md §2: a campaign is begun once; its document is its own") {
    const NatsServer nats;
    const Own own(nats), other(nats);
    const Named one = campaignOf("one"), two = campaignOf("two");
    CHECK(own.ledger.begin(one.id, two.document).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(own.ledger.begin(one.id, {"{}", {}}).error().code == Errc::ILLEGAL_ARGUMENT);
    REQUIRE(own.ledger.begin(one.id, one.document).ok());
    CHECK(other.ledger.begin(one.id, one.document).ok());
    Signed signedAnew = one.document;
    signedAnew.signatures.emplace_back("another one");
    CHECK(other.ledger.begin(one.id, signedAnew).error().code == Errc::ILLEGAL_STATE);
    Reader reader;
    REQUIRE(reader.read(other.ledger).ok());
    CHECK(reader.documents.at(one.id) == one.document);
    CHECK(reader.damaged.empty());
}

TEST_CASE("fleet.md §5: of two that believe that they lead one writes each number, and both read the same") {
    const NatsServer nats;
    const std::array<Own, 2> servers{Own(nats), Own(nats)};
    const Named campaign = campaignOf("race");
    REQUIRE(servers[0].ledger.begin(campaign.id, campaign.document).ok());
    constexpr std::uint32_t count = 200;
    std::array<std::map<std::uint32_t, std::string>, 2> written;
    std::array<int, 2> others{};
    const auto race = [&](std::size_t which) {
        for (std::uint32_t number = 1; number <= count; ++number) {
            const Entry mine = granted(static_cast<Device>(which), number);
            const auto done = servers[which].ledger.append(campaign.id, number, mine);
            if (done.ok())
                written[which].emplace(number, textOf(mine));
            else if (done.error().code == Errc::ILLEGAL_STATE)
                ++others[which];
        }
    };
    std::thread second([&] { race(1); });
    race(0);
    second.join();
    CHECK(written[0].size() + written[1].size() == count);
    CHECK(others[0] + others[1] == static_cast<int>(count));
    for (const Own& own : servers) {
        Reader reader;
        REQUIRE(reader.read(own.ledger).ok());
        const auto& log = reader.logs[campaign.id];
        REQUIRE(log.size() == count);
        for (std::uint32_t number = 1; number <= count; ++number) {
            const auto mine = written[0].find(number);
            CHECK(log[number - 1] == (mine != written[0].end() ? mine->second : written[1].at(number)));
        }
        CHECK(reader.damaged.empty());
    }
}

TEST_CASE("fleet.md §2: an entry that is appended again is written once; one that is none is refused") {
    const NatsServer nats;
    const Own own(nats);
    const Named campaign = campaignOf("again");
    REQUIRE(own.ledger.begin(campaign.id, campaign.document).ok());
    REQUIRE(own.ledger.append(campaign.id, 1, granted(1, 1)).ok());
    CHECK(own.ledger.append(campaign.id, 1, granted(1, 1)).ok());
    CHECK(own.ledger.append(campaign.id, 1, granted(1, 2)).error().code == Errc::ILLEGAL_STATE);
    for (const auto& [id, number, entry] :
         {std::tuple(campaign.id, 0U, granted(1, 1)), std::tuple(campaign.id, 100'000'000U, granted(1, 1)),
          std::tuple(std::string("*.>"), 1U, granted(1, 1)), std::tuple(campaign.id, 2U, Entry{begun, {}}),
          std::tuple(campaign.id, 2U, Entry{begun, std::vector<Record>(6'000, Granted{1, 1})})})
        CHECK(own.ledger.append(id, number, entry).error().code == Errc::ILLEGAL_ARGUMENT);
    Reader reader;
    REQUIRE(reader.read(own.ledger).ok());
    CHECK(reader.logs[campaign.id] == std::vector{textOf(granted(1, 1))});
}

TEST_CASE("fleet.md §2: what was said to be written is there after the broker was killed") {
    NatsServer nats;
    const Own own(nats);
    const Named campaign = campaignOf("killed");
    REQUIRE(own.ledger.begin(campaign.id, campaign.document).ok());
    std::vector<std::string> written;
    std::atomic<std::size_t> count = 0;
    int unclear = 0;
    for (int times = 0; times < 3; ++times) {
        // It dies while it is being asked, wherever it is then.
        const std::size_t since = written.size();
        std::thread killer([&] {
            eventually([&] { return count >= since + 30; });
            nats.kill();
        });
        const auto writeOne = [&] {
            const auto number = static_cast<std::uint32_t>(written.size() + 1);
            const Entry entry = granted(number, 1);
            const auto done = own.ledger.append(campaign.id, number, entry);
            if (!done.ok()) {
                REQUIRE(done.error().code == Errc::UNAVAILABLE);
                ++unclear;
                return false;
            }
            written.push_back(textOf(entry));
            ++count;
            return true;
        };
        while (writeOne()) {
        }
        killer.join();
        nats.start();
        REQUIRE(eventually(writeOne)); // the same entry, which may be there
    }
    CHECK(unclear >= 3);
    const Own other(nats);
    Reader reader;
    REQUIRE(reader.read(other.ledger).ok());
    CHECK(reader.logs[campaign.id] == written);
    CHECK(reader.damaged.empty());
}

TEST_CASE("fleet.md §2.1: a campaign goes with its log, and no other does, also where the broker is killed then") {
    NatsServer nats;
    const Named gone = campaignOf("gone"), kept = campaignOf("kept");
    {
        const Own own(nats);
        for (const Named& one : {gone, kept}) {
            REQUIRE(own.ledger.begin(one.id, one.document).ok());
            for (std::uint32_t number = 1; number <= 40; ++number)
                REQUIRE(own.ledger.append(one.id, number, granted(number, 1)).ok());
        }
        REQUIRE(own.ledger.remove(gone.id).ok());
        CHECK(own.ledger.remove(gone.id).ok());
    }
    nats.kill();
    nats.start();
    const Own own(nats);
    Reader reader;
    REQUIRE(eventually([&] { return reader.read(own.ledger).ok(); }));
    const bool isBack = reader.documents.contains(gone.id);
    const auto stream = own.broker.ask("$JS.API.STREAM.INFO." + push::streamOfBucket(ledgerBucket), "", 5s);
    CHECK((!isBack || isFrom210(stream.value()))); // which has it again, and whole
    CHECK(reader.logs[gone.id].size() == (isBack ? 40 : 0));
    CHECK(reader.documents.contains(kept.id));
    CHECK(reader.logs[kept.id].size() == 40);
    CHECK(reader.damaged.empty());
    REQUIRE(own.ledger.remove(gone.id).ok());
    Reader again;
    REQUIRE(again.read(own.ledger).ok());
    CHECK(again.documents.size() == 1);
    CHECK(again.logs[kept.id].size() == 40);
}

TEST_CASE("fleet.md §2: an answer that was lost is found out by reading") {
    NatsServer nats;
    const Own own(nats), other(nats);
    const Named campaign = campaignOf("unclear");
    REQUIRE(own.ledger.begin(campaign.id, campaign.document).ok());
    nats.freeze();
    const auto unclear = own.ledger.append(campaign.id, 1, granted(1, 1));
    REQUIRE(unclear.error().code == Errc::UNAVAILABLE);
    nats.thaw(); // and it is written, for it was on its way
    Reader reader;
    REQUIRE(eventually([&] { return reader.read(other.ledger).ok() && !reader.logs.empty(); }));
    CHECK(reader.logs[campaign.id] == std::vector{textOf(granted(1, 1))});
    CHECK(other.ledger.append(campaign.id, 1, granted(2, 1)).error().code == Errc::ILLEGAL_STATE);
    CHECK(own.ledger.append(campaign.id, 1, granted(1, 1)).ok());
}

TEST_CASE("fleet.md §2: a value that is none, or a number that is missing, ends that campaign alone") {
    const NatsServer nats;
    const Own own(nats);
    const auto put = [&](const std::string& key, const std::string& value) {
        REQUIRE(own.broker.put(ledgerBucket, key, value).ok());
    };
    const Named good = campaignOf("good");
    REQUIRE(own.ledger.begin(good.id, good.document).ok());
    const std::string entry = textOf(granted(1, 1));
    const std::array<std::pair<std::string, std::function<void(const Named&)>>, 8> harms{{
        {"no document", [&](const Named& its) { put(its.id + ".log.00000001", entry); }},
        {"another's document", [&](const Named& its) { put(its.id + ".doc", textOf(good.document)); }},
        {"no JSON", [&](const Named& its) { put(its.id + ".doc", "\xff{"); }},
        {"a gap",
         [&](const Named& its) {
             REQUIRE(own.ledger.begin(its.id, its.document).ok());
             put(its.id + ".log.00000001", entry);
             put(its.id + ".log.00000003", entry);
             put(its.id + ".log.00000002", entry);
         }},
        {"overwritten",
         [&](const Named& its) {
             REQUIRE(own.ledger.begin(its.id, its.document).ok());
             put(its.id + ".log.00000001", entry);
             put(its.id + ".log.00000002", entry);
             put(its.id + ".log.00000001", entry);
         }},
        {"an unknown record",
         [&](const Named& its) {
             REQUIRE(own.ledger.begin(its.id, its.document).ok());
             put(its.id + ".log.00000001", R"({"at":1,"records":[{"is":"blessed"}]})");
             put(its.id + ".log.00000002", entry);
         }},
        {"a deep one",
         [&](const Named& its) {
             REQUIRE(own.ledger.begin(its.id, its.document).ok());
             put(its.id + ".log.00000001", std::string(40'000, '['));
         }},
        {"empty",
         [&](const Named& its) {
             REQUIRE(own.ledger.begin(its.id, its.document).ok());
             put(its.id + ".log.00000001", "");
         }},
    }};
    for (const char* key :
         {"nonsense", "20261123-nvc38b7g", "20261123-nvc38b7g.log.1", "20261123-nvc38b7g.log.00000000",
          "20261123-nvc38b7g.log.0000000x", "20261123-nvc38b7g.more.00000001"})
        put(key, "{}");
    std::map<std::string, std::string> harmed;
    for (const auto& [name, harm] : harms) {
        const Named its = campaignOf(name);
        harmed.emplace(its.id, name);
        harm(its);
    }
    REQUIRE(own.ledger.append(good.id, 1, granted(1, 1)).ok());
    Reader reader;
    REQUIRE(reader.read(own.ledger).ok());
    CHECK(reader.logs[good.id] == std::vector{entry});
    int nobodys = 0;
    for (const auto& [campaign, why] : reader.damaged) {
        if (campaign.empty())
            ++nobodys;
        else
            CHECK_MESSAGE(harmed.erase(campaign) == 1, why); // once, and not the good one
    }
    CHECK(nobodys == 6);
    for (const auto& [id, name] : harmed)
        FAIL_CHECK("nothing is told of " << name);
}

TEST_CASE("fleet.md §2: a thousand campaigns are read by whoever begins, and what is new by whoever follows") {
    const NatsServer nats;
    const Own own(nats), other(nats);
    Reader follows;
    std::vector<std::string> ids;
    for (int n = 0; n < 1'000; ++n) {
        const Named one = campaignOf("campaign " + std::to_string(n));
        ids.push_back(one.id);
        REQUIRE(own.ledger.begin(one.id, one.document).ok());
        if (n == 500) REQUIRE(follows.read(other.ledger).ok());
    }
    for (std::uint32_t number = 1; number <= 2; ++number)
        for (const std::string& id : ids)
            REQUIRE(own.ledger.append(id, number, granted(1, number)).ok());
    Reader begins, reads;
    REQUIRE(begins.read(other.ledger).ok());
    CHECK(begins.documents.size() == ids.size());
    REQUIRE(follows.read(other.ledger).ok());
    CHECK(follows.documents == begins.documents);
    CHECK(follows.logs == begins.logs);
    CHECK(begins.logs.size() == ids.size());
    CHECK(begins.damaged.empty());
    reads.place.campaign = ids[7];
    REQUIRE(reads.read(other.ledger).ok());
    CHECK(reads.documents.size() == 1);
    CHECK(reads.logs[ids[7]].size() == 2);
}

} // namespace stint::fleet
