#include "contract/rules/constraint.hpp"

#include <fmt/core.h>

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
    return Verdict::untilUntold(next, PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW);
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

} // namespace stint
