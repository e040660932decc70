#include "contract/model/view.hpp"

#include "base/text/printable.hpp"
#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<JobView::State, 3> stateNames{{{JobView::State::Pending, "pending"},
                                                   {JobView::State::Running, "running"},
                                                   {JobView::State::Finished, "finished"}}};

const PersistableBundle* extrasOfTransfer(const JobView& job) {
    return job.info && job.key.app.name == transferPackage ? &job.info->getExtras() : nullptr;
}

std::optional<std::string> unlessEmpty(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

} // namespace

std::string_view nameOf(JobView::State state) { return nameIn(stateNames, state); }
std::optional<JobView::State> JobView::stateNamed(std::string_view name) { return namedIn(stateNames, name); }

ShownNotification ShownNotification::of(const Notification& notification) {
    return {notification.getTitle(), notification.getText(), notification.getProgress()};
}

Notification ShownNotification::made() const {
    return Notification::Builder("")
        .setContentTitle(title)
        .setContentText(text)
        .setProgress(progress.maximum, progress.value, progress.indeterminate)
        .build();
}

NotificationParts NotificationParts::of(const Notification& notification) {
    return {notification.getChannelId(), notification.getSmallIcon(), notification.getTitle(),
            notification.getText(),      notification.getProgress(),  notification.getActions()};
}

Notification NotificationParts::made() const {
    Notification::Builder builder(channel);
    builder.setSmallIcon(smallIcon).setContentTitle(title).setContentText(text);
    builder.setProgress(progress.maximum, progress.value, progress.indeterminate);
    for (const Notification::Action& action : actions)
        builder.addAction(action.key, action.label);
    return builder.build();
}

void JobView::settle() {
    if (state != State::Finished) return completed.reset();
    completed->key = key;
    completed->label = label;
    completed->kind = kind;
    completed->scheduled = scheduled;
    completed->began = started;
    completed->transferredDown = transferredDown;
    completed->transferredUp = transferredUp;
    completed->last = true;
    if (notification) completed->outcome.text = notification->getText(); // the wire has one "text" for both
    notification.reset();
}

std::optional<std::string> urlOf(const JobView& job) {
    if (job.completed) return unlessEmpty(job.completed->url);
    const PersistableBundle* const extras = extrasOfTransfer(job);
    return extras ? unlessEmpty(withoutSecrets(extras->getString("url"))) : std::nullopt;
}

std::optional<std::string> pathOf(const JobView& job) {
    if (job.completed) return unlessEmpty(job.completed->path);
    const PersistableBundle* const extras = extrasOfTransfer(job);
    if (!extras) return std::nullopt;
    const std::string output = extras->getString("output");
    return unlessEmpty(output.empty() ? extras->getString("source") : output);
}

std::vector<std::string> visibleBecause(const AppView& app) {
    if (app.state != ProcessState::Top && app.state != ProcessState::Visible) return {};
    return {app.pinned ? "pinned" : "terminal"};
}

std::optional<Duration> periodOf(const JobView& job, Duration JobInfo::Period::*length) {
    const auto period = job.info ? job.info->getPeriod() : std::nullopt;
    return period ? std::optional(*period.*length) : std::nullopt;
}

} // namespace stint
