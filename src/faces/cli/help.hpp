// The help texts, made from the table of verbs.
#pragma once
#include <string>

#include "faces/cli/line/verbs.hpp"

namespace stint::cli {

/// `stint help`: what it is for, three lines to try, the verbs.
std::string overview();
/// `stint help VERB`, wrapped to `columns`.
std::string helpFor(const Verb& verb, std::size_t columns);

} // namespace stint::cli
