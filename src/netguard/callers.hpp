// Who is behind a name on the bus, by the bus's own word, and that it has gone. Nothing here blocks; a name is never
// given to another, so what is known of one holds until it goes.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "link/wire/message.hpp"
#include "netguard/cgroup_directory.hpp"

namespace stint {

class Callers {
public:
    using Then = std::function<void(const Result<Peer>&)>;
    using Gone = std::function<void(const std::string&)>;

    /// Connections of one user that are served; the bus limits how many there are.
    static constexpr std::size_t mostOfUser = 16;

    Callers(sd_bus* bus, Gone gone) : bus_(bus), gone_(std::move(gone)) {}

    /// Before anybody is identified: whoever leaves is told of. One rule for all, for the bus has a limit of rules.
    Result<void> open();
    /// At once where it is known. Unavailable where it has gone meanwhile, Busy where its user has too many.
    void identify(const std::string& name, Then then);

private:
    struct Caller {
        Callers* owner = nullptr;
        std::string name;
        std::optional<Peer> peer;
        bool isServed = false; ///< one of mostOfUser
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
