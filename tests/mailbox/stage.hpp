// A server's half of the line against a real nats-server, and devices that ask it.
#pragma once
#include <condition_variable>
#include <mutex>
#include <set>

#include <nats/nats.h>

#include "base/time/clock.hpp"
#include "mailbox/nats_server.hpp"
#include "push/mailbox/post_office.hpp"

namespace stint::test {

using namespace stint::push;

/// One process of the server; it can die, and come again with the same outbox.
class Server {
public:
    explicit Server(const NatsServer& nats) : Server(nats, nats.directory(), std::nullopt) {}
    /// One of several of the same system, each with a directory of its own.
    Server(const NatsServer& nats, const std::filesystem::path& data, std::optional<Membership> member)
        : keys(ServerKeys::open(nats.directory() / "keys").value()),
          office_(std::move(PostOffice::open(
                                {.url = nats.url(), .credentials = "", .member = std::move(member), .data = data}, keys,
                                Outbox::open(data / "outbox.db").value()))
                      .value()),
          registrations(office_->registrations()), keeper(office_->keeper()), mailbox(office_->mailbox()),
          roster(office_->roster()), revocations(office_->revocations()) {}

    /// Waits until the streams are open, and the registrations read.
    void open() {
        REQUIRE(eventually([this] { return keeper.placeOf("00").ok(); }));
        REQUIRE(eventually([this] { return registrations.find("").ok(); }));
    }

    /// Keeps them, and waits until each is accepted or refused; how many were accepted.
    int keep(const std::vector<Envelope>& envelopes, const LineKey& key) {
        int accepted = 0;
        std::size_t answered = 0;
        std::mutex mutex;
        std::condition_variable woken;
        for (const Envelope& one : envelopes)
            keeper.keep(storedSubject(one.to), headersOf(one, key), one.body, [&](const Result<void>& kept) {
                const std::lock_guard lock(mutex);
                accepted += kept.ok();
                ++answered;
                woken.notify_one();
            });
        std::unique_lock lock(mutex);
        woken.wait(lock, [&] { return answered == envelopes.size(); });
        return accepted;
    }

    ServerKeys keys;

private:
    std::unique_ptr<PostOffice> office_;

public:
    Registrations& registrations;
    Keeper& keeper;
    const Mailbox& mailbox;
    Roster& roster;
    Revocations& revocations;
};

inline void removeStream(const Broker& broker, std::string_view name) {
    const auto said = broker.ask(fmt::format("$JS.API.STREAM.DELETE.{}", name), "");
    REQUIRE(said.ok());
    REQUIRE(said->find("\"success\":true") != std::string::npos);
}

/// A server of a cluster that has its brokers' route at this port of loopback.
inline Membership memberAt(int port) {
    return {.name = Membership::newName(),
            .route = fmt::format("127.0.0.1:{}", port),
            .broker = fmt::format("nats://127.0.0.1:{}", port + 1)};
}

/// A device as its server knows it, with a registration; and what it has read.
struct Phone {
    std::string name = newDevice();
    LineKey key = newLineKey();
    std::string registration = *registrationOf(newToken());
    BoxQuestion at{.place = {}, .wanted = Urgencies().set(), .cursors = {}};
    std::vector<std::string> texts; ///< each message once, in the order of its arrival
    std::set<std::string> ids;
    int again = 0; ///< messages that it had

    Asker asker() const { return {shardOf(name), name}; }
    RegistrationQuestion registers(const ServerKeys& keys) const {
        return {.registration = registration, .sealedKey = sealed(key, keys.publicKey)};
    }
    Envelope envelope(const std::string& text, Urgency urgency = Urgency::Normal) const {
        return {.to = {shardOf(name), name, urgency, registration},
                .id = newId(),
                .sent = wallNow(),
                .ttl = std::chrono::hours(1),
                .topic = {},
                .body = text};
    }

    /// Takes an answer in as push.md §4.1 says, and asks on while there is more; where none comes it asks later.
    template <class Ask> void read(Ask ask) {
        while (true) {
            const Result<BoxAnswer> answered = ask(at);
            if (!answered.ok()) return;
            const BoxAnswer& answer = *answered;
            if (answer.store != at.place.stream) at.cursors.clear();
            for (const Epoch& epoch : answer.epochs) {
                for (auto& [prefix, cursors] : at.cursors)
                    for (auto& cursor : cursors)
                        cursor = std::min(cursor, epoch.from);
                at.place.epoch = epoch.number;
            }
            at.place.stream = answer.store;
            for (const StoredMessage& message : answer.messages) {
                const auto envelope = envelopeIn(message.subject, message.headers, message.body, key);
                REQUIRE_MESSAGE(envelope.ok(), (envelope.ok() ? "" : envelope.error().message));
                if (ids.insert(envelope->id).second)
                    texts.push_back(envelope->body);
                else
                    ++again;
                at.cursors[registration.substr(0, prefixLength)].at(placeOf(envelope->to.urgency)) = message.sequence;
            }
            if (!answer.more) return;
        }
    }
    void read(const Mailbox& mailbox) {
        read([&](const BoxQuestion& question) { return mailbox.answer(asker(), question); });
    }
};

} // namespace stint::test
