// Messages that were left out, counted by reason, and told on stderr at most once an hour: whoever sends it may send
// much.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/unix/timer.hpp"

namespace stint::push {

class Troubles {
public:
    explicit Troubles(sd_event* loop) : timer_(loop) {}
    void add(const std::string& reason);

private:
    void tell();

    std::map<std::string, std::uint64_t> counts_; ///< since it was told
    Timer timer_;                                 ///< set for an hour after it was told
};

} // namespace stint::push
