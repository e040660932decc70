// Recovery: what of the stored state is taken up again. The part of an app's memory that still holds after a restart
// of the daemon, and after another boot (limits.md §3.4, §12.7 example 99; jobs.md §12.5).
// The fitness of what the store has: rules reckon with times that lie where they can lie. A store may have been
// written by another version, or changed by hand; its checksums prove only that nobody changed it since. A job that is
// not fit is set aside (docs/decisions/0015), and the others go on.
#pragma once
#include <string>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The memory after a restart inside the boot: sessions that ran are broken off at `died`, when the former daemon was
/// last alive.
AppMemory afterRestart(AppMemory memory, Instant died, const Constants& constants);

/// The memory after another boot: buckets, last use and the user's choices stay; the ledgers only with persist_quota,
/// placed by the wall clock. `written`: when the memory was written down; `died`: when that boot was last known to be
/// running.
AppMemory afterBoot(AppMemory memory, Now written, Instant died, Now now, const Constants& constants);

/// The fault of the job's record, in words for a person; empty: it has none.
std::string whyUnfit(const Job& job);

/// The stored state of the device, of this boot, with nothing in it that holds work back for longer than its rule can:
/// a beginning lies no later than now, an end no later than if it had begun now.
DeviceState believable(DeviceState stored, Instant now, const Constants& constants);

} // namespace stint
