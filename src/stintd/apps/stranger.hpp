// What a program is told that is no app's, where it asks for what only an app has: how an app is declared and started
// (architecture.md, who is calling). It counts as the user's own shell, which most often is a mistake of whoever typed
// its name.
#pragma once
#include <string>
#include <string_view>

#include "stintd/apps/registry.hpp"

namespace stint {

/// `component`: the service or receiver that it names; `kind`: which of the two. The apps that declare it, and what to
/// type; else where a manifest would have to be, and what it would have to say.
std::string howToStart(const Registry& registry, std::string_view kind, std::string_view component);

} // namespace stint
