// All facts about one app, one a line, for `stint app` and `stint top`. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/view.hpp"

namespace stint::cli {

struct AppFact {
    std::string_view key; ///< empty: the line goes on with the fact before it
    std::string value;    ///< "-": there is none
};

std::vector<AppFact> factsOf(const AppView& app, WallTime now);

} // namespace stint::cli
