#include "faces/cli/android/cmd.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"

namespace stint::cli {
namespace {

constexpr int refusal = -1; ///< the return of Android's shell commands

/// The usage of each verb, in the form of the daemon's verbs (contract/android/verb_call.hpp).
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> batteryUsage{{
    {"get", "get [-f] ac|usb|wireless|dock|status|level"},
    {"set", "set [-f] ac|usb|wireless|dock 0|1"},
    {"set", "set [-f] status 2|3|4|5 (charging, discharging, not charging, full)"},
    {"set", "set [-f] level PERCENT"},
    {"unplug", "unplug [-f]"},
    {"reset", "reset [-f]"},
}};

std::string batteryHelp() {
    std::string help = "Battery service (battery) commands:\n";
    for (const auto& [verb, usage] : batteryUsage)
        help += fmt::format("  {}\n", usage);
    return help + "  help\n";
}

/// The usage of one verb; empty: there is no verb of that name.
std::string batteryUsageOf(std::string_view name) {
    std::string lines;
    for (const auto& [verb, usage] : batteryUsage)
        if (verb == name) lines += fmt::format("{}\n", usage);
    return lines;
}

bool asksForHelp(std::string_view word) { return word == "-h" || word == "--help"; }

/// All chargers are alike: our devices know only whether one is plugged in.
constexpr std::array<std::string_view, 4> chargers{"ac", "usb", "wireless", "dock"};
/// The device's keys that these verbs, or `stint device set`, may have set.
constexpr std::array<std::string_view, 4> batteryKeys{"battery", "charging", "plugged", "power_source"};

// BatteryManager.BATTERY_STATUS_….
constexpr std::string_view statusCharging = "2", statusDischarging = "3", statusNotCharging = "4", statusFull = "5";

bool isCharger(std::string_view word) { return std::ranges::find(chargers, word) != chargers.end(); }

BatteryAsk says(ShellAnswer answer) {
    BatteryAsk ask;
    ask.answer = std::move(answer);
    return ask;
}

BatteryAsk wrong(std::string_view what, const std::string& word) {
    return says({refusal, "", fmt::format("{}: {}\n", what, printable(word))});
}

std::optional<std::string> truth(const std::string& value) {
    if (value == "0") return "false";
    if (value == "1") return "true";
    return std::nullopt;
}

BatteryAsk setting(const std::string& what, const std::string& value) {
    BatteryAsk ask;
    if (isCharger(what)) {
        const auto plugged = truth(value);
        if (!plugged) return wrong("Bad value", value);
        ask.set["plugged"] = *plugged;
    } else if (what == "level") {
        ask.set["battery"] = value; // the daemon checks the percentage
    } else if (what == "status") {
        const bool charges = value == statusCharging || value == statusFull;
        if (!charges && value != statusDischarging && value != statusNotCharging) return wrong("Bad value", value);
        ask.set["charging"] = charges ? "true" : "false";
        // Plugged in, but not charging: the battery is full.
        if (value == statusNotCharging) ask.set["plugged"] = "true";
    } else {
        return wrong("Unknown set option", what);
    }
    return ask;
}

std::string valueOf(std::string_view key, const std::vector<wire::DeviceRow>& device) {
    const auto row = std::ranges::find(device, key, &wire::DeviceRow::key);
    return row == device.end() ? "" : row->value;
}

/// LINUX: `charging` may be "auto", by level and time; then the plug decides.
std::string_view statusIn(const std::vector<wire::DeviceRow>& device) {
    const bool plugged = valueOf("plugged", device) == "true";
    if (!plugged) return statusDischarging;
    return valueOf("charging", device) == "false" ? statusNotCharging : statusCharging;
}

constexpr int noService = 20; ///< Android's `cmd` ends with it if there is no such service
constexpr std::array<std::string_view, 3> services{"battery", "deviceidle", "jobscheduler"};

Result<ShellAnswer> answered(const std::vector<std::string>& before, const std::vector<std::string>& words,
                             const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    // The battery's verbs set values of the device; the other services are the core's.
    if (before.back() == services.front()) return batteryVerb(daemon, words);
    return daemon.shell(words, before);
}

} // namespace

BatteryAsk batteryAsk(const std::vector<std::string>& given) {
    std::vector<std::string> words = given;
    std::erase(words, "-f"); // on Android: even while a change is under way
    const std::string verb = words.empty() ? "help" : words.front();
    BatteryAsk ask;
    if (verb == "help" || asksForHelp(verb)) return says({0, batteryHelp(), ""});
    if (const std::string usage = batteryUsageOf(verb); words.size() == 2 && asksForHelp(words[1]) && !usage.empty())
        return says({0, usage, ""});
    if (verb == "unplug" && words.size() == 1) {
        ask.set["plugged"] = "false";
        return ask;
    }
    if (verb == "reset" && words.size() == 1) {
        ask.reset.assign(batteryKeys.begin(), batteryKeys.end());
        return ask;
    }
    if (verb == "get") {
        if (words.size() < 2) return says({refusal, "", "No property specified\n"});
        ask.get = words[1];
        return ask;
    }
    if (verb == "set") {
        if (words.size() < 2) return says({refusal, "", "No property specified\n"});
        if (words.size() < 3) return says({refusal, "", "No value specified\n"});
        return setting(words[1], words[2]);
    }
    return says({refusal, fmt::format("Unknown command: {}\n", printable(verb)), batteryHelp()});
}

std::optional<std::string> batteryLine(const std::string& what, const std::vector<wire::DeviceRow>& device) {
    if (what == "level") return valueOf("battery", device) + "\n";
    if (what == "status") return std::string(statusIn(device)) + "\n";
    // LINUX: the kind of charger is unknown; it counts as the first one.
    if (what == chargers.front()) return valueOf("plugged", device) + "\n";
    if (isCharger(what)) return "false\n";
    return std::nullopt;
}

Result<ShellAnswer> batteryVerb(Daemon& daemon, const std::vector<std::string>& words) {
    const BatteryAsk ask = batteryAsk(words);
    if (ask.answer) return *ask.answer;
    if (!ask.set.empty()) {
        const auto set = daemon.ask(calls::setDevice(ask.set));
        if (!set.ok() && set.error().code == Errc::ILLEGAL_ARGUMENT)
            return ShellAnswer{refusal, "", fmt::format("Bad value: {}\n", set.error().message)};
        STINT_TRY(set);
        return ShellAnswer{};
    }
    if (!ask.reset.empty()) {
        STINT_TRY(daemon.ask(calls::resetDevice(ask.reset)));
        return ShellAnswer{};
    }
    const auto device = STINT_TRY(daemon.ask(calls::device()));
    const auto line = batteryLine(ask.get, device);
    if (!line) return ShellAnswer{refusal, "", fmt::format("Unknown get option: {}\n", printable(ask.get))};
    return ShellAnswer{0, *line, ""};
}

namespace {

/// Makes the given words printable where Android's sentences repeat them, so that they add no lines of their own.
std::string naming(const std::vector<std::string>& words, std::string text) {
    for (const std::string& word : words) {
        const std::string shown = printable(word);
        if (shown == word) continue;
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + shown.size()))
            text.replace(at, word.size(), shown);
    }
    return text;
}

int print(const ShellAnswer& answer, const Screen& screen) {
    if (screen.json()) {
        screen.print(jsonOf(answer));
    } else {
        screen.passOut(answer.out);
        screen.passErr(answer.err);
    }
    return answer.code & 0xFF; // jobs.md §8: -1000 ends with 24
}

} // namespace

int shellVerb(const std::vector<std::string>& before, const std::vector<std::string>& words, const Screen& screen) {
    auto answer = answered(before, words, screen);
    if (!answer.ok()) return screen.fail(fmt::format("cannot ask {}", before.back()), answer.error());
    return print({answer->code, naming(words, answer->out), naming(words, answer->err)}, screen);
}

namespace {

int cmd(const Arguments& given, const Screen& screen) {
    if (given.words.empty())
        return print({noService, "", "cmd: No service specified; there is battery, deviceidle, jobscheduler\n"},
                     screen);
    const std::string& service = given.words[0];
    if (std::ranges::find(services, service) == services.end())
        return print({noService, "", fmt::format("cmd: Can't find service: {}\n", printable(service))}, screen);
    return shellVerb({"cmd", service}, {given.words.begin() + 1, given.words.end()}, screen);
}

int am(const Arguments& given, const Screen& screen) { return shellVerb({"am"}, given.words, screen); }

} // namespace

Verb cmdVerb() {
    return {.name = "cmd",
            .words = "jobscheduler|deviceidle|battery VERB…",
            .fewest = 0,
            .most = Verb::many,
            .passes = Verb::Passes::BehindFirstWord,
            .summary = "Android's shell verbs: run, timeout, stop, …; force-idle, step, …; unplug, …",
            .about =
                "Prints what Android prints, and ends with the low byte of what Android returns: 255 (-1) for words "
                "that are wrong, 24 (-1000) where there is no such package, 23 (-1001) no such job, 22 (-1002) where "
                "the job cannot run, 20 where there is no such service. Every word behind the service is Android's: "
                "`--help` there lists its verbs, and behind one of them says what that takes.",
            .options = {},
            .examples = {{"stint cmd jobscheduler --help", "the verbs"},
                         {"stint cmd jobscheduler run -f com.example.mail 7", "run it now"},
                         {"stint cmd jobscheduler timeout com.example.mail 7", "as if its time were up"},
                         {"stint cmd deviceidle force-idle", "Doze, until `unforce`"},
                         {"stint cmd deviceidle whitelist +com.example.mail", "its battery is unrestricted"},
                         {"stint cmd battery unplug", "as stint device set plugged=false, until `reset`"}},
            .run = cmd,
            .elsewhere = {"adb"}};
}

Verb amVerb() {
    return {.name = "am",
            .words = "VERB…",
            .fewest = 0,
            .most = Verb::many,
            .passes = Verb::Passes::Everything,
            .summary = "Android's verbs for an app: set-standby-bucket, force-stop, …",
            .about = "Prints what Android prints; `stint am --help` lists the verbs. A bucket is a name or a value "
                     "from 10 to 50; what is forced holds until "
                     "the app is used. force-stop kills the app, and its jobs and alarms are gone until it is used "
                     "again. Ends with 255 where a word is wrong or there is no such app.",
            .options = {},
            .examples = {{"stint am set-standby-bucket com.example.mail rare", ""},
                         {"stint am force-stop com.example.mail", "all of it ends, and nothing of it waits"},
                         {"stint am get-standby-bucket", "of every app: 10 active, 20 working set, …"}},
            .run = am};
}

} // namespace stint::cli
