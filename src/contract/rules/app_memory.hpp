// The part of an app's memory that still holds after a restart of the daemon, and after another boot (limits.md §3.4,
// §12.7 example 99; jobs.md §12.5).
#pragma once
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// The memory after a restart inside the boot: sessions that ran are broken off at `died`, when the former daemon was
/// last alive.
AppMemory afterRestart(AppMemory memory, Instant died, const Constants& constants);

/// The memory after another boot: buckets, last use and the user's choices stay; the ledgers only with persist_quota,
/// placed by the wall clock. `written`: when the memory was written down; `died`: when that boot was last known to be
/// running.
AppMemory afterBoot(AppMemory memory, Now written, Instant died, Now now, const Constants& constants);

} // namespace stint
