#include "push/line/words.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
namespace {

Result<void> readCursors(wire::Reader& reader, LineEntry& into) {
    std::size_t count = 0;
    STINT_TRY(reader.array("t", [&](wire::Reader& element) -> Result<void> {
        const std::uint64_t sequence = STINT_TRY(element.uint64());
        if (count < into.cursors.size()) into.cursors.at(count) = sequence;
        ++count;
        return {};
    }));
    if (count != into.cursors.size()) return fail(Errc::ILLEGAL_ARGUMENT, "{} cursors of a registration", count);
    return {};
}

Result<LineEntry> readEntry(wire::Reader& reader) {
    LineEntry entry;
    std::string letters;
    wire::DictionaryReader dictionary("registration", wire::UnknownKeys::Ignore);
    dictionary.take("name", entry.name)
        .take("app", entry.app)
        .take("connector", entry.connector)
        .take("details", entry.details)
        .take("urgencies", letters)
        .take("cursors", "at", [&](wire::Reader& value) { return readCursors(value, entry); })
        .take("ended", entry.ended);
    STINT_TRY(dictionary.read(reader));
    for (const char letter : letters)
        if (const auto urgency = urgencyOf({&letter, 1})) entry.fetched.set(placeOf(*urgency));
    return entry;
}

std::string wordOf(const Subject& subject) { return std::string(nameOf(subject.urgency)); }

void writeSubject(wire::Writer& writer, const Subject& subject) {
    writer.string(subject.registration).string(wordOf(subject));
}

void writeLineMessage(wire::Writer& writer, const LineMessage& message) {
    writer.openStruct("sstsxxsay");
    writeSubject(writer, message.of);
    writer.uint64(message.sequence)
        .string(message.id)
        .int64(message.sent.time_since_epoch().count())
        .int64(message.ttl.value_or(0ms).count())
        .string(message.topic)
        .blob({bytesOf(message.data), message.data.size()});
    writer.close();
}

} // namespace

const LineEntry* LineView::find(std::string_view name) const {
    const auto found = std::ranges::find(entries, name, &LineEntry::name);
    return found == entries.end() ? nullptr : &*found;
}

Result<LineView> readLine(wire::Reader& reader) {
    LineView line;
    wire::DictionaryReader dictionary("line", wire::UnknownKeys::Ignore);
    dictionary.take("stream", line.place.stream)
        .take("epoch", line.place.epoch)
        .take("network", line.network)
        .take("stored", "x", [&](wire::Reader& value) -> Result<void> {
            const std::int64_t stored = STINT_TRY(value.int64());
            line.stored = static_cast<std::uint64_t>(std::max<std::int64_t>(stored, 1));
            return {};
        });
    dictionary.take("registrations", "aa{sv}", [&](wire::Reader& list) {
        return list.array("a{sv}", [&](wire::Reader& element) -> Result<void> {
            auto entry = STINT_TRY(readEntry(element));
            line.entries.push_back(std::move(entry));
            return {};
        });
    });
    STINT_TRY(dictionary.read(reader));
    return line;
}

void writeEntry(wire::Writer& writer, const NewEntry& entry) {
    wire::DictionaryWriter dictionary(writer);
    dictionary.put("name", entry.name);
    dictionary.put("app", entry.app);
    dictionary.put("connector", entry.connector);
    dictionary.put("details", entry.details);
}

void writeBatch(wire::Writer& writer, const Batch& batch) {
    wire::DictionaryWriter dictionary(writer);
    dictionary.put("stream", batch.stream);
    const auto list = [&](const char* key, const char* type, const auto& values, const auto& write) {
        dictionary.put(key, type, [&](wire::Writer& value) {
            value.openArray(type + 1);
            for (const auto& one : values)
                write(value, one);
            value.close();
        });
    };
    list("epochs", "a(tt)", batch.epochs, [](wire::Writer& value, const LineEpoch& epoch) {
        value.openStruct("tt").uint64(epoch.number).uint64(epoch.from).close();
    });
    list("messages", "a(sstsxxsay)", batch.messages, writeLineMessage);
    list("cursors", "a(sst)", batch.cursors, [](wire::Writer& value, const LineCursor& cursor) {
        value.openStruct("sst");
        writeSubject(value, cursor.of);
        value.uint64(cursor.sequence).close();
    });
    list("missed", "a(ss)", batch.missed, [](wire::Writer& value, const Subject& subject) {
        value.openStruct("ss");
        writeSubject(value, subject);
        value.close();
    });
}

Result<Delivery> readDelivery(wire::Reader& reader) {
    Delivery delivery;
    delivery.number = STINT_TRY(reader.uint64());
    delivery.registration = STINT_TRY(reader.string());
    wire::DictionaryReader dictionary("message", wire::UnknownKeys::Ignore);
    dictionary.take("id", delivery.id).take("deletedNote", delivery.isNote);
    dictionary.take("data", "ay", [&](wire::Reader& value) -> Result<void> {
        delivery.data = STINT_TRY(value.blob());
        return {};
    });
    STINT_TRY(dictionary.read(reader));
    return delivery;
}

} // namespace stint::push
