// How long the line may be silent (push.md §4.1), learned for each network. Routers forget a connection that is silent
// for longer than they like, and tell neither end. Pure.
#pragma once
#include <map>
#include <string>

#include "base/time/time.hpp"

namespace stint::push {

class KeepAlive {
public:
    static constexpr Duration first = 4min, step = 4min, longest = 28min, shortest = 1min;

    /// The length for that network, by its name.
    Duration length(const std::string& network) const;
    /// A check was answered, after the line had been silent for so long: that was short enough, and longer is tried
    /// next if it was near to the present length.
    void answered(const std::string& network, Duration silence);
    /// A check was not answered, and the connection was dead.
    void died(const std::string& network);

private:
    void learn(const std::string& network, Duration length);

    std::map<std::string, Duration> learned_;
};

} // namespace stint::push
