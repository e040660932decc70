// Messages that were left out, counted by reason, and told to the daemon at most once a minute, on stderr at most once
// an hour: whoever sends them may send many.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/unix/event_source.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

class Troubles {
public:
    Troubles(sd_event* loop, Gate& gate) : gate_(gate), minute_(loop), hour_(loop) {}
    void add(const std::string& reason);

private:
    using Counts = std::map<std::string, std::int64_t>;
    void report();
    void tell();

    Gate& gate_;
    Counts unreported_, untold_; ///< to the daemon, and on stderr
    Timer minute_, hour_;        ///< each set for as long after it was told
};

} // namespace stint::push
