// The authority of a server over NATS (push.md §3.1): two accounts, and the key that signs devices; made once, in the
// server's directory. Who it is is in their names, so that what JetStream keeps for an account stays there.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "push/keys/nkey.hpp"
#include "push/keys/revoked.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

/// The operator, and the account of nats-server's own events: nobody that anything is kept for, so they are new
/// whenever a server begins. A nats-server that runs takes no configuration with others, nor with another JWT of them.
struct Realm {
    Nkey itsOperator = Nkey::make(Nkey::Role::Operator), system = Nkey::make(Nkey::Role::Account);
    WallTime made;
};

class Authority {
public:
    /// Those of the file, which only its owner may read; it is made where it is not there.
    static Result<Authority> open(const std::filesystem::path& file);

    /// The accounts in nats-server's own language; `revoked` are let in no more, and their connections are cut.
    std::string configuration(const Realm& realm, const std::vector<Revoked>& revoked, WallTime now) const;
    /// A user of the server's account for nats-server's clients, as a file: stint-endpoint's.
    std::string serverCredentials(WallTime now) const;
    /// The JWT that lets the key `user` in as that device.
    std::string deviceJwt(std::string_view device, std::string_view user, WallTime now) const;
    /// The name of the devices' account.
    const std::string& devices() const { return devices_.name(); }
    /// The name of the key that signs devices.
    const std::string& signer() const { return signing_.name(); }

private:
    Authority(Nkey server, Nkey devices, Nkey signing)
        : server_(std::move(server)), devices_(std::move(devices)), signing_(std::move(signing)) {}

    Nkey server_, devices_, signing_;
};

} // namespace stint::push
