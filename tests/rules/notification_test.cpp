// The parts of a notification's channel and of its changes that matter on the desktop (jobs.md §5.1, §5.3; linux.md
// §A.1).
#include <doctest/doctest.h>

#include "contract/rules/notification.hpp"

using namespace stint;

namespace {

Notification::Builder download(const std::string& title = "big.iso", const std::string& icon = "folder-download") {
    return Notification::Builder("transfers").setSmallIcon(icon).setContentTitle(title);
}

} // namespace

TEST_CASE("a channel's importance is the manifest's, else the app's own, else the default's") { // jobs.md §5.1
    App app;
    app.manifest.channels = {{"transfers", "Transfers", "low"}};
    app.memory.channels = {{"transfers", "Transfers", "high"}, {"alerts", "Alerts", "high"}};
    CHECK(importanceOf(app, "transfers") == "low");
    CHECK(importanceOf(app, "alerts") == "high");
    CHECK(importanceOf(app, "default") == "default");
    CHECK(importanceOf(app, "removed since") == "default");
}

TEST_CASE("what differs in its text and its progress alone tells how far it has come") { // jobs.md §5.3
    const Notification shown = download().setContentText("1 MiB").setProgress(4, 1, false).build();
    // clang-format off
    CHECK(tellsProgressOnly(shown, download().setContentText("2 MiB").setProgress(4, 2, false).build()));
    CHECK(tellsProgressOnly(shown, download().setContentText("?").setProgress(0, 0, true).build()));
    CHECK_FALSE(tellsProgressOnly(shown, download().setContentText("2 MiB").build())); // a text is news of its own
    CHECK_FALSE(tellsProgressOnly(shown, download("other.iso").setProgress(4, 2, false).build()));
    CHECK_FALSE(tellsProgressOnly(shown, download("big.iso", "dialog-error").setProgress(4, 2, false).build()));
    CHECK_FALSE(tellsProgressOnly(shown, download().setProgress(4, 2, false).addAction("retry", "Retry").build()));
    CHECK_FALSE(tellsProgressOnly(shown, Notification::Builder("alerts").setSmallIcon("folder-download")
                                             .setContentTitle("big.iso").setProgress(4, 2, false).build()));
    // clang-format on
}
