// Stint's own notices on the desktop about jobs that a person asked for, and what they offer (jobs.md §5.6). Pure words
// and choices; contract/core/notices.hpp decides when they are shown.
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

/// True if a person asked for the job: a user-initiated one of any app, or any job of the apps that people use by hand.
bool isAsked(const Job& job);

/// The actions behind the app's own, which come first: servers show about three. Nothing is offered twice.
Actions actionsOfRun(const Notification& shown);

/// The end of "waits for …": the words of the row that holds the job (Gate::want), else its reason's, which for a
/// network may be "an unmetered network". `device`: its present state.
std::string_view wantOf(std::string_view ofRow, PendingReason reason, const JobInfo& info, const Device& device);
/// True if the job could do something if it ran all the same: not if it lacks a network and there is none at all.
bool helpsToRunAnyway(PendingReason reason, const Device& device);

struct NoticeWords {
    Notification notification;
    Actions actions;
    bool operator==(const NoticeWords&) const = default;
};
NoticeWords waitingNotice(const std::string& name, std::string_view want, bool mayRun);
NoticeWords pausedNotice(const std::string& name);
/// The notice that SIGKILL has not ended `left` processes after a Stop (jobs.md §5.4).
Notification survivorsNotice(const std::string& name, std::uint32_t left);
/// The day's counts of jobs by what they wait for: "3 jobs waited today: 2 for mains, 1 for an unmetered network".
NoticeWords digestNotice(const std::map<std::string, int>& wants);

} // namespace stint
