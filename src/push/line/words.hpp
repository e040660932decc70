// The words that the daemon and its line say to each other (dbus/org.stint.Push1.xml).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/push.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"

namespace stint::push {

inline constexpr const char* pushInterface = "org.stint.Push1";

/// A registration as the daemon tells it.
struct LineEntry {
    std::string name;
    std::string app;
    std::string connector; ///< the bus name that takes its messages; empty: a receiver of the app's manifest
    std::string details;   ///< ours (details.hpp)
    Urgencies fetched;
    std::array<std::uint64_t, urgencyWords.size()> cursors{};
    bool ended = false; ///< the server is to be told

    bool operator==(const LineEntry&) const = default;
};

/// All that the daemon wants of its line.
struct LineView {
    LinePlace place;          ///< of all cursors
    std::string network;      ///< in use; empty: none
    std::uint64_t stored = 0; ///< messages of a subject that the store keeps
    std::vector<LineEntry> entries;

    const LineEntry* find(std::string_view name) const;

    bool operator==(const LineView&) const = default;
};
Result<LineView> readLine(wire::Reader& reader);

/// A registration as the daemon is told.
struct NewEntry {
    std::string name, app, connector, details;
};
void writeEntry(wire::Writer& writer, const NewEntry& entry);

/// Messages and cursors that are taken in together.
struct Batch {
    std::string stream; ///< the store that they are of
    std::vector<LineEpoch> epochs;
    std::vector<LineMessage> messages; ///< in the order of the store
    std::vector<LineCursor> cursors;   ///< messages up to there were passed over
    std::vector<Subject> missed;       ///< of these older messages may be gone

    bool operator==(const Batch&) const = default;
};
void writeBatch(wire::Writer& writer, const Batch& batch);

/// A message that a connector is to take.
struct Delivery {
    std::uint64_t number = 0;
    std::string registration;
    std::string id;
    std::vector<std::uint8_t> data;
    bool isNote = false; ///< no message, but the note that some are lost
};
Result<Delivery> readDelivery(wire::Reader& reader);

} // namespace stint::push
