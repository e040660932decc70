// The fleet's diary on a real nats-server (fleet.md §2.3).
#include <doctest/doctest.h>

#include <thread>

#include "fleet/document/document.hpp"
#include "fleet/ledger/audit_log.hpp"
#include "mailbox/nats_server.hpp"

namespace stint::fleet {
using test::eventually;
using test::NatsServer;

namespace {

push::Broker diaryBroker(const NatsServer& nats) {
    auto broker = push::Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}});
    REQUIRE(broker.ok());
    REQUIRE(eventually([&] { return AuditLog::open(*broker).ok(); }));
    return std::move(broker).value();
}

AuditEntry act(std::string by) {
    return {
        .at = WallTime(std::chrono::hours(500'000)), .by = std::move(by), .act = "cancel", .of = "20261123-nvc38b7g"};
}

/// How many entries follow each other, from the first on.
Bytes wholeOf(const AuditLog& log) {
    AuditChain chain;
    const auto page = log.read(1, 10'000);
    REQUIRE(page.ok());
    for (const std::string& text : page->texts)
        if (!chain.follow(text).ok()) return -1;
    return chain.last();
}

} // namespace

TEST_CASE(
    "fleet.md §2.3: two servers that write at once write one chain, and a killed broker has all that was answered") {
    NatsServer nats;
    {
        const push::Broker one = diaryBroker(nats), two = diaryBroker(nats);
        constexpr int each = 30;
        const auto write = [&](const push::Broker& broker, const std::string& by) {
            auto log = AuditLog::open(broker);
            for (int n = 0; n < each; ++n)
                if (!log.ok() || !log->write(act(by)).ok()) return false;
            return true;
        };
        bool isDone = false;
        std::jthread other([&] { isDone = write(two, "bob"); });
        CHECK(write(one, "ann"));
        other.join();
        CHECK(isDone);
        CHECK(wholeOf(*AuditLog::open(one)) == 2 * each);
    }
    nats.kill();
    nats.start();
    const push::Broker broker = diaryBroker(nats);
    auto log = AuditLog::open(broker);
    REQUIRE(log.ok());
    CHECK(wholeOf(*log) == 60);
    CHECK(log->write(act("ann")).ok());
    CHECK(wholeOf(*log) == 61);
}

TEST_CASE("fleet.md §2.3: what is in the diary cannot be taken out of it, and what is forged is found") {
    const NatsServer nats;
    const push::Broker broker = diaryBroker(nats);
    auto log = AuditLog::open(broker);
    REQUIRE(log.ok());
    for (int n = 0; n < 3; ++n)
        REQUIRE(log->write(act("ann")).ok());
    CHECK(!broker.remove(auditStream, 2).ok());
    const auto purged = broker.ask(std::string("$JS.API.STREAM.PURGE.") + auditStream, "{}");
    REQUIRE(purged.ok());
    CHECK(purged->find("\"error\"") != std::string::npos);
    CHECK(wholeOf(*log) == 3);

    // Somebody else has the broker's rights: whatever he adds, the next entry follows it, and the chain shows it.
    REQUIRE(broker.append(auditSubject, textOf(act("eve")), 3).ok());
    CHECK(wholeOf(*log) == -1);
    CHECK(log->write(act("ann")).ok()); // which had read less
    const auto page = log->read(4, 10);
    REQUIRE(page.ok());
    REQUIRE(page->texts.size() == 2);
    CHECK(page->next == 6);
    CHECK(auditEntryIn(page->texts[1])->before == sha256Of(page->texts[0]));
}

} // namespace stint::fleet
