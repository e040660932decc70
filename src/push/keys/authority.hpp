// The authority of a server over NATS (push.md §3.1): the operator and its accounts, the key that signs devices, and
// the secret of the machines of a cluster; made once, in the server's directory. Who it is is in their names, so that
// what JetStream keeps for an account stays there. And the devices that the server lets in no more, in a file beside.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "push/keys/nkey.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

// The devices that a server lets in no more (push.md §3.1), as a file in its directory: stint-endpoint writes it, and
// nats-server's configuration is made of it.

/// A device that has left, or was revoked.
struct Revoked {
    std::string device;
    std::string key; ///< its public one; empty: it is not known
    WallTime since;

    bool operator==(const Revoked&) const = default;
};
inline constexpr std::size_t mostRevoked = 10'000; ///< PROPOSAL: that nats-server is told, the newest

/// Those in the directory's file; none where it is not there. A line that is none is passed over: it keeps no server
/// from starting. Storage: the file cannot be read.
Result<std::vector<Revoked>> readRevoked(const std::filesystem::path& data);
/// The file has these: on the disk when it returns.
Result<void> writeRevoked(const std::filesystem::path& data, const std::vector<Revoked>& all);

class Authority {
public:
    /// Those of the file, which only its owner may read; it is made where it is not there, and what it lacks since an
    /// older Stint made it is added.
    static Result<Authority> open(const std::filesystem::path& file);
    /// The text of the file, which makes another directory this server's, too; and such a text. IllegalArgument: it is
    /// none.
    std::string text() const;
    static Result<Authority> parse(std::string_view text);

    /// The accounts in nats-server's own language; `revoked` are let in no more, and their connections are cut. One
    /// that runs takes no configuration with another JWT of its operator, so that one says that it was `made` then.
    std::string configuration(WallTime made, const std::vector<Revoked>& revoked, WallTime now) const;
    /// A user of the server's account for nats-server's clients, as a file: stint-endpoint's.
    std::string serverCredentials(WallTime now) const;
    /// The JWT that lets the key `user` in as that device.
    std::string deviceJwt(std::string_view device, std::string_view user, WallTime now) const;
    /// The name of the devices' account.
    const std::string& devices() const { return keys_[1].name(); }
    /// The name of the key that signs devices.
    const std::string& signer() const { return keys_[2].name(); }
    /// 32 bytes that the machines of a cluster know, and nobody else.
    std::string clusterSecret() const;

private:
    explicit Authority(std::vector<Nkey> keys) : keys_(std::move(keys)) {}
    const Nkey& server() const { return keys_[0]; }
    const Nkey& signing() const { return keys_[2]; }
    const Nkey& itsOperator() const { return keys_[3]; }
    const Nkey& system() const { return keys_[4]; }

    std::vector<Nkey> keys_; ///< in the order of the file
};

// The certificates by which the machines of a cluster know each other (push.md §3.3): an authority that each of them
// makes of the secret that they share, always the same, and a certificate by it for one's own address.

/// All in PEM.
struct Certified {
    std::string authority, certificate, key;
};
/// A new pair of keys, certified for that numeric address. `secret` has 32 bytes. IllegalArgument: it is no address.
Result<Certified> certifiedFor(std::string_view address, std::string_view secret, WallTime now);

} // namespace stint::push
