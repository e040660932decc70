// The messages of a running job: its parameters, its notification, its outcome.
#include "base/text/printable.hpp"
#include "link/wire/fields.hpp"

namespace stint::wire {

void writeRunParameters(Writer& writer, const RunParameters& parameters) { writeRow(writer, parameters); }
Result<RunParameters> readRunParameters(Reader& reader) { return readRow<RunParameters>(reader); }

void writeWork(Writer& writer, const WorkItem& item) { writeRow(writer, item); }
Result<WorkItem> readWork(Reader& reader) {
    return readFields<WorkItem>(reader, WorkItem::noun, WorkItem::fields, UnknownKeys::Refuse);
}

void writeNotification(Writer& writer, const Notification& notification) {
    writeRow(writer, NotificationParts::of(notification));
}

Result<Notification> readNotification(Reader& reader) {
    const auto parts = STINT_TRY(readRow<NotificationParts>(reader));
    return parts.made();
}

void writeOutcome(Writer& writer, const Outcome& outcome) { writeFields(writer, outcome, fieldsOfOutcome); }

Result<Outcome> readOutcome(Reader& reader) {
    Outcome outcome = STINT_TRY(readFields<Outcome>(reader, "outcome", fieldsOfOutcome));
    cut(outcome.text, longestOutcome);
    return outcome;
}

} // namespace stint::wire
