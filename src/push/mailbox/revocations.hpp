// The consequences for a device that is revoked, or has left (push.md §3.1): it has no registrations, and is in the
// file that nats-server's configuration is made of. Any thread may call.
#pragma once
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "push/keys/authority.hpp"
#include "push/mailbox/registrations.hpp"
#include "push/mailbox/roster.hpp"

namespace stint::push {

class Revocations {
public:
    /// `data` is the server's directory. `written` is called when its file is another, and once when it has been looked
    /// at first; from whatever thread.
    Revocations(Roster& roster, Registrations& registrations, std::filesystem::path data,
                std::function<void()> written);

    /// The device gets in no more; its key may be empty. Unavailable: the broker is away; else the file cannot be
    /// written. It may be done again.
    Result<void> revoke(const std::string& device, const std::string& key, WallTime now);
    /// Makes true what holds of all that are revoked, by whichever server, or by a file that outlived the bucket.
    Result<void> uphold(WallTime now);

private:
    Result<void> upholdAll(WallTime now);
    Result<void> restore();
    Result<void> write();

    Roster& roster_;
    Registrations& registrations_;
    std::filesystem::path data_;
    std::function<void()> written_;
    std::mutex mutex_;
    std::vector<Revoked> inFile_;
    bool isRead_ = false;    ///< the file was
    bool isDamaged_ = false; ///< and could not be read
    bool isUpheld_ = false;  ///< all that the roster has
};

} // namespace stint::push
