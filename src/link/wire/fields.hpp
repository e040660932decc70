// The fields of a dictionary, told once for both directions. `fields` is a generic lambda that names each:
//     static constexpr auto fields = [](auto& field, auto& row) {
//         field("key", row.key);
//         field("since", row.since);
//     };
// writeFields() plays it with a FieldWriter, readFields() with a FieldReader. What is absent keeps its default. It
// stands in the struct itself, beside its `noun`, for writeRow() and readRow(); or here in wire, where it needs our
// codecs.
#pragma once
#include <string>
#include <string_view>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "link/wire/list.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/reasons.hpp"
#include "link/wire/times.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

template <class Row> void writeRows(Writer& writer, const std::vector<Row>& rows);
template <class Row> Result<std::vector<Row>> readRows(Reader& reader);

class FieldWriter {
public:
    explicit FieldWriter(Writer& writer) : dictionary_(writer) {}

    template <class Value> void operator()(const char* key, const Value& value) { dictionary_.put(key, value); }
    // Times in ms; an optional one is left out where it is unset.
    void operator()(const char* key, Duration length) { dictionary_.put(key, std::int64_t{length.count()}); }
    template <class Clock> void operator()(const char* key, std::chrono::time_point<Clock, Duration> time) {
        dictionary_.put(key, std::int64_t{time.time_since_epoch().count()});
    }
    template <class Time> void operator()(const char* key, const std::optional<Time>& time) {
        if (time) (*this)(key, *time);
    }
    /// -1 where it is unset.
    template <class Time> void always(const char* key, const std::optional<Time>& time) {
        dictionary_.put(key, time ? std::int64_t{time->time_since_epoch().count()} : -1);
    }
    void always(const char* key, const std::optional<Duration>& length) {
        dictionary_.put(key, length ? std::int64_t{length->count()} : -1);
    }
    void always(const char* key, const std::optional<std::int32_t>& number) {
        dictionary_.put(key, number.value_or(-1));
    }
    /// An enumerator, by its name.
    template <class E, class Named> void word(const char* key, E value, Named) { dictionary_.put(key, nameOf(value)); }
    /// An enumerator, by its number.
    template <class E> void number(const char* key, E value) { dictionary_.put(key, static_cast<std::int32_t>(value)); }
    /// A dictionary within it, and an array of them.
    template <class View>
    void inner(const char* key, const View& view, void (*write)(Writer&, const View&), Result<View> (*)(Reader&)) {
        dictionary_.put(key, "a{sv}", [&](Writer& value) { write(value, view); });
    }
    template <class View> void list(const char* key, const std::vector<View>& views,
                                    void (*write)(Writer&, const View&), Result<View> (*)(Reader&)) {
        dictionary_.put(key, "aa{sv}", [&](Writer& value) { writeList(value, views, write); });
    }
    /// Rows that tell their own fields.
    template <class Row> void rows(const char* key, const std::vector<Row>& rows) {
        dictionary_.put(key, "aa{sv}", [&](Writer& value) { writeRows(value, rows); });
    }
    /// Why a job waits, under the key of that name.
    void reasons(const char*, const std::vector<PendingReason>& reasons) { writeReasons(dictionary_, reasons); }
    /// Of another type: each direction by a function of its own.
    template <class Value> void other(const char* key, const char* type, const Value& value,
                                      void (*write)(Writer&, const Value&), Result<void> (*)(Reader&, Value&)) {
        dictionary_.put(key, type, [&](Writer& into) { write(into, value); });
    }
    /// Told, and never read back.
    template <class Value> void told(const char* key, const Value& value) { dictionary_.put(key, value); }

private:
    DictionaryWriter dictionary_;
};

class FieldReader {
public:
    explicit FieldReader(std::string_view what) : dictionary_(what, UnknownKeys::Ignore) {}

    template <class Value> void operator()(const char* key, Value& value) { dictionary_.take(key, value); }
    void operator()(const char* key, Duration& length) {
        milliseconds(key, [&length](std::int64_t ms) { length = Duration(ms); });
    }
    template <class Clock> void operator()(const char* key, std::chrono::time_point<Clock, Duration>& time) {
        milliseconds(key, [&time](std::int64_t ms) { time = std::chrono::time_point<Clock, Duration>(Duration(ms)); });
    }
    template <class Time> void operator()(const char* key, std::optional<Time>& time) {
        milliseconds(key, [&time](std::int64_t ms) { time = Time(Duration(ms)); });
    }
    template <class Time> void always(const char* key, std::optional<Time>& time) {
        milliseconds(key,
                     [&time](std::int64_t ms) { time = ms < 0 ? std::nullopt : std::optional(Time(Duration(ms))); });
    }
    void always(const char* key, std::optional<Duration>& length) {
        milliseconds(key, [&length](std::int64_t ms) { length = ms < 0 ? std::nullopt : std::optional(Duration(ms)); });
    }
    void always(const char* key, std::optional<std::int32_t>& number) {
        dictionary_.take(key, "i", [&number](Reader& reader) -> Result<void> {
            const std::int32_t told = STINT_TRY(reader.int32());
            number = told < 0 ? std::nullopt : std::optional(told);
            return {};
        });
    }
    template <class E, class Named> void word(const char* key, E& value, Named named) {
        dictionary_.take(key, "s", [key, &value, named](Reader& reader) -> Result<void> {
            const std::string word = STINT_TRY(reader.string());
            const std::optional<E> known = named(word);
            if (!known) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown word \"{}\"", key, word);
            value = *known;
            return {};
        });
    }
    template <class E> void number(const char* key, E& value) {
        dictionary_.take(key, "i", [&value](Reader& reader) -> Result<void> {
            const std::int32_t number = STINT_TRY(reader.int32());
            value = static_cast<E>(number);
            return {};
        });
    }
    template <class View>
    void inner(const char* key, View& view, void (*)(Writer&, const View&), Result<View> (*read)(Reader&)) {
        dictionary_.take(key, "a{sv}", [&view, read](Reader& reader) -> Result<void> {
            view = STINT_TRY(read(reader));
            return {};
        });
    }
    template <class View> void list(const char* key, std::vector<View>& views, void (*)(Writer&, const View&),
                                    Result<View> (*read)(Reader&)) {
        dictionary_.take(key, "aa{sv}", [&views, read](Reader& reader) -> Result<void> {
            views = STINT_TRY(readList(reader, read));
            return {};
        });
    }
    template <class Row> void rows(const char* key, std::vector<Row>& rows) {
        dictionary_.take(key, "aa{sv}", [&rows](Reader& reader) -> Result<void> {
            rows = STINT_TRY(readRows<Row>(reader));
            return {};
        });
    }
    void reasons(const char*, std::vector<PendingReason>& reasons) { takeReasons(dictionary_, reasons); }
    template <class Value> void other(const char* key, const char* type, Value& value, void (*)(Writer&, const Value&),
                                      Result<void> (*read)(Reader&, Value&)) {
        dictionary_.take(key, type, [&value, read](Reader& reader) { return read(reader, value); });
    }
    template <class Value> void told(const char*, const Value&) {}

    Result<void> take(Reader& reader) { return dictionary_.read(reader); }

private:
    template <class Set> void milliseconds(const char* key, Set set) {
        dictionary_.take(key, "x", [set](Reader& reader) -> Result<void> {
            const std::int64_t number = STINT_TRY(reader.int64());
            set(number);
            return {};
        });
    }

    DictionaryReader dictionary_;
};

template <class View, class Fields> void writeFields(Writer& writer, const View& view, Fields fields) {
    FieldWriter field(writer);
    fields(field, view);
}

/// `what` stands before each complaint. IllegalArgument for a wrong type, or a word that is unknown.
template <class View, class Fields> Result<View> readFields(Reader& reader, std::string_view what, Fields fields) {
    View view;
    FieldReader field(what);
    fields(field, view);
    STINT_TRY(field.take(reader));
    return view;
}

template <class Row> void writeRow(Writer& writer, const Row& row) { writeFields(writer, row, Row::fields); }
template <class Row> Result<Row> readRow(Reader& reader) { return readFields<Row>(reader, Row::noun, Row::fields); }
template <class Row> void writeRows(Writer& writer, const std::vector<Row>& rows) {
    writeList(writer, rows, writeRow<Row>);
}
template <class Row> Result<std::vector<Row>> readRows(Reader& reader) { return readList(reader, readRow<Row>); }

} // namespace stint::wire
