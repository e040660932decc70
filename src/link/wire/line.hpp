// The line to elsewhere on the wire, in both directions, between stintd and stint-push (push.md §4); the keys and types
// are in the comments of dbus/org.stint.Push1.xml.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/event.hpp"
#include "contract/model/push.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

/// A registration as the line is told of it.
struct LineEntry {
    std::string name;
    std::string app;
    std::string connector; ///< the bus name that takes its messages; empty: a receiver of the app's manifest
    std::string details;   ///< the line's own
    Urgencies fetched;
    std::array<std::uint64_t, urgencyWords.size()> cursors{};
    bool ended = false;    ///< the server is to be told
    bool rotates = false;  ///< another is to be made in its place
    bool replaced = false; ///< another was
    bool closed = false;   ///< the server is to be told; what it has is fetched all the same
    bool revoked = false;  ///< it has ended, and its connector is to be told that
    // A receiver's has the app's name for it, and what the app wants; no details until it is made.
    std::string own;
    std::string vapid;
    bool encrypted = true;
    bool doubted = false; ///< it is to be seen whether the bus knows its connector

    bool operator==(const LineEntry&) const = default;
};

/// All that the line is to know.
struct LineView {
    LinePlace place;          ///< of all cursors
    std::string network;      ///< in use; empty: there is none
    std::uint64_t stored = 0; ///< messages of a subject that the store keeps
    std::vector<LineEntry> entries;
    bool watch = false; ///< it is to tell who shows notifications

    /// nullptr: there is none of that name.
    const LineEntry* find(std::string_view name) const;

    bool operator==(const LineView&) const = default;
};
void writeLine(Writer& writer, const LineView& line);
/// IllegalArgument for a letter that is no urgency, and for cursors that are not one for each.
Result<LineView> readLine(Reader& reader);

/// A registration to be made: of the event its name, app, connector, details, endpoint, own name, and which one it
/// replaces.
void writeRegistration(Writer& writer, const Registered& registered);
Result<Registered> readRegistration(Reader& reader);

/// A batch of what was read; times are as a core takes them.
void writeBatch(Writer& writer, const LineRead& batch);
/// IllegalArgument for an unknown key, an unknown urgency, and a TTL below 0.
Result<LineRead> readBatch(Reader& reader);

void writeLeftOut(Writer& writer, const std::vector<LeftOut>& what);
/// IllegalArgument for a count that cannot be.
Result<std::vector<LeftOut>> readLeftOut(Reader& reader);

/// A message for a registration's connector.
struct ConnectorCall {
    std::uint64_t delivery = 0;
    std::string registration;
    std::string id; ///< the same when it is tried again
    std::string data;
    bool deletedNote = false;
};
void writeConnectorCall(Writer& writer, const ConnectorCall& call);
Result<ConnectorCall> readConnectorCall(Reader& reader);

} // namespace stint::wire
