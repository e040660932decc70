// Receivers of a manifest that get messages from elsewhere (push.md §4.4). An app says what it wants under a name of
// its own; that is kept as a registration, which the line makes under another name, with a token. The receiver is told
// its endpoint, and that it has ended, until it has taken that.
#pragma once
#include <string>

#include "contract/core/line.hpp"

namespace stint {

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

} // namespace stint
