// Reports of a fleet's devices, as the server that leads tells the others what it has read (fleet.md §5.1): many in a
// message, where the stream would have one for each of them and each of the servers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "push/broker/broker.hpp"

namespace stint::push {

/// Only servers may say it, or hear it.
inline constexpr const char* readSubject = "stint.read";

/// A text for so many that their bodies have 128 KiB, or for one that is longer (proposal).
std::vector<std::string> textsOf(const std::vector<Recorded>& reports);
/// Without headers. Unavailable: it is no such text.
Result<std::vector<Recorded>> reportsIn(std::string_view text);

} // namespace stint::push
