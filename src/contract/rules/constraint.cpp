#include "contract/rules/constraint.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"
#include "contract/model/job_fields.hpp"

namespace stint {

bool pluggedIsEnough(const Context& c) {
    if (!c.gateKey.has(constraintNamed("requiresCharging")) || !c.world.device.plugged) return false;
    if (c.run && c.run->pluggedEnough) return true;
    return c.app && stateOf(*c.app) == ProcessState::Top && c.gateKey.priority >= JobInfo::PRIORITY_DEFAULT;
}

// jobs.md §3.2, charging; limits.md §10.3: a charging constraint is charging and battery not low.
Verdict chargingGate(const Context& c) {
    if (pluggedIsEnough(c)) return Verdict::yes();
    if (c.world.state.charging && !c.world.state.batteryLow) return Verdict::yes();
    const Instant now = c.world.now.elapsed;
    if (const auto due = c.world.state.chargingAt; due && *due > now && !c.world.state.batteryLow) {
        return Verdict::untilAtLatest(*due, now, PENDING_JOB_REASON_CONSTRAINT_CHARGING); // a report may move it
    }
    return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CHARGING);
}

// jobs.md §3.2, battery not low.
Verdict batteryNotLowGate(const Context& c) {
    if (!c.world.state.batteryLow) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW);
}

// jobs.md §3.2, storage not low.
Verdict storageNotLowGate(const Context& c) {
    if (!c.world.state.storageLow) return Verdict::yes();
    if (c.world.device.storageForced) return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW);
    // LINUX: the kernel does not report that a volume has room again, so its free space is read while a job waits for
    // that, and only then (decision 0007).
    const Instant next = c.world.now.elapsed + c.world.constants.storageCheck;
    return Verdict::untilUnreported(next, PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW);
}

// jobs.md §3.2, device idle.
Verdict deviceIdleGate(const Context& c) {
    if (c.world.state.idle) return Verdict::yes();
    const auto due = c.world.state.idleAt;
    if (!due) return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE);
    // This may be asked before the turn that takes note of the time.
    if (*due <= c.world.now.elapsed) return Verdict::yes();
    return Verdict::until(*due, PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE);
}

std::string describeCharging(const Context& c) {
    return fmt::format("{}, {} %; wants to be charging",
                       c.world.device.plugged ? "plugged in, not charging yet" : "on battery",
                       c.world.device.batteryPercent);
}

std::string describeBattery(const Context& c) {
    return fmt::format("battery low at {} %; wants {} % or power", c.world.device.batteryPercent,
                       c.world.constants.batteryOkay);
}

std::string describeIdle(const Context& c) {
    if (!c.world.state.idleAt) return "somebody uses the device";
    return fmt::format("nobody uses the device, but not for {} yet", formatDuration(c.world.constants.idleThreshold));
}

std::string describeStorage(const Context& c) {
    if (c.world.device.storageForced) return "storage low (set); wants it not low";
    return fmt::format("{} free of {}; wants more", formatSize(c.world.device.storageFree),
                       formatSize(c.world.device.storageTotal));
}

bool watches(const JobInfo& info, const std::string& path) {
    return std::ranges::any_of(info.getTriggerContentUris(), [&](const JobInfo::TriggerContentUri& watched) {
        if (path == watched.uri) return true;
        const bool beneath = watched.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        const std::string folder = watched.uri.ends_with('/') ? watched.uri : watched.uri + '/';
        return beneath && path.starts_with(folder);
    });
}

bool noteChange(ContentChanges& changes, const std::string& path, const JobInfo& info, Instant now,
                const Constants& constants) {
    const bool isFirst = changes.uris.empty();
    if (isFirst) changes.first = now;
    const bool isNew = changes.uris.size() < mostTriggeredUris && changes.uris.insert(path).second;
    if (!isFirst && changes.ready <= now) return isNew;
    // jobs.md §3.2: the update delay after the last change, at most the max delay after the first.
    const Duration update = bounded(info.getTriggerContentUpdateDelay().value_or(constants.contentTriggerUpdateDelay));
    const Duration most = bounded(info.getTriggerContentMaxDelay().value_or(constants.contentTriggerMaxDelay));
    changes.ready =
        std::ssize(changes.uris) >= constants.contentTriggerUrgent ? now : std::min(now + update, changes.first + most);
    return isNew;
}

ContentChanges together(ContentChanges reported, const ContentChanges& collected) {
    if (reported.uris.empty()) return collected;
    if (collected.uris.empty()) return reported;
    reported.first = std::min(reported.first, collected.first);
    reported.ready = std::min(reported.ready, collected.ready);
    for (const std::string& uri : collected.uris)
        if (reported.uris.size() < mostTriggeredUris) reported.uris.insert(uri);
    return reported;
}

ContentChanges watchedBy(const JobInfo& info, ContentChanges changes) {
    std::erase_if(changes.uris, [&](const std::string& uri) { return !watches(info, uri); });
    return changes;
}

ContentChanges forRetry(ContentChanges changes, Instant now) {
    changes.ready = std::min(changes.ready, now);
    return changes;
}

} // namespace stint
