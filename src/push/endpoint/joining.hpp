// Devices join a server, leave it, and are revoked (push.md §3.1); servers join a cluster (§3.3): what is posted to
// devicesPath and serversPath is answered here.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/http/message.hpp"
#include "push/joining/words.hpp"
#include "push/keys/authority.hpp"
#include "push/mailbox/cluster.hpp"
#include "push/mailbox/post_office.hpp"
#include "push/mailbox/rates.hpp"

namespace stint::push {

class Devices {
public:
    /// `brokers` answers the URLs that a device which joins is told.
    Devices(Authority authority, ServerKeys keys, std::function<std::vector<std::string>()> brokers,
            PostOffice& office);

    /// The answer to a question from that address. Wrong ones count for the address, right ones for whose they are.
    http::Answer answer(std::string_view question, const std::string& sender, WallTime now, Instant at);

private:
    http::Answer wrong(int status, std::string_view sentence, const std::string& sender, Instant at);
    http::Answer join(const JoinQuestion& question, WallTime now);
    http::Answer end(const std::string& device, const std::string& key, WallTime now);
    http::Answer revoke(const std::string& device, WallTime now);
    http::Answer list(const std::string& after) const;

    Authority authority_;
    ServerKeys keys_;
    std::function<std::vector<std::string>()> brokers_;
    PostOffice& office_;
    Counted wrong_{wrongInMinute}, right_{rightInMinute};
};

class Servers {
public:
    /// `beside`: what is handed on besides; empty: nothing.
    Servers(Authority authority, ServerKeys keys, Cluster& cluster, std::function<std::string()> beside);

    /// A refusal of one more question from this address; else the question counts.
    std::optional<http::Answer> refused(const std::string& sender, Instant now);
    http::Answer answer(std::string_view question, WallTime now);

private:
    Authority authority_;
    ServerKeys keys_;
    Cluster& cluster_;
    std::function<std::string()> beside_;
    Counted asked_{wrongInMinute};
};

} // namespace stint::push
