// The callers: the processes behind names on the bus, by the bus's own word, and what polkit lets them do.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "link/wire/message.hpp"
#include "netguard/cgroup_directory.hpp"

namespace stint {

/// The processes behind names on the bus, by the bus's own word, and the news that one has gone. Nothing here blocks; a
/// name is never given to another, so what is known of one holds until it goes.
class Callers {
public:
    using Then = std::function<void(const Result<Peer>&)>;
    using Gone = std::function<void(const std::string&)>;

    /// The connections of one user that are served; the bus limits how many there are.
    static constexpr std::size_t mostOfUser = 16;

    Callers(sd_bus* bus, Gone gone) : bus_(bus), gone_(std::move(gone)) {}

    /// To be called before anybody is identified: watches for all that leave. One rule serves all, since the bus limits
    /// rules.
    Result<void> open();
    /// Answers at once where the caller is known. Unavailable where it has gone meanwhile, Busy where its user has too
    /// many.
    void identify(const std::string& name, Then then);
    /// Busy where the caller is known, and its user has too many others: its calls are refused before they are read.
    Result<void> mayCall(std::string_view name) const;

private:
    struct Caller {
        Callers* owner = nullptr;
        std::string name;
        std::optional<Peer> peer;
        bool isServed = false; ///< it counts in mostOfUser
        std::vector<Then> waiting;
        wire::Slot question;
    };

    static int left(sd_bus_message* signal, void* self, sd_bus_error*);
    static int answered(sd_bus_message* answer, void* caller, sd_bus_error*);
    void settle(Caller& caller, Result<Peer> peer);
    Result<Peer> admitted(Caller& caller) const;

    sd_bus* bus_;
    Gone gone_;
    wire::Slot leaving_;
    std::map<std::string, std::unique_ptr<Caller>, std::less<>> callers_;
};

/// The actions, which packaging/org.stint.netguard.policy explains to a person.
inline constexpr const char* networkAction = "org.stint.netguard.network";
inline constexpr const char* wakeAction = "org.stint.netguard.wake";

using Allowed = std::function<void(const Result<void>&)>;

/// Polkit's answers on whether the caller behind a name on the bus may do something. Without polkit only root may.
class Authority {
public:
    /// One user's questions that polkit has at once: it answers all users' one after another.
    static constexpr unsigned mostAtOnce = 4;

    explicit Authority(sd_bus* bus) : bus_(bus) {}
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    /// Answers later, or at once for root; Security where the caller may not, with what would help. Never asks a
    /// person: the callers have no user interface.
    void ask(const std::string& name, const Peer& peer, const char* action, Allowed then);

private:
    struct Question {
        Authority* owner = nullptr;
        std::string name;
        uid_t user = 0;
        const char* action = nullptr;
        Allowed then;
    };
    struct User {
        unsigned asked = 0;
        std::deque<std::unique_ptr<Question>> waiting;
    };

    void askNext(uid_t user);
    static int answered(sd_bus_message* answer, void* question, sd_bus_error*);

    sd_bus* bus_;
    std::map<uid_t, User> users_;
};

} // namespace stint
