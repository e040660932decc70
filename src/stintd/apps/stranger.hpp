// The error for a program that is no app's and asks for something that only an app has: it explains how an app is
// declared and started (architecture.md, who is calling). Such a program counts as the user's own shell; most often the
// person has forgotten to start it as an app.
#pragma once
#include <string>
#include <string_view>

#include "stintd/apps/registry.hpp"

namespace stint {

/// The apps that declare `component` and the command to type; where none does, the path and the contents of a manifest.
/// `component`: the name of a service or receiver; `kind`: which of the two.
std::string howToStart(const Registry& registry, std::string_view kind, std::string_view component);

} // namespace stint
