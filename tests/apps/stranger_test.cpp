// The answer to a program that was not started as an app (architecture.md, who is calling).
#include "stintd/apps/registry.hpp"

#include "apps/desk.hpp"

namespace stint {

TEST_CASE("an app that was started by hand is told what to type") {
    Desk desk;
    const std::string jobs =
        "[[service]]\nname = \"Jobs\"\npermission = \"BIND_JOB_SERVICE\"\ncommand = [\"/bin/true\"]\n";
    install(desk.root, "com.example.a", jobs);
    install(desk.root, "com.example.b", "[[receiver]]\nname = \"Alarms\"\ncommand = [\"/bin/true\"]\n");
    desk.open({desk.root});
    CHECK(
        howToStart(*desk.registry, "service", "Jobs") ==
        "this program was not started as an app, and no manifest has it as its executable; the service \"Jobs\" is one "
        "of com.example.a: start it with: stint start com.example.a");
    CHECK(howToStart(*desk.registry, "receiver", "Alarms").ends_with("stint start com.example.b"));

    install(desk.root, "com.example.c", jobs);
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(howToStart(*desk.registry, "service", "Jobs")
              .ends_with("one of com.example.a, com.example.c: start it with: stint start com.example.a, stint start "
                         "com.example.c"));
}

TEST_CASE("a program without a manifest is told where one would be, and what it would say") {
    Desk desk;
    desk.open({desk.root});
    const std::string told = howToStart(*desk.registry, "service", "Jobs");
    CHECK(told.starts_with("this program is not an app's: no manifest declares a service \"Jobs\". Write " +
                           desk.root.string() + "/PACKAGE.toml, with package = \"PACKAGE\""));
    CHECK(told.find("permission = \"BIND_JOB_SERVICE\"") != std::string::npos);
    CHECK(howToStart(*desk.registry, "receiver", "Alarms").find("permission") == std::string::npos);

    install(desk.root, "com.example.a", "labl = \"A\"");
    desk.runUntil([&] { return !desk.errors.empty(); });
    CHECK(howToStart(*desk.registry, "service", "Jobs").find("A manifest is wrong: ") != std::string::npos);
}

} // namespace stint
