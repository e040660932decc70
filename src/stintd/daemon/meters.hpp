// The meters of decisions, waits and messages.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Measures how long decisions took, and jobs and messages waited, since this daemon started (linux.md §A.11). A wait
/// counts when it is written down, with the run that ended it; it counts for each of its reasons. A message counts when
/// it goes to its app, runs out or is replaced, until its app is uninstalled; a question of the line when it asks to
/// stay alive.
class Meters {
public:
    void decided(std::chrono::nanoseconds length);
    // A step's effects come before its records: what became of an uninstalled app's messages goes with it.
    void came(const Effect& effect);
    void recorded(const Record& record);

    /// Each count by its bound, "+Inf" for the values above all bounds, and each sum.
    std::vector<MeterRow> rows() const;

private:
    using Waits = Durations<waitBounds.size()>;
    Durations<decisionBounds.size()> decisions_;
    std::map<std::string_view, Waits> waits_; ///< by the reasons' names
    /// The app's name, the urgency that it was sent with, and what became of it.
    using Messages = std::tuple<std::string, std::string_view, std::string>;
    std::map<Messages, std::int64_t> messages_;
    std::map<std::string_view, Waits> delays_; ///< of delivered messages, by their urgencies' names
    std::int64_t keepAlives_ = 0;
};

} // namespace stint
