// Names and numbers that an app or a person can see: never renumbered, never respelled (jobs.md §12.11).
#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "contract/model/app.hpp"
#include "contract/model/effect.hpp"
#include "contract/model/job.hpp"
#include "contract/model/reasons.hpp"

using namespace stint;

namespace {

/// The numbers and names that a line of jobs.md lists: "Public codes: 0 UNDEFINED · 1 CANCELLED_BY_APP."
std::map<std::int32_t, std::string> listedIn(std::string_view heading, std::string_view list) {
    std::ifstream file(STINT_DOCS "/spec/jobs.md");
    std::map<std::int32_t, std::string> names;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) inside = line.starts_with(heading);
        if (!inside || !line.starts_with(list)) continue;
        static const std::regex entry("((?:−)?)(\\d+) ([A-Z_]+)");
        for (std::sregex_iterator found(line.begin(), line.end(), entry), end; found != end; ++found)
            names.emplace(((*found)[1].length() ? -1 : 1) * std::stoi((*found)[2]), (*found)[3]);
        break;
    }
    return names;
}

template <class Row> std::map<std::int32_t, std::string> namesOf(std::span<const Row> rows) {
    std::map<std::int32_t, std::string> names;
    for (const Row& row : rows)
        names.emplace(static_cast<std::int32_t>(row.reason), row.name);
    return names;
}

} // namespace

TEST_CASE("reasons have the numbers and names that the specification lists") { // jobs.md §4.6, §9.1
    const auto stops = listedIn("### 4.6 ", "Public codes");
    CHECK(stops.at(16) == "TIMEOUT_ABANDONED");
    CHECK(namesOf(stopRows()) == stops);
    const auto pending = listedIn("### 9.1 ", "−2 ");
    CHECK(pending.at(-2) == "INVALID_JOB_ID");
    CHECK(namesOf(pendingRows()) == pending);
    CHECK(nameOf(static_cast<StopReason>(17)) == "UNDEFINED");
    CHECK(nameOf(static_cast<PendingReason>(17)) == "UNDEFINED");
}

namespace {

/// True if the compiler knows an enumerator of that number: it prints any other as a cast.
template <auto value> constexpr bool isEnumerator() {
    constexpr std::string_view name = __PRETTY_FUNCTION__;
    return name.find("value = (") == name.npos;
}

template <class Reason, class Row> void checkRows(std::span<const Row> rows) {
    std::set<std::string_view> names;
    for (const Row& row : rows) {
        names.insert(row.name);
        CHECK(nameOf(row.reason) == row.name);
        CHECK(meaningOf(row.reason) == row.meaning);
    }
    CHECK(names.size() == rows.size());
    const auto hasRow = [&](Reason reason) { return std::ranges::find(rows, reason, &Row::reason) != rows.end(); };
    [&]<std::size_t... n>(std::index_sequence<n...>) {
        const auto check = [&]<std::int32_t code>(std::integral_constant<std::int32_t, code>) {
            constexpr auto reason = static_cast<Reason>(code);
            CAPTURE(code);
            CHECK(hasRow(reason) == isEnumerator<reason>());
        };
        (check(std::integral_constant<std::int32_t, static_cast<std::int32_t>(n) - 8>{}), ...);
    }
    (std::make_index_sequence<72>{});
}

} // namespace

TEST_CASE("each reason has one row, with its words") { // jobs.md §4.6, §9.1
    checkRows<PendingReason>(pendingRows());
    checkRows<StopReason>(stopRows());
    for (const PendingRow& row : pendingRows())
        CHECK_FALSE(wantOf(row.reason).empty());
    CHECK(meaningOf(static_cast<PendingReason>(99)) == "a reason this version does not know");
    CHECK(meaningOf(static_cast<StopReason>(99)) == "stopped");
}

TEST_CASE("internal codes have the numbers and words that dumps print") { // jobs.md §4.6
    constexpr std::string_view names[] = {"canceled",     "constraints",      "preempt",           "timeout",
                                          "device_idle",  "thermal",          "restricted_bucket", "uninstall",
                                          "data_cleared", "rtc_updated",      "successful_finish", "user_ui_stop",
                                          "anr",          "timeout_abandoned"};
    for (std::int32_t code = 0; code < std::ssize(names); ++code)
        CHECK(nameOf(static_cast<InternalReason>(code)) == names[code]);
    CHECK(nameOf(InternalReason::Unknown) == "unknown");
    CHECK(static_cast<std::int32_t>(InternalReason::Unknown) == -1);
}

TEST_CASE("a job is named package/id, with its namespace before a number sign") { // scenario.md, values
    CHECK(textOf({AppId{"com.example.mail"}, "", JobId{7}}) == "com.example.mail/7");
    CHECK(textOf({AppId{"com.example.mail"}, "sync", JobId{7}}) == "com.example.mail/sync#7");
    CHECK(textOf({AppId{"com.example.mail"}, "", JobId{-1}}) == "com.example.mail/-1");
}

TEST_CASE("the trace uses scenario.md's words, each once") { // scenario.md, trace
    std::set<std::string_view> words;
    for (int what = 0; what <= static_cast<int>(Trace::What::Killed); ++what)
        words.insert(nameOf(static_cast<Trace::What>(what)));
    CHECK(words == std::set<std::string_view>{"scheduled", "replaced", "refused", "cancelled", "started", "stopped",
                                              "finished", "rescheduled", "dropped", "notified", "notification_removed",
                                              "network_changed", "unresponsive", "killed"});
}

TEST_CASE("classes and states of a run are written in lower case") { // jobs.md §4.1, scenario.md
    CHECK(nameOf(JobClass::Regular) == "regular");
    CHECK(nameOf(JobClass::UserInitiated) == "user_initiated");
    CHECK(nameOf(RunState::Binding) == "binding");
    CHECK(nameOf(RunState::Starting) == "starting");
    CHECK(nameOf(RunState::Executing) == "executing");
    CHECK(nameOf(RunState::Stopping) == "stopping");
}

TEST_CASE("every process state is found by its name") { // scenario.md, apps
    for (auto state : {ProcessState::Top, ProcessState::Visible, ProcessState::Background, ProcessState::NotRunning})
        CHECK(processStateNamed(nameOf(state)) == state);
    CHECK(nameOf(ProcessState::NotRunning) == "not_running");
    CHECK(processStateNamed("foreground") == std::nullopt);
}

TEST_CASE("a person's word about an app outranks what is seen of it") { // jobs.md §12.2
    struct Row {
        std::optional<ProcessState> pinned;
        bool visible;
        bool running;
        ProcessState state;
    };
    using enum ProcessState;
    // clang-format off
    //                pinned        visible running  state
    for (auto& r : {Row{std::nullopt, false, false, NotRunning},
                    Row{std::nullopt, false, true,  Background},
                    Row{std::nullopt, true,  true,  Visible},
                    Row{std::nullopt, true,  false, Visible},  // a terminal's foreground is seen before its process is
                    Row{Background,   true,  true,  Background},
                    Row{Background,   false, false, Background},
                    Row{Top,          false, false, Top},
                    Row{NotRunning,   true,  true,  NotRunning}}) {
        // clang-format on
        App app;
        app.memory.pinned = r.pinned;
        app.visible = r.visible;
        app.running = r.running;
        CHECK(stateOf(app) == r.state);
    }
}
