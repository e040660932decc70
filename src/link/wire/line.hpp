// The line to elsewhere on the wire, in both directions, between stintd and stint-push (push.md §4); the keys and types
// are in the comments of dbus/org.stint.Push1.xml.
#pragma once
#include <cstdint>
#include <string>

#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

/// All that the line is to know.
struct LineNews {
    LineWanted wanted;
    std::string network;     ///< in use; empty: there is none
    std::int64_t stored = 0; ///< push.stored
};
void writeLine(Writer& writer, const LineNews& news);
Result<LineNews> readLine(Reader& reader);

/// A registration to be made: of the event its name, app, connector and details.
void writeRegistration(Writer& writer, const Registered& registered);
Result<Registered> readRegistration(Reader& reader);

/// A batch of what was read; times are as a core takes them.
void writeBatch(Writer& writer, const LineRead& batch);
/// IllegalArgument for an unknown key, an unknown urgency, and a TTL below 0.
Result<LineRead> readBatch(Reader& reader);

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
