// The lists that a turn changes.
#pragma once
#include "contract/core/scheduler.hpp"
#include "contract/model/questions.hpp"

namespace stint {

/// The lists that an event, or a step, changes. A list too many is asked for in vain; a list too few would show old
/// rows.
Topics topicsOf(const Event& event);
Topics topicsOf(const Step& step);

} // namespace stint
