// The meters of decisions and waits.
#pragma once
#include <map>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// Measures how long decisions took and jobs waited, since this daemon started (linux.md §A.11). A wait counts when it
/// is written down, with the run that ended it; it counts for each of its reasons.
class Meters {
public:
    void decided(std::chrono::nanoseconds length);
    void recorded(const Record& record);

    /// Each count by its bound, "+Inf" for the values above all bounds, and each sum.
    std::vector<MeterRow> rows() const;

private:
    using Waits = Durations<waitBounds.size()>;
    Durations<decisionBounds.size()> decisions_;
    std::map<std::string_view, Waits> waits_; ///< by the reasons' names
};

} // namespace stint
