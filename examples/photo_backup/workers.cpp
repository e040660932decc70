#include "workers.hpp"

#include "picture.hpp"
#include "upload.hpp"

using namespace stint::work;
using namespace std::chrono_literals;

namespace {

constexpr int thumbnailWidth = 160;
constexpr const char* photoTag = "photo";

/// A worker of this app.
class AppWorker : public Worker {
public:
    AppWorker(WorkerParameters params, App& app) : Worker(std::move(params)), app_(app) {}

protected:
    std::function<bool()> goesOn() const {
        return [this] { return !isStopped(); };
    }
    Data why(const std::string& text) const { return *Data::Builder().putString("why", text).build(); }
    App& app_;
};

// code: look
/// Something in the folder has changed.
class Look : public AppWorker {
public:
    using AppWorker::AppWorker;
    Result doWork() override {
        if (!backUpInTurn(app_) || !keepWatching(app_)) return Result::retry(); // the file cannot be written now
        return Result::success();
    }
};
// code: end

// code: thumbnail
class Thumbnail : public AppWorker {
public:
    using AppWorker::AppWorker;
    Result doWork() override {
        const std::string name = getInputData().getString("name");
        const auto wrong = makeThumbnail(app_.album.photo(name), app_.album.thumbnail(name), thumbnailWidth, goesOn());
        if (!wrong.empty()) return Result::failure(why(wrong)); // and Upload fails with it
        return Result::success(*Data::Builder().putString("name", name).build());
    }
};
// code: end

// code: upload
class Upload : public AppWorker {
public:
    using AppWorker::AppWorker;
    Result doWork() override {
        const std::string name = getInputData().getString("name"); // Thumbnail's output
        const std::string url = app_.album.settings()->url;
        for (const auto& [file, to] : {std::pair(app_.album.photo(name), url + name),
                                       std::pair(app_.album.thumbnail(name), url + "small-" + name)}) {
            const auto outcome = put(file, to, goesOn());
            if (outcome.sent == Sent::Never) return Result::failure(why(outcome.text));
            if (outcome.sent == Sent::Later) return Result::retry();
        }
        app_.album.noteUploaded(name);
        return Result::success();
    }
};
// code: end

class CleanUp : public AppWorker {
public:
    using AppWorker::AppWorker;
    Result doWork() override {
        return Result::success(*Data::Builder().putInt("forgotten", app_.album.forgetThumbnails()).build());
    }
};

// code: now
class BackUpNow : public AppWorker {
public:
    using AppWorker::AppWorker;
    Result doWork() override {
        const auto names = app_.album.fresh();
        int done = 0;
        for (const auto& name : names) {
            static_cast<void>(setProgress(*Data::Builder()
                                               .putInt("done", done)
                                               .putInt("of", static_cast<std::int32_t>(names.size()))
                                               .putString("photo", name)
                                               .build()));
            const auto outcome = put(app_.album.photo(name), app_.album.settings()->url + name, goesOn());
            if (outcome.sent == Sent::Later) return Result::retry();
            if (outcome.sent == Sent::Never) return Result::failure(why(name + ": " + outcome.text));
            app_.album.noteUploaded(name);
            ++done;
        }
        return Result::success(*Data::Builder().putInt("done", done).build());
    }
};
// code: end

template <class Kind> Configuration::MakeWorker making(App& app) {
    return [&app](WorkerParameters params) { return std::make_unique<Kind>(std::move(params), app); };
}

} // namespace

Configuration configuration(App& app) {
    return *Configuration::Builder()
                .addWorker("Look", making<Look>(app))
                .addWorker("Thumbnail", making<Thumbnail>(app))
                .addWorker("Upload", making<Upload>(app))
                .addWorker("CleanUp", making<CleanUp>(app))
                .addWorker("BackUpNow", making<BackUpNow>(app))
                .build();
}

// code: watch
stint::Result<void> keepWatching(App& app) {
    const auto constraints = Constraints::Builder()
                                 .addContentUriTrigger(app.album.settings()->folder.string(), false)
                                 .setTriggerContentUpdateDelay(1s)
                                 .build();
    const auto look = OneTimeWorkRequest::Builder("Look").setConstraints(constraints).build();
    if (!look) return look.error();
    // Behind the one that enqueues it, so that no change falls between the two.
    auto kept = app.manager->enqueueUniqueWork("look", ExistingWorkPolicy::APPEND_OR_REPLACE, *look);
    if (!kept) return kept;
    const auto daily = PeriodicWorkRequest::Builder("CleanUp", 24h).build();
    if (!daily) return daily.error();
    return app.manager->enqueueUniquePeriodicWork("clean-up", ExistingPeriodicWorkPolicy::KEEP, *daily);
}
// code: end

// code: chain
stint::Result<void> backUpInTurn(App& app) {
    for (const auto& name : app.album.fresh()) {
        const auto input = Data::Builder().putString("name", name).build();
        if (!input) return input.error();
        const auto thumbnail = OneTimeWorkRequest::Builder("Thumbnail")
                                   .setInputData(*input)
                                   .setConstraints(Constraints::Builder().setRequiresCharging(true).build())
                                   .addTag(photoTag)
                                   .build();
        const auto upload =
            OneTimeWorkRequest::Builder("Upload")
                .setConstraints(Constraints::Builder().setRequiredNetworkType(NetworkType::UNMETERED).build())
                .setBackoffCriteria(BackoffPolicy::EXPONENTIAL, 1min)
                .addTag(photoTag)
                .build();
        if (!thumbnail) return thumbnail.error();
        if (!upload) return upload.error();
        // KEEP: a photo that is on its way is not begun again.
        auto chain =
            app.manager->beginUniqueWork("photo " + name, ExistingWorkPolicy::KEEP, {*thumbnail}).then(*upload);
        if (auto enqueued = chain.enqueue(); !enqueued) return enqueued;
    }
    return {};
}
// code: end

// code: expedited
stint::Result<UUID> backUpNow(App& app) {
    const auto now = OneTimeWorkRequest::Builder("BackUpNow")
                         .setExpedited(OutOfQuotaPolicy::RUN_AS_NON_EXPEDITED_WORK_REQUEST)
                         .setConstraints(Constraints::Builder().setRequiredNetworkType(NetworkType::CONNECTED).build())
                         .build();
    if (!now) return now.error();
    auto enqueued = app.manager->enqueueUniqueWork("now", ExistingWorkPolicy::KEEP, *now);
    if (!enqueued) return enqueued.error();
    const auto infos = app.manager->getWorkInfosForUniqueWork("now");
    if (!infos) return infos.error();
    return infos->back().getId(); // of the one that goes on, where it was not ours
}
// code: end
