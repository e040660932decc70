// A server of `stint push serve` as a bench needs it: who has its directory has its keys, and so makes devices without
// asking anybody. What does not work ends the bench.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "bench/programs.hpp"
#include "push/broker/broker.hpp"
#include "push/keys/authority.hpp"
#include "push/keys/server_keys.hpp"

namespace stint::bench {

template <class T> T must(Result<T> result) {
    if (!result.ok()) giveUp(result.error().message);
    return std::move(*result);
}
inline void must(const Result<void>& result) {
    if (!result.ok()) giveUp(result.error().message);
}

/// A device that the server lets in.
struct Device {
    std::string name, shard;
    push::Nkey user;
    std::string jwt;
    push::LineKey lineKey = push::newLineKey();
};

/// push.md §4.1: what a device says when it connects, with answers to subjects that begin with `inbox`; then it waits
/// for PONG.
std::string wordsOf(const Device& device, const std::string& nonce, const std::string& inbox);

class PushServer {
public:
    PushServer(const std::filesystem::path& data, std::string broker);

    Device makeDevice() const;
    /// The bytes that a device gives for its line key.
    std::string sealedKeyOf(const Device& device) const { return push::sealed(device.lineKey, keys_.publicKey); }

    /// A connection as stint-endpoint has it, and as stint-push has it; connected when it returns.
    push::Broker asServer() const;
    push::Broker asDevice(const Device& device) const;

private:
    push::Broker connected(push::Broker::Settings settings) const;

    std::filesystem::path data_;
    std::string broker_;
    push::Authority authority_;
    push::ServerKeys keys_;
};

/// A message for that address, of 300 bytes, as the server sends it to the store.
struct Message {
    std::string subject;
    push::Headers headers;
    std::string body;
};
Message messageTo(const push::Address& address, const push::LineKey& key);

} // namespace stint::bench
