// The app's workers, and the requests for them.
#pragma once
#include <string>

#include <stint/work/work_manager.hpp>

#include "album.hpp"

/// The things that the workers of this process share; whoever opens the manager puts it here before the loop begins.
struct App {
    Album album;
    stint::work::WorkManager* manager = nullptr;
};

stint::work::Configuration configuration(App& app);

/// Notices new photos from now on, and cleans up every day.
stint::Result<void> keepWatching(App& app);
/// A chain for each photo that the server has not got: thumbnail, upload.
stint::Result<void> backUpInTurn(App& app);
/// Expedited; the request's id.
stint::Result<stint::work::UUID> backUpNow(App& app);
