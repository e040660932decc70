// Servers join a cluster (push.md §3.3): what is posted to serversPath is answered here.
#pragma once
#include <optional>
#include <string>

#include "base/http/message.hpp"
#include "push/joining/server_words.hpp"
#include "push/mailbox/cluster.hpp"
#include "push/mailbox/rates.hpp"

namespace stint::push {

class Servers {
public:
    Servers(Authority authority, ServerKeys keys, Cluster& cluster);

    /// A refusal of one more question from this address; else the question counts.
    std::optional<http::Answer> refused(const std::string& sender, Instant now);
    http::Answer answer(std::string_view question, WallTime now);

private:
    Authority authority_;
    ServerKeys keys_;
    Cluster& cluster_;
    Counted asked_{wrongInMinute};
};

} // namespace stint::push
