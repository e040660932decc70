// Scenarios of a few lines, played at once: what their trace says.
#pragma once
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "sim/judge/play.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::sim {

inline const std::string mailBegins = "device: {charging: true}\napps: {com.example.mail: {}}\ntimeline:\n";

inline Scenario read(const std::string& text) {
    auto scenario = readScenario(text, "x.yaml");
    INFO(text);
    if (!scenario) FAIL(scenario.error().message);
    return *std::move(scenario);
}

inline Played played(const std::string& text, const Options& options = {}) {
    auto played = play(read(text), options);
    if (!played) FAIL(played.error().message);
    return *std::move(played);
}

/// The trace, a line each, of what is named: "started com.example.mail/7 at 10min overdue=false kind=regular".
inline std::vector<std::string> linesOf(const Played& played, std::initializer_list<std::string_view> whats) {
    std::vector<std::string> lines;
    for (const Happening& one : played.history)
        for (const std::string_view what : whats)
            if (one.what == what) lines.push_back(textOf(one));
    return lines;
}

using Times = std::vector<Duration>;

/// Times at which `what` happened.
inline Times times(const Played& played, std::string_view what) {
    Times found;
    for (const Happening& one : played.history)
        if (one.what == what) found.push_back(one.at);
    return found;
}

/// One job of one app that is in front, so that it may be user-initiated; `keys` of its schedule.
inline std::string oneJob(const std::string& keys, const std::string& more = "", const std::string& until = "2h") {
    return "until: " + until +
           "\ndevice: {charging: true}\napps: {com.example.mail: {state: visible}}\ntimeline:\n"
           "  - {at: 0s, schedule: {job: com.example.mail/7, " +
           keys + "}}\n" + more;
}

} // namespace stint::sim
