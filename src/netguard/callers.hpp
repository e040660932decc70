// The processes behind names on the bus.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
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
    static int told(sd_bus_message* answer, void* caller, sd_bus_error*);
    void settle(Caller& caller, Result<Peer> peer);
    Result<Peer> admitted(Caller& caller) const;

    sd_bus* bus_;
    Gone gone_;
    wire::Slot leaving_;
    std::map<std::string, std::unique_ptr<Caller>> callers_;
};

} // namespace stint
