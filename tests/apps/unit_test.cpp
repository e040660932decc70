// The names that desktops give to an app's unit and sandbox (linux.md A.6, A.7).
#include <doctest/doctest.h>

#include "stintd/apps/caller.hpp"

namespace stint {

TEST_CASE("the id of an app is found in the names that launchers give to its unit") {
    using Ids = std::vector<std::string>;
    const std::string user = "/user.slice/user-1000.slice/user@1000.service/app.slice/";
    // clang-format off
    struct Row { std::string unit; Ids ids; };
    for (const Row& r : {
        Row{"app-gnome-org.example.Mail-4711.scope",         {"org.example.Mail"}},
        Row{"app-org.example.Mail-a1b2c3.scope",             {"org.example.Mail"}},
        Row{"app-gnome-org.example.My\\x2dMail-4711.scope",  {"org.example.My-Mail"}},
        Row{"app-org.example.Mail@a1b2c3.service",           {"org.example.Mail"}},
        Row{"app-dbus-org.example.Mail@a1b2c3.service",      {"org.example.Mail"}},
        Row{"app-gnome-org.example.Mail-4711.service",       {"4711", "org.example.Mail"}},
        Row{"app-org.example.Mail.service",                  {"org.example.Mail"}},
        Row{"app-gnome-org.example.Mail-4711.scope/payload", {"org.example.Mail"}},
        Row{"app-org.example.Mail.scope",                    {}},   // a scope has a random part
        Row{"app-gnome-org.example.Mail-4711.scope/vte-spawn-1.scope", {}},   // a terminal's child is in its own unit
        Row{"vte-spawn-org.example.Mail.scope",              {}},
        Row{"app-.service",                                  {}},
        Row{"app-org.example.Mail.slice",                    {}},
        Row{"",                                              {}},
    }) {
        // clang-format on
        CAPTURE(r.unit);
        CHECK(appIdsOfUnit(user + r.unit) == r.ids);
    }
    CHECK(appIdsOfUnit("/").empty());
    CHECK(appIdsOfUnit("").empty());
    CHECK(appIdsOfUnit("app-a-b.c\\x-1.scope") == Ids{"b.c\\x"}); // no escape, so left as it is
}

TEST_CASE("the id of a sandbox is the one in its [Application] group") {
    CHECK(appIdOfFlatpak("[Application]\nname=org.example.Mail\nruntime=x\n[Context]\nname=other\n") ==
          "org.example.Mail");
    CHECK_FALSE(appIdOfFlatpak("[Runtime]\nname=org.example.Mail\n"));
    CHECK_FALSE(appIdOfFlatpak("name=org.example.Mail\n"));
    CHECK_FALSE(appIdOfFlatpak(""));
}

} // namespace stint
