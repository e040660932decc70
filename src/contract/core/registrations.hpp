// Registrations for messages from elsewhere (push.md §4.3, §4.4): those that receivers of a manifest want, those that
// get another token, and those of a connector that is gone. line.hpp has all of them.
#pragma once
#include <string>

#include "contract/core/line.hpp"

namespace stint {

// Receivers of a manifest. An app says what it wants under a name of its own; that is kept as a registration, which the
// line makes under another name, with a token. The receiver is told its endpoint, and that it has ended, until it has
// taken that.

/// The app's registration under its own name, or what it wants there. nullptr: none that has not ended.
const Registration* wantedAs(const Line& line, const AppId& app, const std::string& own);
/// True where there is another one of that app and name.
bool wantedBeside(const Line& line, const Registration& registration);
/// Gives one that the line makes what its app wants there; a connector's stays as it is.
void beAsWanted(const Line& line, Registration& made);
/// True where the receiver is to be told: the server has made it, at another endpoint than `before`.
bool isTold(const Registration& registration, const Registration& before);
/// Tells the receiver at once, and once, that the registration has ended.
void tellEnd(Turn& turn, const Registration& registration);
/// Tells receivers what they are to be told, and forgets what was wanted and is no longer.
void settleReceivers(Turn& turn);
/// The receiver has taken what it was told by that delivery, or not; of any other delivery nothing happens.
void noteTold(Turn& turn, std::uint64_t delivery, bool isTaken);

// Registrations that get other tokens: a new one is made in the place of each, which goes on beside it
// for a while, so that no sender has to be told at once.

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

// Connectors that the session bus does not know any more, as after their app was uninstalled: their registrations end.

/// Goes on counting after a restart. `died`: the last instant at which the boot was known to go on that was written.
void restoreUnknown(Turn& turn, bool sameBoot, Instant died);
/// Has the line see once more, where the time is over, whether the bus still does not know a connector.
void settleUnknown(Turn& turn);

} // namespace stint
