// Which lists a turn makes stale: from what came in and what comes of it. One list too many is asked for in vain; one
// too few would show what is no longer so.
#pragma once
#include "contract/core/scheduler.hpp"
#include "contract/model/topic.hpp"

namespace stint {

Topics topicsOf(const Event& event);
Topics topicsOf(const Step& step);

} // namespace stint
