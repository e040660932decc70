// Polkit's answers on what a caller may do.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "link/wire/message.hpp"
#include "netguard/cgroup_directory.hpp"

namespace stint {

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
