#include "contract/rules/notification.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/model/agent.hpp"
#include "contract/model/app.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/ending.hpp"

namespace stint {

namespace {

constexpr std::size_t mostActions = 3;
constexpr std::size_t longestWord = 1000;      ///< PROPOSAL: bytes of a channel's id or name; Android cuts them there
constexpr std::string_view always = "default"; ///< exists without being declared

// The manifest's channel, where it declares one; else the one that the app has created.
const Channel* channelNamed(const App& app, std::string_view id) {
    for (const auto* channels : {&app.manifest.channels, &app.memory.channels}) {
        const auto found = std::ranges::find(*channels, id, &Channel::id);
        if (found != channels->end()) return &*found;
    }
    return nullptr;
}

bool isDeclared(const App& app, std::string_view id) {
    return id == always || std::ranges::find(app.manifest.channels, id, &Channel::id) != app.manifest.channels.end();
}

} // namespace

std::optional<Error> notificationError(const App& app, const Notification& notification) {
    if (notification.getSmallIcon().empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "a notification without a small icon; call setSmallIcon");
    }
    const std::string& channel = notification.getChannelId();
    if (channel != always && !channelNamed(app, channel)) {
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "unknown notification channel \"{}\"; create it, or declare it as [[channel]] in {}", channel,
                    app.manifest.file.empty() ? "the manifest" : app.manifest.file);
    }
    if (notification.getActions().size() > mostActions) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} actions in a notification; at most {} are shown",
                    notification.getActions().size(), mostActions);
    }
    return std::nullopt;
}

std::optional<Error> channelError(const App& app, const Channel& channel, const Constants& constants) {
    if (channel.id.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "a notification channel without an id; name one");
    if (channel.name.empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "notification channel \"{}\" without a name for the user", channel.id);
    }
    const std::size_t longest = std::max(channel.id.size(), channel.name.size());
    if (longest > longestWord) {
        return fail(Errc::ILLEGAL_ARGUMENT, "an id or a name of {} bytes; at most {} are allowed", longest,
                    longestWord);
    }
    if (std::ranges::find(channelImportances, channel.importance) == channelImportances.end()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "importance \"{}\" is unknown; it is none, min, low, default or high",
                    channel.importance);
    }
    const bool isNew = std::ranges::find(app.memory.channels, channel.id, &Channel::id) == app.memory.channels.end();
    if (isNew && std::ssize(app.memory.channels) >= constants.maxChannelsPerApp) {
        return fail(Errc::ILLEGAL_STATE, "{} has created {} notification channels, and may create no more",
                    app.manifest.package.name, app.memory.channels.size());
    }
    return std::nullopt;
}

Channel createdChannel(const App& app, Channel channel) {
    if (const Channel* known = channelNamed(app, channel.id)) {
        channel.importance = known->importance;
    } else if (channel.id == always) {
        channel.importance = Channel{}.importance;
    }
    return channel;
}

std::optional<Error> deletionError(const App& app, const std::string& id, bool usedByUserInitiated) {
    if (isDeclared(app, id)) {
        return fail(Errc::ILLEGAL_ARGUMENT, "notification channel \"{}\" is the manifest's, and stays", id);
    }
    if (usedByUserInitiated) {
        return fail(Errc::SECURITY, "a user-initiated job of {} shows a notification of channel \"{}\"",
                    app.manifest.package.name, id);
    }
    return std::nullopt;
}

const std::string& importanceOf(const App& app, std::string_view channel) {
    static const Channel undeclared{.id = std::string(always)};
    const Channel* known = channelNamed(app, channel);
    return (known ? *known : undeclared).importance;
}

bool tellsProgressOnly(const Notification& shown, const Notification& update) {
    const Notification::Progress& progress = update.getProgress();
    return (progress.maximum > 0 || progress.indeterminate) && shown.getChannelId() == update.getChannelId() &&
           shown.getSmallIcon() == update.getSmallIcon() && shown.getTitle() == update.getTitle() &&
           shown.getActions() == update.getActions();
}

bool removesNotification(const Ending& ending) {
    return ending.reason == STOP_REASON_USER || ending.reason == STOP_REASON_BACKGROUND_RESTRICTION;
}

namespace {

Notification noticeOf(const std::string& title, const std::string& text) {
    return Notification::Builder("default")
        .setSmallIcon(std::string(taskManagerEntry))
        .setContentTitle(title)
        .setContentText(text)
        .build();
}

Notification::Action action(std::string_view key, const char* label) { return {std::string(key), label}; }

bool offers(const Notification& shown, std::string_view key) {
    return std::ranges::any_of(shown.getActions(), [&](const auto& action) { return action.key == key; });
}

bool lacksUnmetered(const JobInfo& info, const Device& device) {
    const auto& wanted = info.getRequiredNetwork();
    const bool unmetered = wanted && wanted->getCapabilities().contains(NET_CAPABILITY_NOT_METERED);
    return unmetered && !(device.network && device.network->has(NET_CAPABILITY_NOT_METERED));
}

} // namespace

bool isAsked(const Job& job) {
    const std::string_view app = job.key.app.name;
    return job.info.isUserInitiated() || app == transferPackage || app == shellPackage;
}

std::string askerOf(const Job& job) {
    if (job.key.app.name != agentPackage) return {};
    return job.info.getExtras().getString(agentAsksExtra);
}

Actions actionsOfRun(const Notification& shown) {
    Actions actions;
    // The library's own pair (jobs.md §5.1) has a Later of its own.
    if (!offers(shown, "later")) actions.push_back(action(press::later, "Later"));
    actions.push_back(action(press::why, "Why"));
    return actions;
}

std::string_view wantOf(std::string_view ofRow, PendingReason reason, const JobInfo& info, const Device& device) {
    if (!ofRow.empty()) return ofRow;
    const bool unmetered = reason == PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY && lacksUnmetered(info, device);
    return unmetered ? "an unmetered network" : wantOf(reason);
}

bool helpsToRunAnyway(PendingReason reason, const Device& device) {
    return reason != PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY || device.network.has_value();
}

namespace {

// " at 90 MiB of 200 MiB", after how far the job has come (jobs.md §4.7); empty: nobody knows.
std::string comeTo(const PastRun& last) {
    const bool up = last.transferredUp > last.transferredDown;
    const Bytes done = up ? last.transferredUp : last.transferredDown;
    const Bytes size = up ? last.estimatedUp : last.estimatedDown;
    if (!goesOnFrom(last) || done <= 0) return {};
    if (size <= 0) return fmt::format(" at {}", formatSize(done));
    return fmt::format(" at {} of {} ({} %)", formatSize(done), formatSize(size),
                       std::min<Bytes>(100, done / std::max<Bytes>(size / 100, 1)));
}

} // namespace

NoticeWords waitingNotice(const std::string& name, std::string_view want, bool mayRun, const PastRun& last) {
    const std::string amount = comeTo(last);
    NoticeWords words{noticeOf(name, fmt::format("waits for {}{}{}", want, amount.empty() ? "" : ",", amount)), {}};
    if (mayRun) words.actions.push_back(action(press::runAnyway, "Run anyway"));
    words.actions.push_back(action(press::cancel, "Cancel"));
    words.actions.push_back(action(press::why, "Why"));
    return words;
}

NoticeWords pausedNotice(const std::string& name, const PastRun& last) {
    return {noticeOf(name, "paused" + comeTo(last)),
            {action(press::resume, "Resume"), action(press::cancel, "Cancel"), action(press::why, "Why")}};
}

NoticeWords askingNotice(const std::string& who, const std::string& campaign) {
    return {noticeOf(fmt::format("{} asks to begin here", who),
                     fmt::format("nothing of campaign {} begins before your yes", campaign)),
            {action(press::allow, "Allow"), action(press::refuse, "Refuse")}};
}

Notification survivorsNotice(const std::string& name, std::uint32_t left) {
    return noticeOf(fmt::format("{} does not stop", name),
                    fmt::format("{} of it {} there after its Stop: {} for the kernel, or a disk, and {} then",
                                counted(left, "process", "processes"), left == 1 ? "is" : "are",
                                left == 1 ? "it waits" : "they wait", left == 1 ? "dies" : "die"));
}

NoticeWords digestNotice(const std::map<std::string, int>& wants) {
    std::vector<std::pair<std::string, int>> most(wants.begin(), wants.end());
    std::ranges::stable_sort(most, std::ranges::greater(), &std::pair<std::string, int>::second);
    int all = 0;
    std::string text;
    for (const auto& [want, count] : most) {
        all += count;
        text += fmt::format("{}{} for {}", text.empty() ? "" : ", ", count, want);
    }
    return {noticeOf(fmt::format("{} waited today", counted(all, "job", "jobs")), text), {action(press::open, "Open")}};
}

} // namespace stint
