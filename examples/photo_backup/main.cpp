// Photo backup: README.md.
//
//   watch FOLDER URL    backs up the photos in FOLDER, now and from now on, to URL
//   now                 backs up at once, and shows how far it is
//   status              what waits, runs and has ended
//   host                what stintd starts for the app's jobs
#include <iostream>

#include "workers.hpp"

using namespace stint::work;

namespace {

constexpr int usageError = 64;

int complain(const stint::Error& error) {
    std::cerr << "photo-backup: " << error.message << "\n";
    return 1;
}

int watch(App& app, const std::string& folder, std::string url) {
    if (!std::filesystem::is_directory(folder))
        return complain({stint::Errc::ILLEGAL_ARGUMENT, folder + ": no folder"});
    if (!url.ends_with('/')) url += '/';
    app.album.set({std::filesystem::absolute(folder), url});
    if (auto queued = backUpInTurn(app); !queued) return complain(queued.error());
    if (auto kept = keepWatching(app); !kept) return complain(kept.error());
    return 0;
}

/// A line that is written over, as far as this is a terminal.
void show(const WorkInfo& info) {
    const Data& progress = info.getProgress();
    std::cout << "\r" << nameOf(info.getState());
    if (const int all = progress.getInt("of"); all > 0)
        std::cout << " " << progress.getInt("done") << " of " << all << ": " << progress.getString("photo");
    std::cout << "\x1b[K" << (isFinished(info.getState()) ? "\n" : "") << std::flush;
}

// code: follow
int now(App& app) {
    const auto id = backUpNow(app);
    if (!id) return complain(id.error());
    const auto shown = app.manager->observe(WorkQuery::fromIds({*id}), [](const std::vector<WorkInfo>& infos) {
        for (const auto& info : infos)
            show(info);
    });
    const auto ended = app.manager->await(*id);
    if (!ended) return complain(ended.error());
    if (ended->getState() == WorkInfo::SUCCEEDED) return 0;
    std::cerr << "photo-backup: " << ended->getOutputData().getString("why", "it was cancelled") << "\n";
    return 1;
}
// code: end

int status(App& app) {
    const auto infos = app.manager->getWorkInfos({});
    if (!infos) return complain(infos.error());
    for (const auto& info : *infos)
        std::cout << info.getUniqueWorkName() << ": " << info.getWorkerClassName() << " " << nameOf(info.getState())
                  << "\n";
    return 0;
}

} // namespace

int main(int count, char** words) {
    const std::string verb = count > 1 ? words[1] : "";
    if (!(verb == "watch" && count == 4) && !(count == 2 && (verb == "now" || verb == "status" || verb == "host"))) {
        std::cerr << "photo-backup watch FOLDER URL | now | status | host\n";
        return usageError;
    }
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    App app;
    auto manager = WorkManager::open(*connection, configuration(app));
    if (!manager) return complain(manager.error());
    app.manager = &*manager;
    if (verb == "watch") return watch(app, words[2], words[3]);
    if (verb == "now") return now(app);
    if (verb == "status") return status(app);
    return WorkManager::run(*manager);
}
