// PushManager: messages from elsewhere for an app's receivers (push.md §4.4). An app registers under names of its own
// and gets a URL for each, the endpoint, which it tells its own server: what that posts there (Web Push, RFC 8030)
// comes to BroadcastReceiver::onMessage() of the receiver that was named, also where no process of the app runs.
//
// An endpoint is made by the push server that this device has joined (`stint push join`). registerForPush() does not
// wait for it: BroadcastReceiver::onNewEndpoint() brings it, and each later one, for a URL changes when the device
// joins another server, and about twice a year by itself. The URL before it is taken for a week more. An endpoint is a
// secret: who has it may send.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/result.hpp"

namespace stint {

/// One registration: its name, and what is wanted. May grow (decision 17).
class STINT_API PushRegistration {
public:
    /// name: 1 to 100 letters, digits, '-', '_' and '.', the app's own. receiver: a name in the manifest; empty: its
    /// only receiver.
    explicit PushRegistration(std::string name, std::string receiver = {});
    /// The public key that its sender signs with (VAPID, RFC 8292): a point on P-256, 87 characters of base64url. What
    /// is not signed by it is refused by the server. Empty, as at first: anybody who has the endpoint may send.
    PushRegistration& setVapid(std::string key);
    /// False: the server takes messages that are not encrypted (RFC 8291), too. True at first.
    PushRegistration& setEncrypted(bool encrypted);
    const std::string& getName() const;
    const std::string& getReceiver() const;
    const std::string& getVapid() const;
    bool isEncrypted() const;
    /// The URL that is posted to; empty: the server has not made it yet. Only the daemon knows one: it is empty in a
    /// registration that the app has made itself.
    const std::string& getEndpoint() const;

private:
    friend struct PushAccess; ///< libstint fills it
    struct Values;
    std::shared_ptr<const Values> values_;
};

class STINT_API PushManager {
public:
    /// `connection` must outlive it. Each call blocks until the daemon has answered, and may not be made inside a
    /// callback that another thread dispatches.
    explicit PushManager(Connection& connection);

    /// Registers, durably: it outlives the daemon and a reboot, and goes with the app. Returns the endpoint where the
    /// server has made it already; else "", and onNewEndpoint() follows. The same name again changes the receiver, and
    /// keeps the endpoint; with another key, or another word on encryption, it is a new registration with a new one.
    /// IllegalArgument: a name or a key that is none, a receiver that the manifest does not declare, or none named
    /// where there are several. LimitExceeded: the 33rd of this app, the 257th of all. Storage, Unavailable.
    Result<std::string> registerForPush(const PushRegistration& registration);
    /// Ends the registration: its senders are told so (410), and what waits of it is dropped. One that is not there is
    /// no error.
    Result<void> unregister(const std::string& name);
    /// This app's registrations, by name.
    Result<std::vector<PushRegistration>> getRegistrations();

private:
    std::shared_ptr<Connection::Impl> connection_;
};

} // namespace stint
