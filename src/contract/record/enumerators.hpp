// isOne(): true if a number that was read is one of an enum's. An enum of an event that is missing here does not
// compile.
#pragma once
#include <algorithm>

#include "contract/model/event.hpp"

namespace stint::record {

template <class E> constexpr bool upTo(E value, E last) { return value >= E{} && value <= last; }

inline bool isOne(Override value) { return upTo(value, Override::Full); }
inline bool isOne(JobEndNotificationPolicy value) { return upTo(value, JOB_END_NOTIFICATION_POLICY_REMOVE); }
inline bool isOne(JobClass value) { return upTo(value, JobClass::UserInitiated); }
inline bool isOne(WorkType value) { return upTo(value, WorkType::Background); }
inline bool isOne(ProcessState value) { return upTo(value, ProcessState::NotRunning); }
inline bool isOne(BatteryUse value) { return upTo(value, BatteryUse::Restricted); }
inline bool isOne(Motion value) { return upTo(value, Motion::Moving); }
inline bool isOne(Thermal value) { return upTo(value, Thermal::Shutdown); }
inline bool isOne(Memory value) { return upTo(value, Memory::Critical); }
inline bool isOne(DozeForce value) { return upTo(value, DozeForce::IdleMaintenance); }
inline bool isOne(GuardElse value) { return upTo(value, GuardElse::Offline); }
inline bool isOne(AlarmKind value) { return upTo(value, AlarmKind::Clock); }
inline bool isOne(UsageKind value) { return upTo(value, UsageKind::SystemUpdate); }
inline bool isOne(Bucket value) {
    return std::ranges::find(bucketTable, value, &BucketRow::bucket) != bucketTable.end();
}
// These have gaps between their numbers, but each has a name.
inline bool isOne(StopReason value) { return !nameOf(value).empty(); }
inline bool isOne(InternalReason value) { return !nameOf(value).empty(); }
inline bool isOne(NetworkCapability value) { return !nameOf(value).empty(); }
inline bool isOne(NetworkTransport value) { return !nameOf(value).empty(); }

} // namespace stint::record
