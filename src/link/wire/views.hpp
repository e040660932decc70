// What questions about the present are answered with, as dictionaries (dbus/org.stint.TaskManager1.xml), in both
// directions. Writing tells all that the view holds; reading back ignores what a newer daemon may add.
#pragma once
#include <string>
#include <vector>

#include "contract/model/view.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/list.hpp"

namespace stint::wire {

void writeSchedulerView(Writer& writer, const SchedulerView& view);
Result<SchedulerView> readSchedulerView(Reader& reader);

/// One line of `stint device`.
struct DeviceRow {
    std::string key;
    std::string value;
    std::string source;            ///< "embedded default", "set", "statvfs"
    std::string decides;           ///< what is decided by it: "Doze, device idle"
    std::optional<WallTime> since; ///< when it became this value; unset: it was not seen

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
    std::string name;      ///< of its connection, else the SSID, else the interface
    std::string interface; ///< empty: it is not there
    std::string ssid;
    std::string transport; ///< "wifi"
    bool metered = false;
    std::string by;       ///< who says whether it is metered: "a mark", "NetworkManager"
    bool inUse = false;   ///< it is the device's network
    bool carries = false; ///< that one is a tunnel, over this

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

/// `stint record`: what is recorded, and where.
struct RecordingRow {
    std::string scenario; ///< files
    std::string snapshot;
    std::optional<WallTime> since; ///< nullopt: it has ended
    Bytes bytes = 0;
    std::string trouble; ///< why it has ended, or did not begin

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
