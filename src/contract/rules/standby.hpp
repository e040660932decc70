// Standby buckets: how use, time, a person, the system and a predictor move an app between them (limits.md §2). Pure:
// Usage in, Usage out. Usage.bucket is what these rules alone yield; the least bucket that a permission or the user's
// choice guarantees (§2.5) is laid over it by bucketOf(), so that it leaves no trace when it is taken back.
// The built-in predictor goes by how often, beside how recently, the user uses an app (§2.6, bucket.predictor =
// frequency).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "contract/model/app.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// The bucket the app never drops below (limits.md §2.5); Never: none is guaranteed.
Bucket leastBucket(const App& app);
/// The bucket the app is in, for every reader but the functions below.
Bucket bucketOf(const App& app);
/// The reason for its bucket: Default while the least bucket is better than what the rules yield.
BucketReason reasonOf(const App& app);
/// The end of its stay in the bucket that it was put into (limits.md §2.4, §2.7, §2.8), in words.
std::string_view endOfStay(const App& app);
/// True for what Android calls an inactive app: from rare down (limits.md §2.1), but none while the device is charging
/// (§2.9).
bool isIdle(Bucket bucket, bool charging);
/// The bucket in which its jobs see the app (jobs.md §6.7): a buggy app, restricted or not yet, has none better than
/// working_set unless it is active (limits.md §9). An exempted app keeps its own.
Bucket bucketForJobs(const App& app, Instant now, const Constants& constants);

/// The usage of a newly installed app: never, for no reason (limits.md §2.2).
Usage unused();
/// The same, but a built-in app starts active and ages from `now` on, without use by the user (limits.md §2.2).
Usage firstUsage(const Manifest& manifest, UsageTime now);

/// The usage after an event of its history (limits.md §2.4). `dozing`: in any Doze, for an exempted sync.
/// Expects `usage` aged to `now`.
Usage afterUse(Usage usage, UsageKind kind, UsageTime now, const App& app, bool dozing, const Constants& constants);

/// The usage after a person or the shell puts the app into `bucket` (limits.md §2.7): its holds, and a restriction that
/// waits, end. An app whose least bucket is exempted is not changed. Any bucket is taken, since a scenario may pin
/// `exempted`.
Usage forcedByUser(Usage usage, Bucket bucket, const App& app);
/// The usage after the system restricts the app (limits.md §2.8), because of misbehaviour if `buggy`; within
/// bucket.auto_restrict_delay of its last use by the user this is remembered, and aged() does it then. An exempted app
/// and a never used one are not changed.
Usage forcedBySystem(Usage usage, UsageTime now, bool buggy, const App& app, const Constants& constants);
/// The usage after an install of this version (limits.md §2.2): an app restricted only as "buggy", in another version,
/// becomes rare.
Usage afterInstall(Usage usage, const std::string& version);

/// The usage after a predictor puts the app into `bucket` (limits.md §2.6), now or when its holds end. Nothing changes
/// where the rules ignore it: from or to never, to restricted or exempted, a forced or an exempted app, a timed-out
/// restricted app that would become rare.
Usage predicted(Usage usage, Bucket bucket, UsageTime now, const App& app, const Constants& constants);

/// All that time alone has done by `now` (limits.md §2.3, §2.4 rule (c), §2.6, §2.8). `sweep`: one of the moments at
/// which every app is looked at, where the built-in predictor speaks. Bucket and reason change only where
/// nextChange() has said so.
Usage aged(Usage usage, UsageTime now, const App& app, const Constants& constants, bool sweep);
/// The running time until aged() without a sweep would give something else, if the screen stays as it is; 0: it would
/// now. nullopt: never by time alone.
std::optional<Duration> nextChange(const Usage& usage, UsageTime now, bool screenOn, const App& app,
                                   const Constants& constants);
/// The running time until the next sweep, a multiple of bucket.check_interval; nullopt where sweeps change nothing,
/// because no built-in predictor is chosen and every other change comes exactly on time.
std::optional<Duration> nextSweep(UsageTime now, const Constants& constants);

/// Marks the day of `running` as one of use by the user, and forgets those that bucket.frequency.days no longer reach.
/// Days are those of running time: time while the machine is off does not pass.
void noteDayOfUse(Usage& usage, Duration running, const Constants& constants);

/// The built-in predictor's bucket: working_set, frequent or rare, by the days of use among the last; nullopt: none, or
/// another predictor is chosen.
std::optional<Bucket> bucketByFrequency(const Usage& usage, Duration running, const Constants& constants);

} // namespace stint
