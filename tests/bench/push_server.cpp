#include "bench/push_server.hpp"

#include <chrono>
#include <fstream>
#include <future>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/time/clock.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/nkey.hpp"

namespace stint::bench {
namespace {

using namespace stint::push;

constexpr std::chrono::seconds patience{20};
constexpr std::size_t bodySize = 300;

} // namespace

PushServer::PushServer(const std::filesystem::path& data, std::string broker)
    : data_(data), broker_(std::move(broker)), authority_(must(Authority::open(data / "nkeys"))),
      keys_(must(ServerKeys::open(data / "keys"))) {}

Device PushServer::makeDevice() const {
    const std::string name = newDevice();
    auto user = Nkey::make(Nkey::Role::User);
    auto jwt = authority_.deviceJwt(name, user.name(), wallNow());
    return {.name = name, .shard = shardOf(name), .user = std::move(user), .jwt = std::move(jwt)};
}

Broker PushServer::asServer() const { return connected({.urls = {broker_}, .credentials = data_ / "endpoint.creds"}); }

Broker PushServer::asDevice(const Device& device) const {
    const auto file = directory() / (device.name + ".creds");
    std::ofstream(file) << credentialsOf(device.jwt, device.user);
    return connected({.urls = {broker_}, .credentials = file, .device = device.name});
}

Broker PushServer::connected(Broker::Settings settings) const {
    Broker broker = must(Broker::connect(settings));
    auto up = std::make_shared<std::promise<void>>();
    broker.follow([up](bool isUp) mutable {
        if (isUp && up) std::exchange(up, nullptr)->set_value();
    });
    if (up->get_future().wait_for(patience) != std::future_status::ready)
        giveUp(fmt::format("{} does not let a client in", broker_));
    return broker;
}

Message messageTo(const Address& address, const LineKey& key) {
    const Envelope envelope{.to = address,
                            .id = newId(),
                            .sent = wallNow(),
                            .ttl = std::chrono::hours(1),
                            .topic = "",
                            .body = std::string(bodySize, 'x')};
    return {storedSubject(address), headersOf(envelope, key), envelope.body};
}

std::string wordsOf(const Device& device, const std::string& nonce, const std::string& inbox) {
    const nlohmann::ordered_json words{{"verbose", false},
                                       {"pedantic", false},
                                       {"headers", true},
                                       {"no_responders", true},
                                       {"tls_required", true},
                                       {"name", "stint-push"},
                                       {"lang", "C"},
                                       {"version", "3.4.1"},
                                       {"protocol", 1},
                                       {"jwt", device.jwt},
                                       {"sig", push::in64(device.user.sign(nonce))}};
    return fmt::format("CONNECT {}\r\nSUB {} 1\r\nSUB {}* 2\r\nPING\r\n", words.dump(),
                       liveSubjects(device.shard, device.name), inbox);
}

} // namespace stint::bench
