// All that is told of one app, a fact a line, as `stint app` and `stint top` show it. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/view.hpp"

namespace stint::cli {

struct AppFact {
    std::string_view key; ///< empty: more of the one before
    std::string value;    ///< "-": there is none
};

std::vector<AppFact> factsOf(const AppView& app, WallTime now);

} // namespace stint::cli
