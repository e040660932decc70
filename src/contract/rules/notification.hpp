// Notifications on the desktop. An app's own, and its channels: what they must have, and when a notification goes
// whatever its policy says (jobs.md §5.1). And Stint's own notices about jobs that a person asked for, with what they
// offer (jobs.md §5.6): pure words and choices; contract/core/notices.hpp decides when they are shown.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"
#include "stint/notification.hpp"
#include "stint/reasons.hpp"

namespace stint {

/// IllegalArgument for no small icon, an unknown channel or too many actions; it names what would be right.
std::optional<Error> notificationError(const App& app, const Notification& notification);

/// The error of a channel that an app wants to create.
std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants);
/// The disturbance that the channel's notifications may cause: one of channelImportances.
const std::string& importanceOf(const App& app, std::string_view channel);
/// The channel after its creation: one that exists changes its name only.
Channel createdChannel(const App& app, Channel channel);
/// The error of deleting a channel: it is the manifest's, or a user-initiated job is showing something by it.
std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated);

/// True if the update reports how far the work has come, and nothing else. PROPOSAL: such an update does not bring back
/// what the user has dismissed (jobs.md §5.3: the app may post it again), or nobody could be rid of a transfer's.
bool tellsProgressOnly(const Notification& shown, const Notification& update);

/// True if the job was stopped by the user, or restricted in the background: removed, even where its policy is DETACH.
bool removesNotification(const Ending& ending);

using Actions = std::vector<Notification::Action>;

/// True if a person asked for the job: a user-initiated one of any app, or any job of the apps that people use by hand.
bool isAsked(const Job& job);

/// The fleet's campaign for people, where the job is one about which a person is asked (fleet.md §6.4); else empty.
std::string askerOf(const Job& job);

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
NoticeWords waitingNotice(const std::string& name, std::string_view want, bool mayRun, const PastRun& last);
NoticeWords pausedNotice(const std::string& name, const PastRun& last);
/// A fleet's campaign waits for a person's word (fleet.md §6.4).
NoticeWords askingNotice(const std::string& who, const std::string& campaign);
/// The notice that SIGKILL has not ended `left` processes after a Stop (jobs.md §5.4).
Notification survivorsNotice(const std::string& name, std::uint32_t left);
/// The day's counts of jobs by what they wait for: "3 jobs waited today: 2 for mains, 1 for an unmetered network".
NoticeWords digestNotice(const std::map<std::string, int>& wants);

} // namespace stint
