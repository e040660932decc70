// Where manifests are looked for (linux.md §A.10).
#include "stintd/apps/registry.hpp"

#include <doctest/doctest.h>

namespace stint {
namespace {

using Directories = std::vector<std::filesystem::path>;

} // namespace

TEST_CASE("manifests are the user's, then those beside this stintd, then those of XDG_DATA_DIRS in its order") {
    CHECK(manifestDirectories("/home/a/data", "/opt/stint/share/stint/apps", "/srv/share:/usr/share") ==
          Directories{"/home/a/data/stint/apps", "/opt/stint/share/stint/apps", "/srv/share/stint/apps",
                      "/usr/share/stint/apps"});
}

TEST_CASE("an XDG_DATA_DIRS that says nothing stands for /usr/local/share and /usr/share") {
    CHECK(manifestDirectories("/home/a/data", std::nullopt, "") ==
          Directories{"/home/a/data/stint/apps", "/usr/local/share/stint/apps", "/usr/share/stint/apps"});
}

TEST_CASE("what is no absolute path in XDG_DATA_DIRS is passed over") {
    CHECK(manifestDirectories("/home/a/data", std::nullopt, "share::./share:/srv/share:") ==
          Directories{"/home/a/data/stint/apps", "/srv/share/stint/apps"});
}

TEST_CASE("a directory that is named twice is read once, where it is named first") {
    CHECK(
        manifestDirectories("/home/a/.local/share", "/home/a/.local/share/stint/apps", "/usr/share/:/srv:/usr/share") ==
        Directories{"/home/a/.local/share/stint/apps", "/usr/share/stint/apps", "/srv/stint/apps"});
}

} // namespace stint
