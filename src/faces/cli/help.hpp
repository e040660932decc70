// The help texts, made from the table of verbs.
#pragma once
#include <string>

#include "faces/cli/line/verbs.hpp"

namespace stint::cli {

/// The text of `stint help`: what stint is for, four lines to try, the verbs.
std::string overview();
/// The text of `stint help VERB`, wrapped to `columns`.
std::string helpFor(const Verb& verb, std::size_t columns);

} // namespace stint::cli
