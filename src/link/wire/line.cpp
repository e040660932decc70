#include "link/wire/line.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint::wire {
namespace {

std::string lettersIn(Urgencies urgencies) {
    std::string letters;
    for (std::size_t place = urgencies.size(); place-- > 0;)
        if (urgencies[place]) letters += letterOf(static_cast<Urgency>(place));
    return letters;
}

Result<Urgencies> urgenciesIn(std::string_view letters) {
    Urgencies urgencies;
    for (const char letter : letters) {
        const auto word = std::ranges::find(urgencyWords, letter, [](std::string_view each) { return each.front(); });
        if (word == urgencyWords.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "urgencies: \"{}\"; they are of h, n, l and v", printable(letters));
        urgencies.set(static_cast<std::size_t>(word - urgencyWords.begin()));
    }
    return urgencies;
}

Result<Urgency> readUrgency(Reader& reader) {
    const std::string word = STINT_TRY(reader.string());
    if (const auto urgency = urgencyNamed(word)) return *urgency;
    return fail(Errc::ILLEGAL_ARGUMENT, "the urgency \"{}\" is none; it is high, normal, low or very_low",
                printable(word));
}

Result<Subject> readSubject(Reader& reader) {
    Subject of;
    STINT_TRY(reader.read(of.registration));
    of.urgency = STINT_TRY(readUrgency(reader));
    return of;
}

void writeSubject(Writer& writer, const Subject& of) {
    writer.string(of.registration).string(std::string(nameOf(of.urgency)));
}

std::span<const std::uint8_t> bytesIn(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<void> readBytes(Reader& reader, std::string& into) {
    const auto bytes = STINT_TRY(reader.blob());
    into.assign(bytes.begin(), bytes.end());
    return {};
}

void writeEntry(Writer& writer, const LineEntry& entry) {
    DictionaryWriter row(writer);
    row.put("name", entry.name);
    row.put("app", entry.app);
    row.put("connector", entry.connector);
    row.put("details", entry.details);
    row.put("urgencies", lettersIn(entry.fetched));
    row.put("cursors", "at", [&](Writer& list) {
        list.openArray("t");
        for (const std::uint64_t cursor : entry.cursors)
            list.uint64(cursor);
        list.close();
    });
    row.put("ended", entry.ended);
    row.put("rotates", entry.rotates);
    row.put("replaced", entry.replaced);
    row.put("closed", entry.closed);
    row.put("revoked", entry.revoked);
    row.put("doubted", entry.doubted);
    row.put("own", entry.own);
    row.put("vapid", entry.vapid);
    row.put("encrypted", entry.encrypted);
}

Result<void> readCursors(Reader& reader, LineEntry& entry) {
    std::size_t count = 0;
    STINT_TRY(reader.array("t", [&](Reader& list) -> Result<void> {
        const std::uint64_t cursor = STINT_TRY(list.uint64());
        if (count < entry.cursors.size()) entry.cursors.at(count) = cursor;
        ++count;
        return {};
    }));
    if (count != entry.cursors.size())
        return fail(Errc::ILLEGAL_ARGUMENT, "there are {} cursors; there is one for each of {} urgencies", count,
                    entry.cursors.size());
    return {};
}

Result<LineEntry> readEntry(Reader& reader) {
    LineEntry entry;
    std::string letters;
    DictionaryReader row("registration", UnknownKeys::Ignore);
    row.take("name", entry.name)
        .take("app", entry.app)
        .take("connector", entry.connector)
        .take("details", entry.details)
        .take("urgencies", letters)
        .take("ended", entry.ended)
        .take("rotates", entry.rotates)
        .take("replaced", entry.replaced)
        .take("closed", entry.closed)
        .take("revoked", entry.revoked)
        .take("doubted", entry.doubted)
        .take("own", entry.own)
        .take("vapid", entry.vapid)
        .take("encrypted", entry.encrypted)
        .take("cursors", "at", [&](Reader& list) { return readCursors(list, entry); });
    STINT_TRY(row.read(reader));
    entry.fetched = STINT_TRY(urgenciesIn(letters));
    return entry;
}

} // namespace

const LineEntry* LineView::find(std::string_view name) const {
    const auto found = std::ranges::find(entries, name, &LineEntry::name);
    return found == entries.end() ? nullptr : &*found;
}

void writeLine(Writer& writer, const LineView& line) {
    DictionaryWriter dictionary(writer);
    dictionary.put("stream", line.place.stream);
    dictionary.put("epoch", line.place.epoch);
    dictionary.put("network", line.network);
    dictionary.put("stored", line.stored);
    dictionary.put("watch", line.watch);
    dictionary.put("registrations", "aa{sv}", [&](Writer& list) {
        list.openArray("a{sv}");
        for (const LineEntry& entry : line.entries)
            writeEntry(list, entry);
        list.close();
    });
}

Result<LineView> readLine(Reader& reader) {
    LineView line;
    DictionaryReader dictionary("line", UnknownKeys::Ignore);
    dictionary.take("stream", line.place.stream)
        .take("epoch", line.place.epoch)
        .take("network", line.network)
        .take("stored", line.stored)
        .take("watch", line.watch)
        .take("registrations", "aa{sv}", [&](Reader& list) {
            return list.array("a{sv}", [&](Reader& each) -> Result<void> {
                LineEntry entry = STINT_TRY(readEntry(each));
                line.entries.push_back(std::move(entry));
                return {};
            });
        });
    STINT_TRY(dictionary.read(reader));
    return line;
}

void writeRegistration(Writer& writer, const Registered& registered) {
    DictionaryWriter row(writer);
    row.put("name", registered.name);
    row.put("app", registered.app.name.str());
    row.put("connector", registered.connector);
    row.put("details", registered.details);
    row.put("endpoint", registered.endpoint);
    if (!registered.own.empty()) row.put("own", registered.own);
    if (!registered.replaces.empty()) row.put("replaces", registered.replaces);
    if (!registered.caller.empty()) row.put("caller", registered.caller);
}

Result<Registered> readRegistration(Reader& reader) {
    Registered registered;
    DictionaryReader row("registration", UnknownKeys::Refuse);
    row.take("name", registered.name)
        .take("app", registered.app.name)
        .take("connector", registered.connector)
        .take("details", registered.details)
        .take("endpoint", registered.endpoint)
        .take("own", registered.own)
        .take("replaces", registered.replaces)
        .take("caller", registered.caller);
    STINT_TRY(row.read(reader));
    if (registered.connector.empty() == registered.own.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "registration: connector is missing, or own; there is one of them");
    return registered;
}

void writeBatch(Writer& writer, const LineRead& batch) {
    DictionaryWriter dictionary(writer);
    dictionary.put("stream", batch.stream);
    dictionary.put("epochs", "a(tt)", [&](Writer& list) {
        list.openArray("(tt)");
        for (const LineEpoch& epoch : batch.epochs)
            list.openStruct("tt").uint64(epoch.number).uint64(epoch.from).close();
        list.close();
    });
    dictionary.put("messages", "a(sstsxxsay)", [&](Writer& list) {
        list.openArray("(sstsxxsay)");
        for (const LineMessage& message : batch.messages) {
            writeSubject(list.openStruct("sstsxxsay"), message.of);
            list.uint64(message.sequence).string(message.id).int64(message.sent.time_since_epoch().count());
            list.int64(message.ttl ? message.ttl->count() : -1).string(message.topic).blob(bytesIn(message.data));
            list.close();
        }
        list.close();
    });
    dictionary.put("cursors", "a(sst)", [&](Writer& list) {
        list.openArray("(sst)");
        for (const LineCursor& cursor : batch.cursors) {
            writeSubject(list.openStruct("sst"), cursor.of);
            list.uint64(cursor.sequence).close();
        }
        list.close();
    });
    dictionary.put("missed", "a(ss)", [&](Writer& list) {
        list.openArray("(ss)");
        for (const Subject& of : batch.missed) {
            writeSubject(list.openStruct("ss"), of);
            list.close();
        }
        list.close();
    });
    dictionary.put("misused", batch.misused);
}

namespace {

Result<LineMessage> readMessage(Reader& fields) {
    LineMessage message;
    message.of = STINT_TRY(readSubject(fields));
    STINT_TRY(fields.read(message.sequence));
    STINT_TRY(fields.read(message.id));
    const std::int64_t sent = STINT_TRY(fields.int64());
    message.sent = WallTime{Duration{sent}};
    const std::int64_t ttl = STINT_TRY(fields.int64());
    if (ttl < -1) return fail(Errc::ILLEGAL_ARGUMENT, "a message's TTL is {}; it is at least 0 ms, or -1: none", ttl);
    if (ttl >= 0) message.ttl = Duration{ttl};
    STINT_TRY(fields.read(message.topic));
    STINT_TRY(readBytes(fields, message.data));
    return message;
}

template <class Value, class Read>
DictionaryReader::Read listOf(const char* type, const char* contents, std::vector<Value>& into, Read read) {
    return [=, &into](Reader& list) {
        return list.array(type, [&](Reader& each) {
            return each.structure(contents, [&](Reader& fields) -> Result<void> {
                Value value = STINT_TRY(read(fields));
                into.push_back(std::move(value));
                return {};
            });
        });
    };
}

} // namespace

Result<LineRead> readBatch(Reader& reader) {
    LineRead batch;
    DictionaryReader dictionary("batch", UnknownKeys::Refuse);
    dictionary.take("stream", batch.stream)
        .take("epochs", "a(tt)",
              listOf("(tt)", "tt", batch.epochs,
                     [](Reader& fields) -> Result<LineEpoch> {
                         LineEpoch epoch;
                         STINT_TRY(fields.read(epoch.number));
                         STINT_TRY(fields.read(epoch.from));
                         return epoch;
                     }))
        .take("messages", "a(sstsxxsay)", listOf("(sstsxxsay)", "sstsxxsay", batch.messages, readMessage))
        .take("cursors", "a(sst)",
              listOf("(sst)", "sst", batch.cursors,
                     [](Reader& fields) -> Result<LineCursor> {
                         LineCursor cursor;
                         cursor.of = STINT_TRY(readSubject(fields));
                         STINT_TRY(fields.read(cursor.sequence));
                         return cursor;
                     }))
        .take("missed", "a(ss)", listOf("(ss)", "ss", batch.missed, readSubject))
        .take("misused", batch.misused);
    STINT_TRY(dictionary.read(reader));
    return batch;
}

void writeLeftOut(Writer& writer, const std::vector<LeftOut>& what) {
    writer.openArray("(sx)");
    for (const LeftOut& each : what)
        writer.openStruct("sx").string(each.reason).int64(each.count).close();
    writer.close();
}

Result<std::vector<LeftOut>> readLeftOut(Reader& reader) {
    constexpr std::int64_t most = 1'000'000'000'000; // many such reports together are no overflow
    std::vector<LeftOut> what;
    STINT_TRY(listOf("(sx)", "sx", what, [](Reader& fields) -> Result<LeftOut> {
        LeftOut each;
        STINT_TRY(fields.read(each.reason));
        STINT_TRY(fields.read(each.count));
        if (each.count < 0 || each.count > most) return fail(Errc::ILLEGAL_ARGUMENT, "a count of {}", each.count);
        return each;
    })(reader));
    return what;
}

void writeConnectorCall(Writer& writer, const ConnectorCall& call) {
    writer.uint64(call.delivery).string(call.registration);
    DictionaryWriter message(writer);
    message.put("id", call.id);
    message.put("data", "ay", [&](Writer& bytes) { bytes.blob(bytesIn(call.data)); });
    message.put("deletedNote", call.deletedNote);
}

Result<ConnectorCall> readConnectorCall(Reader& reader) {
    ConnectorCall call;
    STINT_TRY(reader.read(call.delivery));
    STINT_TRY(reader.read(call.registration));
    DictionaryReader message("message", UnknownKeys::Ignore);
    message.take("id", call.id).take("deletedNote", call.deletedNote).take("data", "ay", [&](Reader& bytes) {
        return readBytes(bytes, call.data);
    });
    STINT_TRY(message.read(reader));
    return call;
}

} // namespace stint::wire
