// Notifications, between the core and the desktop (jobs.md §5, §12.7). The Task Manager lists the same ones.
#include "contract/model/notice.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

void Daemon::openDesktop() {
    desktop_ = std::make_unique<Desktop>(
        loop_.get(), [this](Event event) { arrived(std::move(event)); }, logInfo);
    desktop_->open();
    page_ = std::make_unique<TaskManagerPage>(loop_.get(), logWarning);
}

void Daemon::showOnDesktop(const ShowNotification& shows) {
    Sender sender;
    if (shows.app.name == noticeOwner) sender = {"Stint", std::string(taskManagerEntry)};
    if (const Manifest* manifest = registry_->find(shows.app.name)) {
        sender.label = manifest->label;
        sender.desktopFile = manifest->desktopFile;
    }
    desktop_->show(shows, sender);
}

} // namespace stint
