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
    Subject of{.registration = STINT_TRY(reader.string())};
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

void writeOf(Writer& writer, const LineWanted::Of& of) {
    const Registration& registration = of.registration;
    DictionaryWriter row(writer);
    row.put("name", registration.name);
    row.put("app", registration.app.name.str());
    row.put("connector", registration.connector);
    row.put("details", registration.details);
    row.put("urgencies", lettersIn(of.urgencies));
    row.put("cursors", "at", [&](Writer& list) {
        list.openArray("t");
        for (const std::uint64_t cursor : registration.cursors)
            list.uint64(cursor);
        list.close();
    });
    row.put("ended", registration.ended);
}

Result<void> readCursors(Reader& reader, Registration& registration) {
    std::size_t place = 0;
    STINT_TRY(reader.array("t", [&](Reader& list) -> Result<void> {
        const std::uint64_t cursor = STINT_TRY(list.uint64());
        if (place == registration.cursors.size()) return fail(Errc::ILLEGAL_ARGUMENT, "there are too many cursors");
        registration.cursors.at(place++) = cursor;
        return {};
    }));
    return {};
}

Result<LineWanted::Of> readOf(Reader& reader) {
    LineWanted::Of of;
    Registration& registration = of.registration;
    std::string letters;
    DictionaryReader row("registration", UnknownKeys::Ignore);
    row.take("name", registration.name)
        .take("app", registration.app.name)
        .take("connector", registration.connector)
        .take("details", registration.details)
        .take("urgencies", letters)
        .take("ended", registration.ended)
        .take("cursors", "at", [&](Reader& list) { return readCursors(list, registration); });
    STINT_TRY(row.read(reader));
    of.urgencies = STINT_TRY(urgenciesIn(letters));
    return of;
}

} // namespace

void writeLine(Writer& writer, const LineNews& news) {
    DictionaryWriter line(writer);
    line.put("stream", news.wanted.place.stream);
    line.put("epoch", news.wanted.place.epoch);
    line.put("network", news.network);
    line.put("stored", news.stored);
    line.put("registrations", "aa{sv}", [&](Writer& list) {
        list.openArray("a{sv}");
        for (const LineWanted::Of& of : news.wanted.of)
            writeOf(list, of);
        list.close();
    });
}

Result<LineNews> readLine(Reader& reader) {
    LineNews news;
    DictionaryReader line("line", UnknownKeys::Ignore);
    line.take("stream", news.wanted.place.stream)
        .take("epoch", news.wanted.place.epoch)
        .take("network", news.network)
        .take("stored", news.stored)
        .take("registrations", "aa{sv}", [&](Reader& list) {
            return list.array("a{sv}", [&](Reader& each) -> Result<void> {
                news.wanted.of.push_back(STINT_TRY(readOf(each)));
                return {};
            });
        });
    STINT_TRY(line.read(reader));
    return news;
}

void writeRegistration(Writer& writer, const Registered& registered) {
    DictionaryWriter row(writer);
    row.put("name", registered.name);
    row.put("app", registered.app.name.str());
    row.put("connector", registered.connector);
    row.put("details", registered.details);
}

Result<Registered> readRegistration(Reader& reader) {
    Registered registered;
    DictionaryReader row("registration", UnknownKeys::Refuse);
    row.take("name", registered.name)
        .take("app", registered.app.name)
        .take("connector", registered.connector)
        .take("details", registered.details);
    STINT_TRY(row.read(reader));
    if (registered.connector.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "registration: connector is missing");
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
}

namespace {

Result<LineMessage> readMessage(Reader& fields) {
    LineMessage message{.of = STINT_TRY(readSubject(fields))};
    STINT_TRY(fields.read(message.sequence));
    STINT_TRY(fields.read(message.id));
    message.sent = WallTime{Duration{STINT_TRY(fields.int64())}};
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
                into.push_back(STINT_TRY(read(fields)));
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
                         LineEpoch epoch{.number = STINT_TRY(fields.uint64())};
                         epoch.from = STINT_TRY(fields.uint64());
                         return epoch;
                     }))
        .take("messages", "a(sstsxxsay)", listOf("(sstsxxsay)", "sstsxxsay", batch.messages, readMessage))
        .take("cursors", "a(sst)",
              listOf("(sst)", "sst", batch.cursors,
                     [](Reader& fields) -> Result<LineCursor> {
                         LineCursor cursor{.of = STINT_TRY(readSubject(fields))};
                         cursor.sequence = STINT_TRY(fields.uint64());
                         return cursor;
                     }))
        .take("missed", "a(ss)", listOf("(ss)", "ss", batch.missed, readSubject));
    STINT_TRY(dictionary.read(reader));
    return batch;
}

void writeConnectorCall(Writer& writer, const ConnectorCall& call) {
    writer.uint64(call.delivery).string(call.registration);
    DictionaryWriter message(writer);
    message.put("id", call.id);
    message.put("data", "ay", [&](Writer& bytes) { bytes.blob(bytesIn(call.data)); });
    message.put("deletedNote", call.deletedNote);
}

Result<ConnectorCall> readConnectorCall(Reader& reader) {
    ConnectorCall call{.delivery = STINT_TRY(reader.uint64())};
    STINT_TRY(reader.read(call.registration));
    DictionaryReader message("message", UnknownKeys::Ignore);
    message.take("id", call.id).take("deletedNote", call.deletedNote).take("data", "ay", [&](Reader& bytes) {
        return readBytes(bytes, call.data);
    });
    STINT_TRY(message.read(reader));
    return call;
}

} // namespace stint::wire
