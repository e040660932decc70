// What Stint says by itself on the desktop of jobs that a person asked for, and what it offers there (jobs.md §5.6).
// Pure words and choices; when they are shown is contract/core/notices.hpp's question.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/device.hpp"
#include "contract/model/job.hpp"
#include "stint/notification.hpp"
#include "stint/reasons.hpp"

namespace stint {

using Actions = std::vector<Notification::Action>;

/// A person asked for it: a user-initiated job of any app, and any job of the apps that people use by hand.
bool isAsked(const Job& job);

/// What stands behind the app's own actions, which come first: servers show about three. Nothing is offered twice.
Actions actionsOfRun(const Notification& shown);

/// The end of "waits for …": the words of the row that holds a job (Gate::want), else its reason's, which of a network
/// may be "an unmetered network". `device`: as it is.
std::string_view wantOf(std::string_view ofRow, PendingReason reason, const JobInfo& info, const Device& device);
/// It could do something if it ran all the same: not so where there is no network at all.
bool helpsToRunAnyway(PendingReason reason, const Device& device);

struct NoticeWords {
    Notification notification;
    Actions actions;
    bool operator==(const NoticeWords&) const = default;
};
NoticeWords waitingNotice(const std::string& name, std::string_view want, bool mayRun);
NoticeWords pausedNotice(const std::string& name);
/// After a Stop (jobs.md §5.4): SIGKILL has not ended them.
Notification survivorsNotice(const std::string& name, std::uint32_t left);
/// Of how many jobs wait for what: "3 jobs waited today: 2 for mains, 1 for an unmetered network".
NoticeWords digestNotice(const std::map<std::string, int>& wants);

} // namespace stint
