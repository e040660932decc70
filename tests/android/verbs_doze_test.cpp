// `cmd deviceidle` (limits.md §6.7), in Android's words.
#include <doctest/doctest.h>

#include "android/verbs_stage.hpp"

using namespace stint;

namespace {

constexpr auto unplugged = [](Device& device) {
    device.plugged = false;
    device.charging = false;
    device.screenOn = false;
};

std::string idle(Shell& shell, const std::string& words) { return shell.out("cmd deviceidle " + words); }

} // namespace

TEST_CASE("step walks the deep machine to idle, its window, and back") { // limits.md §6.2, §6.7
    Shell shell;
    CHECK(idle(shell, "step") == "Stepped to deep: ACTIVE\n"); // the screen is on: nothing dozes
    shell.change(unplugged);
    CHECK(idle(shell, "get deep") == "INACTIVE\n");
    CHECK(idle(shell, "step") == "Stepped to deep: IDLE_PENDING\n");
    CHECK(idle(shell, "step deep") == "Stepped to deep: IDLE\n");
    CHECK(idle(shell, "get light") == "OVERRIDE\n");
    CHECK(idle(shell, "step") == "Stepped to deep: IDLE_MAINTENANCE\n");
    CHECK(idle(shell, "step") == "Stepped to deep: IDLE\n");
}

TEST_CASE("step light walks the light machine") { // limits.md §6.3, §6.7
    Shell shell;
    shell.change(unplugged);
    CHECK(idle(shell, "step light") == "Stepped to light: IDLE\n");
    CHECK(idle(shell, "step light") == "Stepped to light: IDLE_MAINTENANCE\n");
    CHECK(idle(shell, "get deep") == "INACTIVE\n");
}

TEST_CASE("force-idle holds Doze with the screen on and power plugged, until unforce") { // limits.md §6.7
    Shell shell;
    CHECK(idle(shell, "force-idle") == "Now forced in to deep idle mode\n");
    shell.until(10h);
    CHECK(idle(shell, "get deep") == "IDLE\n");
    CHECK(idle(shell, "get force") == "true\n");
    CHECK(idle(shell, "step") == "Stepped to deep: IDLE_MAINTENANCE\n");
    CHECK(idle(shell, "step") == "Stepped to deep: IDLE\n");
    CHECK(idle(shell, "unforce") == "Light state: ACTIVE, deep state: ACTIVE\n");
    CHECK(idle(shell, "get force") == "false\n");
    CHECK(idle(shell, "force-idle light") == "Now forced in to light idle mode\n");
    CHECK(idle(shell, "get light") == "IDLE\n");
    CHECK(idle(shell, "unforce") == "Light state: ACTIVE, deep state: ACTIVE\n");
}

TEST_CASE("dumpsys deviceidle takes the same verbs, and nothing else has any") {
    Shell shell;
    CHECK(shell.out("dumpsys deviceidle force-idle") == "Now forced in to deep idle mode\n");
    CHECK(shell.out("dumpsys deviceidle get deep") == "IDLE\n");
    CHECK(shell.fails("dumpsys deviceidle", 1, "is not a shell verb"));
    CHECK(shell.fails("dumpsys alarm step", 1, "is not a shell verb"));
}

TEST_CASE("unforce lets the machines go on where nothing wakes the device") { // limits.md §6.7
    Shell shell;
    shell.change(unplugged);
    idle(shell, "force-idle");
    CHECK(idle(shell, "unforce") == "Light state: OVERRIDE, deep state: IDLE\n");
    shell.until(65min);
    CHECK(idle(shell, "get deep") == "IDLE\n");
}

TEST_CASE("get tells what Doze reads: power, not what counts as charging") { // limits.md §6.1
    Shell shell;
    shell.change([](Device& device) { device.charging = false; });
    CHECK(idle(shell, "get charging") == "true\n");
    CHECK(idle(shell, "get screen") == "true\n");
    CHECK(idle(shell, "get network") == "true\n");
    shell.change(unplugged);
    shell.change([](Device& device) { device.network.reset(); });
    CHECK(idle(shell, "get charging") == "false\n");
    CHECK(idle(shell, "get screen") == "false\n");
    CHECK(idle(shell, "get network") == "false\n");
}

TEST_CASE("a machine that is disabled is left out, and cannot be forced") { // limits.md §6.7, doze.light_enabled
    Shell shell;
    shell.change(unplugged);
    CHECK(idle(shell, "disable") == "Deep idle mode disabled\nLight idle mode disabled\n");
    CHECK(idle(shell, "disable all").empty());
    CHECK(idle(shell, "get deep") == "ACTIVE\n");
    CHECK(idle(shell, "get light") == "ACTIVE\n");
    CHECK(shell.fails("cmd deviceidle force-idle", -1, "Unable to go deep idle; not enabled"));
    CHECK(shell.fails("cmd deviceidle force-idle light", -1, "Unable to go light idle; not enabled"));
    shell.until(3h);
    CHECK(idle(shell, "get deep") == "ACTIVE\n");
    CHECK(idle(shell, "enable light") == "Light idle mode enabled\n");
    CHECK(idle(shell, "get light") == "INACTIVE\n");
    CHECK(idle(shell, "get deep") == "ACTIVE\n");
    CHECK(idle(shell, "enable") == "Deep idle mode enabled\n");
    CHECK(idle(shell, "get deep") == "INACTIVE\n");
}

TEST_CASE("disabling the deep machine ends its idle") {
    Shell shell;
    shell.change(unplugged);
    shell.until(90min);
    REQUIRE(idle(shell, "get deep") == "IDLE\n");
    CHECK(idle(shell, "disable deep") == "Deep idle mode disabled\n");
    CHECK(idle(shell, "get deep") == "ACTIVE\n");
    CHECK(idle(shell, "get light") == "INACTIVE\n");
}

TEST_CASE("the allowlist is the apps whose battery is unrestricted") { // limits.md §2.5, §6.6
    Shell shell;
    CHECK(idle(shell, "whitelist").empty());
    CHECK(idle(shell, "whitelist =com.example.mail") == "false\n");
    CHECK(idle(shell, "whitelist +com.example.mail") == "Added: com.example.mail\n");
    CHECK(shell.app().bucket == Bucket::Exempted);
    CHECK(idle(shell, "whitelist") == "user,com.example.mail\n");
    CHECK(idle(shell, "whitelist =com.example.mail") == "true\n");
    CHECK(idle(shell, "whitelist -com.example.mail +com.example.nobody") ==
          "Removed: com.example.mail\nUnknown package: com.example.nobody\n");
    CHECK(shell.app().batteryUse == BatteryUse::Optimized);
    CHECK(shell.fails("cmd deviceidle whitelist com.example.mail", -1, "prefixed with +, -, or ="));
}

TEST_CASE("taking an app off the allowlist leaves a restriction alone") { // limits.md §9
    Shell shell;
    shell.event(BatteryUseSet{{}, mail, BatteryUse::Restricted});
    CHECK(idle(shell, "whitelist -com.example.mail").empty());
    CHECK(shell.app().batteryUse == BatteryUse::Restricted);
}

TEST_CASE("a temporary grant lasts as long as it says, and 10 s without a word") { // limits.md §6.6
    Shell shell;
    shell.change([](Device& device) { device.plugged = false, device.charging = false; });
    shell.run("am set-standby-bucket com.example.mail rare");
    const auto free = [&] { return shell.app().expedited.free; };
    CHECK_FALSE(free());
    shell.run("cmd deviceidle tempwhitelist com.example.mail");
    CHECK(free());
    const Duration grace = 3min; // limits.md §4
    shell.until(10s + grace - 1ms);
    CHECK(free());
    shell.until(10s + grace);
    CHECK_FALSE(free());
    shell.run("cmd deviceidle tempwhitelist -d 60000 com.example.mail");
    shell.until(70s + grace + grace - 1ms);
    CHECK(free());
    shell.until(70s + grace + grace);
    CHECK_FALSE(free());
}

TEST_CASE("a grant without an app, to nobody, or of no length, is refused") {
    Shell shell;
    const std::string grant = "cmd deviceidle tempwhitelist ";
    CHECK(shell.fails(grant, -1, "a package is required"));
    CHECK(shell.fails(grant + "com.example.nobody", -1, "com.example.nobody"));
    CHECK(shell.fails(grant + "-d", -1, "milliseconds"));
    CHECK(shell.fails(grant + "-d soon com.example.mail", -1, "milliseconds"));
    CHECK(shell.fails(grant + "-d -1 com.example.mail", -1, "milliseconds"));
    CHECK(shell.fails(grant + "-x com.example.mail", -1, "unknown word -x"));
    CHECK(shell.fails(grant + "com.example.mail com.example.mail", -1, "unknown word"));
}

TEST_CASE("motion ends Doze, and the device lies as it did") { // limits.md §6.2
    Shell shell;
    shell.change(unplugged);
    shell.until(90min);
    REQUIRE(idle(shell, "get deep") == "IDLE\n");
    CHECK(idle(shell, "motion") == "Light state: INACTIVE, deep state: INACTIVE\n");
    CHECK(shell.core->device().motion == Motion::Unknown);
    shell.until(100min);
    CHECK(idle(shell, "get deep") == "IDLE_PENDING\n"); // doze.after_motion
}

TEST_CASE("words that Android does not know are named in its own way") {
    Shell shell;
    CHECK(idle(shell, "step sideways") == "Unknown idle mode: sideways\n");
    CHECK(idle(shell, "force-idle sideways") == "Unknown idle mode: sideways\n");
    CHECK(idle(shell, "disable sideways") == "Unknown idle mode: sideways\n");
    CHECK(idle(shell, "get weather") == "Unknown get option: weather\n");
    CHECK(idle(shell, "get") == "Argument required\n");
}
