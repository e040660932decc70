// Registrations that get other tokens (push.md §4.4): a new one is made in the place of each, which goes on beside it
// for a while, so that no sender has to be told at once.
#pragma once
#include <string>

#include "contract/core/line.hpp"

namespace stint {

/// A new registration, of that name, is there in the place of the one that was to be rotated.
void succeed(Turn& turn, const std::string& old, const std::string& successor);
/// The server has made the registration: the one in whose place it is goes from now on.
void beginRetirement(Turn& turn, const std::string& successor);
/// The registration has ended or, where the server has `refused` it, never was: so do those that it has replaced; but
/// one that still waited for it stays as it is.
void endReplaced(Turn& turn, const std::string& successor, bool refused);
/// Takes away what waits for a registration that ends: it is its successor's then, if it has one.
void handOver(Turn& turn, const Registration& registration);
/// The server has refused too many posts to it: it gets another token, if it is not new itself.
void rotateMisused(Turn& turn, const std::string& name);
/// Does what the wall clock says: registrations grow old, and what was replaced goes.
void settleRotation(Turn& turn);

} // namespace stint
