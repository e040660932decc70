// jobs.md §14.5: the units of an installed app, in directories like those of cgroups.
#include "stintd/process/hold/app_units.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace stint::hold {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Slice {
    fs::path app;
    Slice() {
        char made[] = "/tmp/stint-hold-XXXXXX";
        REQUIRE(::mkdtemp(made));
        app = made;
    }
    ~Slice() { fs::remove_all(app); }
    Slice(const Slice&) = delete;
    Slice& operator=(const Slice&) = delete;

    fs::path unit(const std::string& name) const {
        fs::create_directories(app / name);
        std::ofstream(app / name / "cgroup.freeze") << "0\n";
        return app / name;
    }
    AppUnits of(const std::string& id) const {
        auto units = AppUnits::open(id, app);
        REQUIRE(units.ok());
        return std::move(units).value();
    }
};

bool isHeld(const fs::path& unit) {
    std::string word;
    std::ifstream(unit / "cgroup.freeze") >> word;
    return word == "1";
}

} // namespace

TEST_CASE("§14.5: the slice of apps is found from a unit of it") {
    CHECK(appSliceIn("/user.slice/user-7.slice/user@7.service/app.slice/stint-hold-a-1.service") ==
          "/user.slice/user-7.slice/user@7.service/app.slice");
    CHECK_FALSE(appSliceIn("/user.slice/user-7.slice/session-1.scope"));
}

TEST_CASE("§14.5: all units of the app are frozen, in slices of their own too, and those of no other app") {
    const Slice slice;
    const fs::path scope = slice.unit("app-gnome-org.kde.kmail-12.scope");
    const fs::path service = slice.unit("app-org.kde.kmail@1f.service");
    const fs::path below = slice.unit("app-kmail.slice/app-org.kde.kmail-13.scope");
    const fs::path other = slice.unit("app-gnome-org.kde.kmail2-14.scope");
    AppUnits units = slice.of("org.kde.kmail");
    CHECK(units.freeze() == 3);
    CHECK(isHeld(scope));
    CHECK(isHeld(service));
    CHECK(isHeld(below));
    CHECK_FALSE(isHeld(other));
    units.thaw();
    CHECK_FALSE(isHeld(scope));
    CHECK_FALSE(isHeld(service));
    CHECK_FALSE(isHeld(below));
}

TEST_CASE("§14.5: a unit that comes is frozen, a service once its program can have been executed") {
    const Slice slice;
    AppUnits units = slice.of("org.kde.kmail");
    CHECK(units.freeze() == 0);
    const auto now = AppUnits::Clock::now();
    const fs::path scope = slice.unit("app-org.kde.kmail-1.scope");
    const fs::path service = slice.unit("app-org.kde.kmail@2.service");
    const fs::path below = slice.unit("app-new.slice/app-org.kde.kmail-3.scope");
    units.take(now);
    CHECK(isHeld(scope));
    CHECK(isHeld(below));
    CHECK_FALSE(isHeld(service));
    REQUIRE(units.next());
    CHECK(*units.next() - now == 1s);
    units.take(*units.next());
    CHECK(isHeld(service));
    CHECK_FALSE(units.next());
}

TEST_CASE("§14.5: a service that is gone before it was frozen is forgotten") {
    const Slice slice;
    AppUnits units = slice.of("org.kde.kmail");
    const auto now = AppUnits::Clock::now();
    fs::remove_all(slice.unit("app-org.kde.kmail@2.service"));
    units.take(now);
    REQUIRE(units.next());
    units.take(now + 1s);
    CHECK_FALSE(units.next());
}

} // namespace stint::hold
