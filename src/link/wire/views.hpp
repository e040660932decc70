// The answers to questions about the present, as dictionaries (dbus/org.stint.TaskManager1.xml), in both directions.
// All of a view is written; reading back ignores keys that a newer daemon may add.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/view.hpp"
#include "link/wire/codec.hpp"

namespace stint::wire {

struct Finding {
    enum class Grade : std::uint8_t {
        Enforced, ///< it holds, whatever an app does
        Advisory, ///< it holds for apps that cooperate
        Absent,   ///< it is not there; Stint does without
        Trouble,  ///< something is wrong, and a person can mend it
    };
    std::string topic; ///< "processes", "wake alarms"
    Grade grade = Grade::Absent;
    std::string found; ///< a sentence
    std::string more;  ///< how to get more, or what to mend; empty where there is nothing to do

    /// Absent for a name that is unknown here: a newer daemon's.
    static std::optional<Grade> gradeNamed(std::string_view name);

    static constexpr auto noun = "finding";
    static constexpr auto fields = [](auto& field, auto& finding) {
        field("topic", finding.topic);
        field.word("grade", finding.grade, gradeNamed);
        field("found", finding.found);
        field("more", finding.more);
    };
    bool operator==(const Finding&) const = default;
};

/// A program of Stint that runs, for `stint --version`: stintd, and stint-netguard where that serves it.
struct ProgramRow {
    std::string program;
    std::string version;
    std::string commit; ///< empty: unknown

    static constexpr auto noun = "program";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("program", row.program);
        field("version", row.version);
        field("commit", row.commit);
    };
    bool operator==(const ProgramRow&) const = default;
};

/// "enforced", "advisory", "absent", "trouble".
std::string_view nameOf(Finding::Grade grade);

void writeSchedulerView(Writer& writer, const SchedulerView& view);
Result<SchedulerView> readSchedulerView(Reader& reader);

/// One line of `stint device`.
struct DeviceRow {
    std::string key;
    std::string value;
    std::string source;            ///< "embedded default", "set", "statvfs"
    std::string decides;           ///< the decisions that depend on it: "Doze, device idle"
    std::optional<WallTime> since; ///< the time at which it became this value; unset: nobody saw that

    static constexpr auto noun = "device";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("key", row.key);
        field("value", row.value);
        field("source", row.source);
        field("decides", row.decides);
        field("since", row.since);
    };
    bool operator==(const DeviceRow&) const = default;
};

/// One line of `stint net`: a network that is there, or one that a person has marked.
struct NetworkRow {
    std::string name;      ///< the connection's name, else the SSID, else the interface
    std::string interface; ///< empty: it is not there
    std::string ssid;
    std::string transport; ///< "wifi"
    bool metered = false;
    std::string by;       ///< the source of `metered`: "a mark", "NetworkManager"
    bool inUse = false;   ///< it is the device's network
    bool carries = false; ///< the one in use is a tunnel over this one

    static constexpr auto noun = "network";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("name", row.name);
        field("interface", row.interface);
        field("ssid", row.ssid);
        field("transport", row.transport);
        field("metered", row.metered);
        field("by", row.by);
        field("inUse", row.inUse);
        field("carries", row.carries);
    };
    bool operator==(const NetworkRow&) const = default;
};

/// A line of `stint record`: the files of a recording, and its state.
struct RecordingRow {
    std::string scenario; ///< files
    std::string snapshot;
    std::optional<WallTime> since; ///< nullopt: it has ended
    Bytes bytes = 0;
    std::string trouble; ///< the reason why it has ended, or did not begin

    static constexpr auto noun = "recording";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("scenario", row.scenario);
        field("snapshot", row.snapshot);
        field("since", row.since);
        field("bytes", row.bytes);
        field("trouble", row.trouble);
    };
    bool operator==(const RecordingRow&) const = default;
};

} // namespace stint::wire
