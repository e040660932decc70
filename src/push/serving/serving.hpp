// A server of push on this machine (push.md §5, `stint push serve`): its directory, and nats-server and stint-endpoint,
// which are kept running; and a fleet's server beside them.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/unix/timer.hpp"
#include "push/joining/membership.hpp"
#include "push/joining/words.hpp"
#include "push/keys/authority.hpp"
#include "push/serving/kept.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// The directory where a server is kept if none is named: $XDG_STATE_HOME/stint/push-server.
std::filesystem::path serverDirectory();

class Serving {
public:
    struct Settings {
        std::filesystem::path data;
        std::uint16_t port = 0, brokerPort = 0;
        std::string origin; ///< that others are told, by a proxy in front; empty: it is on this machine
        /// The broker for devices on other machines: its address, and the host that its certificate is for, which is
        /// what they are told.
        struct Listening {
            std::string address, host;
            std::filesystem::path certificate, key;
        };
        std::optional<Listening> listening; ///< nullopt: on loopback, without TLS
        Bytes store = Bytes{8} << 30;       ///< PROPOSAL: that nats-server keeps at most
        std::filesystem::path files;        ///< of a directory, which the endpoint answers; empty: none
        std::string route;                  ///< at which the others of a cluster reach it; empty: as before, or alone
    };
    struct Hooks {
        std::function<void()> ready; ///< it takes messages; called once
        /// It is the first of a cluster, and takes messages when there is a second; called once.
        std::function<void()> first = [] {};
        std::function<void(const std::string& sentence)> tell;
    };
    /// Begins. Busy: a server is in that directory already. Unavailable: a port is taken, or there is no nats-server.
    static Result<std::unique_ptr<Serving>> open(sd_event* loop, const Settings& settings, Hooks hooks);

    /// The place on this machine, and the one that others are told.
    const std::string& address() const { return address_; }
    const std::string& origin() const { return origin_; }
    /// Another program of the server's is kept beside these from now on, at the broker as stint-endpoint is: it is told
    /// --nats, --credentials and, where it has to know, --nats-host, --member and --route, behind its own words. Once
    /// at most.
    void keep(std::string name, std::vector<std::string> words, std::function<void(std::string_view line)> heard);
    /// Ends them, then calls `done`.
    void end(const std::function<void()>& done);

private:
    Serving(sd_event* loop, const Settings& settings, Hooks hooks, Fd lock);
    Result<void> begin(sd_event* loop, const Settings& settings);
    Result<void> configure();
    void reconfigure();
    void readOnceMore();
    void heal();
    void awaitLeader();
    void reload();
    std::vector<std::string> brokerWords() const;
    std::vector<std::string> endpointWords(const Settings& settings) const;
    void heardBroker(std::string_view line);
    void heardEndpoint(std::string_view line);

    sd_event* loop_;
    Settings settings_;
    std::string address_, origin_;
    Hooks hooks_;
    Fd lock_;
    std::optional<Authority> authority_;
    WallTime made_;                    ///< of the operator's JWT
    std::optional<ClusterFile> place_; ///< nullopt: it is alone
    std::string cluster_, sync_;       ///< in nats-server's configuration
    std::vector<Revoked> revoked_;     ///< in nats-server's configuration
    Timer betweenReloads_;             ///< set: the next one waits for its end
    bool isOld_ = false;               ///< the configuration, since then
    bool brokerListens_ = false;       ///< and takes a signal
    bool brokerReadsAnother_ = false;  ///< than it has read
    Timer withoutLeader_;              ///< set: it has a route to another, and they have no leader
    bool hasLeader_ = false;
    int leaderless_ = 0;                               ///< how often that took too long
    std::unique_ptr<Kept> broker_, endpoint_, beside_; ///< the last: where there is one
    bool endpointBegan_ = false, isReady_ = false, isFirst_ = false;
};

/// The version of the nats-server that would be started, "v2.9.10". Unavailable: there is none, or it does not tell.
Result<std::string> brokerVersion();
/// True if a server has been in that directory.
bool isServers(const std::filesystem::path& data);

/// Storage: a server is in that directory already, and joins nothing.
Result<void> checkUnused(const std::filesystem::path& data);
/// Makes the directory that of a server which has joined a cluster by this answer. Storage: it has another server's
/// messages; Busy: one is in it.
Result<void> adopt(const std::filesystem::path& data, const std::string& route, const ServerAnswer& answer);

/// Servers that join the cluster of the one in that directory get this, too, from now on: of a program that is kept
/// beside it, and secret.
Result<void> handOn(const std::filesystem::path& data, std::string_view beside);

/// The place of the server of that directory on this machine, and the one that others are told. Storage: there is none.
Result<std::string> addressIn(const std::filesystem::path& data);
Result<std::string> originIn(const std::filesystem::path& data);
/// A server's line to join by, as a person types it: its URL and a code. Security, Storage: that is no directory of a
/// server, or none that this user may read.
Result<std::string> invitation(const std::filesystem::path& data, WallTime end);
/// The line by which another server joins its cluster, as `stint push serve` or `stint fleet serve`. Storage: it is in
/// none.
Result<std::string> serverInvitation(const std::filesystem::path& data, WallTime end, std::string_view verbs);
/// The code alone; or one for another purpose.
Result<std::string> codeOf(const std::filesystem::path& data, WallTime end, std::string_view purpose = toJoin);

/// The version of a nats-server, by its own word: what its configuration may say depends on it.
using Version = std::array<int, 3>;

/// The numbers of "v2.10.27", or "v2.12.0-RC.1". nullopt: it is none.
std::optional<Version> versionIn(std::string_view text);
/// A sentence where that version is no good in a cluster (push.md §3.3); empty: it is, or is none.
std::string tooOldForCluster(std::string_view text);

} // namespace stint::push
