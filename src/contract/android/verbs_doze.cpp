// `cmd deviceidle`: Doze and its allowlists by hand (limits.md §6.7).
#include <algorithm>

#include <fmt/format.h>

#include "base/text/number.hpp"
#include "contract/android/verb_call.hpp"

namespace stint {
namespace {

std::string upper(std::string_view name) {
    std::string text(name);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
    return text;
}

const Doze& doze(const VerbCall& call) { return call.core.deviceState().doze; }
std::string deep(const VerbCall& call) { return upper(nameOf(doze(call).deep)); }
std::string light(const VerbCall& call) { return upper(nameOf(doze(call).light)); }

VerbAnswer line(std::string_view text) { return {0, fmt::format("{}\n", text), ""}; }
VerbAnswer refused(std::string_view text) { return {verbFailed, fmt::format("{}\n", text), ""}; }
VerbAnswer unknownMode(const std::string& mode) { return line("Unknown idle mode: " + mode); }
VerbAnswer states(const VerbCall& call) {
    return line(fmt::format("Light state: {}, deep state: {}", light(call), deep(call)));
}

VerbAnswer step(VerbCall& call) {
    const std::string mode = call.argument(0);
    if (!mode.empty() && mode != "deep" && mode != "light") return unknownMode(mode);
    call.ask(DozeStepped{.light = mode == "light"});
    return line(mode == "light" ? "Stepped to light: " + light(call) : "Stepped to deep: " + deep(call));
}

VerbAnswer forceIdle(VerbCall& call) {
    const std::string mode = call.argument(0);
    const Constants& constants = call.core.constants();
    if (mode.empty() || mode == "deep") {
        if (!constants.dozeDeepEnabled) return refused("Unable to go deep idle; not enabled");
        call.ask(DozeHeld{.force = DozeForce::Idle});
        return line("Now forced in to deep idle mode");
    }
    if (mode != "light") return unknownMode(mode);
    if (!constants.dozeLightEnabled) return refused("Unable to go light idle; not enabled");
    call.ask(DozeHeld{.force = DozeForce::LightIdle});
    return line("Now forced in to light idle mode");
}

VerbAnswer unforce(VerbCall& call) {
    call.ask(DozeHeld{});
    return states(call);
}

VerbAnswer get(VerbCall& call) {
    const Device& device = call.core.device();
    const std::string what = call.argument(0);
    if (what.empty()) return line("Argument required");
    if (what == "light") return line(light(call));
    if (what == "deep") return line(deep(call));
    const auto truth = [](bool holds) { return line(holds ? "true" : "false"); };
    if (what == "force") return truth(device.dozeForce.has_value());
    if (what == "screen") return truth(device.screenOn);
    if (what == "charging") return truth(device.plugged); // limits.md §6.1: Doze asks for power, not for charging
    if (what == "network") return truth(device.network.has_value());
    return line("Unknown get option: " + what);
}

// One of Doze's machines, by the name that enable and disable take.
struct Machine {
    std::string_view name;
    std::string_view title;
    bool Constants::*enabled;
};
constexpr Machine machines[] = {{"deep", "Deep", &Constants::dozeDeepEnabled},
                                {"light", "Light", &Constants::dozeLightEnabled}};

// The change lasts until the daemon starts again: the policy on disk stays as it is.
VerbAnswer enable(VerbCall& call, bool on) {
    const std::string mode = call.argument(0);
    const auto meant = [&](const Machine& machine) { return mode.empty() || mode == "all" || mode == machine.name; };
    if (std::ranges::none_of(machines, meant)) return unknownMode(mode);
    Constants constants = call.core.constants();
    std::string out;
    for (const Machine& machine : machines) {
        if (!meant(machine) || constants.*machine.enabled == on) continue;
        constants.*machine.enabled = on;
        out += fmt::format("{} idle mode {}\n", machine.title, on ? "enabled" : "disabled");
    }
    if (!out.empty()) call.ask(PolicyChanged{.constants = constants});
    return {0, out, ""};
}

VerbAnswer enable(VerbCall& call) { return enable(call, true); }
VerbAnswer disable(VerbCall& call) { return enable(call, false); }

VerbAnswer allowlist(VerbCall& call) {
    std::string out;
    for (const AppView& app : call.core.apps(call.now)) {
        // LINUX: behind the package Android prints a uid, which apps here do not have.
        if (app.manifest.system) out += fmt::format("system,{}\n", app.manifest.package.name);
        if (app.batteryUse == BatteryUse::Unrestricted) out += fmt::format("user,{}\n", app.manifest.package.name);
    }
    return {0, out, ""};
}

// limits.md §2.5: the user's part of the power allowlist is the apps whose battery is unrestricted.
std::string changeAllowlist(VerbCall& call, char how, const std::string& package) {
    const auto app = call.app(package);
    const bool on = app && app->batteryUse == BatteryUse::Unrestricted;
    if (how == '=') return on || (app && app->manifest.system) ? "true\n" : "false\n";
    if (!app) return fmt::format("Unknown package: {}\n", package);
    if (how == '-' && !on) return "";
    const BatteryUse use = how == '+' ? BatteryUse::Unrestricted : BatteryUse::Optimized;
    call.ask(BatteryUseSet{.app = AppId{package}, .use = use});
    return fmt::format("{}: {}\n", how == '+' ? "Added" : "Removed", package);
}

VerbAnswer whitelist(VerbCall& call) {
    if (call.words.size() == 1) return allowlist(call);
    VerbAnswer answer;
    for (const std::string& word : std::span(call.words).subspan(1)) {
        if (word.find_first_of("+-=") != 0) {
            answer.out += fmt::format("Package must be prefixed with +, -, or =: {}\n", word);
            answer.code = verbFailed;
            return answer;
        }
        answer.out += changeAllowlist(call, word.front(), word.substr(1));
    }
    return answer;
}

// A length in milliseconds; nullopt: it is none.
std::optional<Duration> lengthOf(const std::string& text) {
    const auto value = numberIn<std::int64_t>(text);
    return value && *value >= 0 ? std::optional(Duration{*value}) : std::nullopt;
}

VerbAnswer tempwhitelist(VerbCall& call) {
    std::string package;
    Duration length = call.core.constants().allowlistShell;
    for (std::size_t n = 1; n < call.words.size(); ++n) {
        const std::string& word = call.words[n];
        if (word == "-r") {
            length = Duration{0};
        } else if (word == "-d") {
            const auto given = lengthOf(call.argument(n++));
            if (!given) return refused("Failed: -d needs milliseconds, 0 or more");
            length = *given;
        } else if (word.starts_with('-') || !package.empty()) {
            return refused(fmt::format("Failed: unknown word {}", word));
        } else {
            package = word;
        }
    }
    if (package.empty()) return refused("Failed: a package is required");
    const Reply reply = call.ask(TemporarilyAllowed{.app = AppId{package}, .length = length});
    return reply.error ? refused("Failed: " + reply.error->message) : VerbAnswer{};
}

// The device moves, and then is as it was.
VerbAnswer motion(VerbCall& call) {
    Device device = call.core.device();
    for (const Motion felt : {Motion::Still, Motion::Moving, device.motion}) {
        device.motion = felt;
        call.ask(DeviceChanged{{}, device});
    }
    return states(call);
}

constexpr Verb<VerbCall> dozeVerbs[] = {
    {"step", step, "step [light|deep]"},
    {"force-idle", forceIdle, "force-idle [light|deep]"},
    {"unforce", unforce, "unforce"},
    {"get", get, "get light|deep|force|screen|charging|network"},
    {"enable", enable, "enable [light|deep|all]"},
    {"disable", disable, "disable [light|deep|all]"},
    {"whitelist", whitelist, "whitelist [+PACKAGE | -PACKAGE | =PACKAGE]…"},
    {"tempwhitelist", tempwhitelist, "tempwhitelist [-d MILLISECONDS] [-r] PACKAGE"},
    {"motion", motion, "motion"},
};

} // namespace

VerbAnswer runDozeVerb(VerbCall& call) {
    return runOneOf<VerbCall>(dozeVerbs, "Device idle controller (deviceidle) commands", call);
}

} // namespace stint
