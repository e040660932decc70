// A leader that is gone may have told nobody what it had kept: it is told again (push.md §3.3).
#include <map>

#include "broker/connected.hpp"
#include "mailbox/stage.hpp"
#include "push/mailbox/retelling.hpp"

using namespace stint;
using namespace stint::test;

namespace {

/// A device that is awake, and keeps what it is told.
class Listener {
public:
    Listener(const NatsServer& nats, const std::string& device)
        : broker_(
              std::move(Broker::connect({.urls = {nats.urlOf(device)}, .credentials = {}, .device = device})).value()) {
        const auto hear = [this](const Stored& message) {
            const std::lock_guard lock(mutex_);
            heard_.push_back(message);
        };
        REQUIRE(eventually([&] { return broker_.listenOnlyTo({liveSubjects(shardOf(device), device)}, hear).ok(); }));
    }
    ~Listener() { broker_.close(); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// So many messages, the last of all that it was told so far.
    std::vector<Stored> last(std::size_t count) {
        REQUIRE(eventually([&] {
            const std::lock_guard lock(mutex_);
            return heard_.size() >= count;
        }));
        const std::lock_guard lock(mutex_);
        std::vector<Stored> its(heard_.end() - static_cast<std::ptrdiff_t>(count), heard_.end());
        heard_.clear();
        return its;
    }

private:
    std::mutex mutex_;
    std::vector<Stored> heard_;
    Broker broker_;
};

std::vector<std::string> textsOf(const std::vector<Stored>& messages) {
    std::vector<std::string> texts;
    for (const Stored& one : messages)
        texts.push_back(one.body);
    return texts;
}

} // namespace

TEST_CASE("what a stream has taken since then is told again, and nothing older or taken back") { // §3.3
    const NatsServer nats;
    Server server(nats);
    server.open();
    Phone phone;
    phone.name = nats.devices.at(0);
    const std::string shard = shardOf(phone.name), stream = streamOf(shard);
    const Broker broker = serverAt(nats, true); // as those of a cluster read
    CHECK(broker.sequenceOf(stream, wallNow(), 100).value() == 1);
    Phone other = phone; // of another registration: no subject has more than a hundred
    other.registration = *registrationOf(newToken());
    std::vector<Envelope> old{phone.envelope("old 1"), phone.envelope("old 2")}, some;
    std::vector<std::string> texts;
    for (int n = 0; n < 100; ++n) {
        some.push_back((n % 2 == 0 ? phone : other).envelope(std::to_string(n)));
        texts.push_back(std::to_string(n));
    }
    Listener listener(nats, phone.name);
    REQUIRE(server.keep(old, phone.key) == 2);
    REQUIRE(eventually([&] { return broker.read(stream, ">", 1).value().size() == 2; }));
    const WallTime since = broker.read(stream, ">", 2).value().front().at + 1ms;
    REQUIRE(eventually([&] { return wallNow() >= since; }));
    REQUIRE(server.keep(some, phone.key) == 100);
    listener.last(102);

    CHECK(broker.sequenceOf(stream, since, 1'000).value() <= 3);
    CHECK(broker.sequenceOf(stream, since, 10).value() == 93);
    CHECK(broker.sequenceOf(stream, WallTime(), 1'000).value() == 1);
    REQUIRE(tellAgain(broker, shard, since).ok());
    auto again = listener.last(100);
    CHECK(textsOf(again) == texts);
    for (std::size_t n = 0; n < again.size(); ++n) {
        std::multimap<std::string, std::string> headers(again[n].headers.begin(), again[n].headers.end());
        CHECK(headers.count(sequenceHeader) == 1);
        CHECK(headers.find(sequenceHeader)->second == std::to_string(n + 3));
        CHECK(headers.count(lastHeader) == 1);
        CHECK(headers.find(lastHeader)->second == std::to_string(n + 2));
        CHECK(envelopeIn(again[n].subject, again[n].headers, again[n].body, phone.key).ok());
    }
    REQUIRE(broker.remove(stream, 102).ok()); // the last of all
    REQUIRE(broker.remove(stream, 3).ok());
    REQUIRE(tellAgain(broker, shard, since).ok());
    REQUIRE(broker.tell(liveSubject(phone.envelope("").to), {}, "end").ok());
    texts.erase(texts.begin());
    texts.back() = "end";
    CHECK(textsOf(listener.last(99)) == texts);
}
