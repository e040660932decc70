// All of the server behind its HTTP: one connection to the broker, and what stands on it, opened again whenever the
// connection is.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "push/broker/broker.hpp"
#include "push/mailbox/cluster.hpp"
#include "push/mailbox/keeper.hpp"
#include "push/mailbox/mailbox.hpp"
#include "push/mailbox/registrations.hpp"
#include "push/mailbox/replicas.hpp"
#include "push/mailbox/revocations.hpp"
#include "push/mailbox/roster.hpp"

namespace stint::push {

class PostOffice {
public:
    struct Settings {
        std::string url;                       ///< of the broker
        std::string credentials;               ///< a file; empty: none
        std::string certified;                 ///< as the broker's settings have it
        std::optional<Membership> member = {}; ///< of a cluster; nullopt: the broker is alone
        /// Called when there are others in the cluster, from any thread.
        std::function<void()> membersChanged = [] {};
        /// Gets a sentence for who runs the server, from any thread.
        std::function<void(const std::string& sentence)> tell = [](const std::string&) {};
        /// Called once, when all registrations are known, from any thread.
        std::function<void()> opened = [] {};
        std::filesystem::path data; ///< the server's directory
        /// Called when the file of revoked devices in there is another, and before `opened`; from any thread.
        std::function<void()> revoked = [] {};
        /// Called where the broker is reached no more from this office: another has to take its place.
        std::function<void(const std::string& why)> ended = [](const auto&) {};
        /// Called when replicas of this server's broker stand still, which it should be started again for (§3.3).
        std::function<void()> stalled = [] {};
    };
    /// It is there whether the broker is or not. IllegalArgument: the URL is none.
    static Result<std::unique_ptr<PostOffice>> open(const Settings& settings, const ServerKeys& keys, Outbox outbox);
    ~PostOffice();
    PostOffice(const PostOffice&) = delete;
    PostOffice& operator=(const PostOffice&) = delete;

    const Broker& broker() const { return broker_; }
    Keeper& keeper() { return keeper_; }
    Registrations& registrations() { return registrations_; }
    Roster& roster() { return roster_; }
    Revocations& revocations() { return revocations_; }
    const Mailbox& mailbox() const { return mailbox_; }
    /// nullptr: the broker is alone.
    Cluster* cluster() { return cluster_ ? &*cluster_ : nullptr; }
    const Replicas& replicas() const { return replicas_; }

private:
    PostOffice(Broker broker, const ServerKeys& keys, Outbox outbox, const Settings& settings);
    Cluster* joined(const Settings& settings);

    void refresh();
    void heal();
    Result<void> alsoOpen(const std::function<void(const std::string& sentence)>& tell);

    Broker broker_;
    std::optional<Cluster> cluster_;
    Roster roster_;
    Registrations registrations_;
    Revocations revocations_;
    Replicas replicas_;
    std::function<void()> stalled_;
    std::optional<Instant> healed_; ///< it was asked for then
    Mailbox mailbox_;
    Keeper keeper_; ///< whose thread calls the others
};

} // namespace stint::push
