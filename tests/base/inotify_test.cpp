// inotify's reports, event by event.
#include "base/unix/inotify.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace stint;

TEST_CASE("events come in order, with the names of what they are about; then there are none") {
    std::string name = (std::filesystem::temp_directory_path() / "stint-inotify-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    const std::filesystem::path directory = name;
    const Fd inotify = openInotify();
    REQUIRE(inotify);
    REQUIRE(::inotify_add_watch(inotify.get(), name.c_str(), IN_CREATE | IN_DELETE_SELF) >= 0);
    CHECK_FALSE(dropEvents(inotify));

    const std::string longName(200, 'n');
    for (const std::string& file : {std::string("a"), longName, std::string("of sixteen bytes")})
        std::ofstream{directory / file};
    std::vector<std::string> told;
    const auto take = [&](const inotify_event&, std::string_view file) { told.emplace_back(file); };
    while (takeSomeEvents(inotify, take)) {
    }
    CHECK(told == std::vector<std::string>{"a", longName, "of sixteen bytes"});

    std::filesystem::remove_all(directory);
    told.clear();
    CHECK(takeSomeEvents(inotify, take));
    CHECK(told.front().empty()); // the directory itself
    CHECK_FALSE(dropEvents(inotify));
}
