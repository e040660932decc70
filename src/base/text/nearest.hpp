// The known word a person most likely meant: for messages of the kind "unknown key "labell" (did you mean "label"?)".
#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace stint {

/// The known word with the fewest letters changed, added or left out; the first of equals. nullopt if these were more
/// than a third of `word` (and more than two letters), or all of its letters: a guess that far off misleads.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

} // namespace stint
