// Who is behind a name on the bus, by the bus's own word, and that it has gone. Nothing here blocks; a name is never
// given to another, so what is known of one holds until it goes.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netguard/cgroup_directory.hpp"
#include "wire/message.hpp"

namespace stint {

class Callers {
public:
    using Then = std::function<void(const Result<Peer>&)>;
    using Gone = std::function<void(const std::string&)>;

    /// Connections of one user, and connections that the bus has not told about yet.
    static constexpr std::size_t mostOfUser = 16;
    static constexpr std::size_t mostUnknown = 64;

    Callers(sd_bus* bus, Gone gone) : bus_(bus), gone_(std::move(gone)) {}

    /// At once where it is known. Unavailable where it has gone meanwhile, Busy where there are too many.
    void identify(const std::string& name, Then then);

private:
    struct Caller {
        Callers* owner = nullptr;
        std::string name;
        std::optional<Peer> peer;
        std::vector<Then> waiting;
        wire::Slot watch;
        wire::Slot question;
    };

    static int watched(sd_bus_message* answer, void* caller, sd_bus_error*);
    static int left(sd_bus_message* signal, void* caller, sd_bus_error*);
    static int told(sd_bus_message* answer, void* caller, sd_bus_error*);
    int ask(Caller& caller);
    void settle(Caller& caller, Result<Peer> peer);
    std::size_t countOf(uid_t uid) const;
    std::size_t countUnknown() const;

    sd_bus* bus_;
    Gone gone_;
    std::map<std::string, std::unique_ptr<Caller>> callers_;
};

} // namespace stint
