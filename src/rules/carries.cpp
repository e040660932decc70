#include "rules/carries.hpp"

#include <array>

namespace stint {
namespace {

using J = JobInfo;

bool bytes(const J& j) {
    return j.getEstimatedNetworkDownloadBytes() != unknownBytes || j.getEstimatedNetworkUploadBytes() != unknownBytes;
}

// clang-format off
constexpr std::array table{
    //       method                          set                                                          regular exped. UIDT   work layer
    Carries{"addTriggerContentUri",         [](const J& j) { return !j.getTriggerContentUris().empty(); }, true,  false, false, "yes", ""},
    Carries{"setBackoffCriteria",           [](const J& j) { return j.hasExplicitBackoff(); },             true,  true,  true,  "yes", ""},
    Carries{"setClipData",                  [](const J& j) { return j.getClipData().has_value(); },        true,  true,  true,  "no",  "not on a persisted job"},
    Carries{"setEstimatedNetworkBytes",     bytes,                                                         true,  true,  true,  "no",  "needs a required network"},
    Carries{"setMinimumLatency",            [](const J& j) { return j.getMinimumLatency().has_value(); },  true,  false, false, "initial delay; not expedited", ""},
    Carries{"setMinimumNetworkChunkBytes",  [](const J& j) { return j.getMinimumNetworkChunkBytes() != unknownBytes; }, true, true, true, "no", "needs a required network"},
    Carries{"setNamespace",                 [](const J&) { return false; },                                true,  true,  true,  "no",  "a scheduler's handle: forNamespace"},
    Carries{"setOverrideDeadline",          [](const J& j) { return j.getOverrideDeadline().has_value(); }, true, false, false, "no",  ""},
    Carries{"setPeriodic",                  [](const J& j) { return j.isPeriodic(); },                     true,  false, false, "not expedited", ""},
    Carries{"setPersisted",                 [](const J& j) { return j.isPersisted(); },                    true,  true,  true,  "always", "needs RECEIVE_BOOT_COMPLETED"},
    Carries{"setPrefetch",                  [](const J& j) { return j.isPrefetch(); },                     true,  false, false, "no",  ""},
    Carries{"setRequiredNetwork",           [](const J& j) { return j.getRequiredNetwork().has_value(); }, true,  true,  true,  "yes", "a user-initiated job must have it"},
    Carries{"setRequiredNetworkType",       [](const J& j) { return j.getRequiredNetwork().has_value(); }, true,  true,  true,  "yes", "or setRequiredNetwork"},
    Carries{"setRequiresBatteryNotLow",     [](const J& j) { return j.isRequireBatteryNotLow(); },         true,  false, true,  "not expedited", ""},
    Carries{"setRequiresCharging",          [](const J& j) { return j.isRequireCharging(); },              true,  false, true,  "not expedited", ""},
    Carries{"setRequiresDeviceIdle",        [](const J& j) { return j.isRequireDeviceIdle(); },            true,  false, false, "not expedited, no back-off", "not with setBackoffCriteria"},
    Carries{"setRequiresStorageNotLow",     [](const J& j) { return j.isRequireStorageNotLow(); },         true,  true,  true,  "yes", ""},
};
// clang-format on

} // namespace

std::span<const Carries> carriesTable() { return table; }

} // namespace stint
