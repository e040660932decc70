// Devices join a server and leave it (push.md §3.1): what is posted to devicesPath is answered here.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/http/message.hpp"
#include "push/joining/words.hpp"
#include "push/keys/authority.hpp"
#include "push/mailbox/rates.hpp"
#include "push/mailbox/registrations.hpp"

namespace stint::push {

class Devices {
public:
    /// `brokers` are the URLs that a device which joins is told.
    Devices(Authority authority, ServerKeys keys, std::vector<std::string> brokers, Registrations& registrations);

    /// A refusal of one more question from this address; else the question counts.
    std::optional<http::Answer> refused(const std::string& sender, Instant now);
    http::Answer answer(std::string_view question, WallTime now);

private:
    http::Answer join(const JoinQuestion& question, WallTime now) const;
    http::Answer leave(const LeaveQuestion& question, WallTime now);

    Authority authority_;
    ServerKeys keys_;
    std::vector<std::string> brokers_;
    Registrations& registrations_;
    Counted asked_{askedInMinute};
};

} // namespace stint::push
