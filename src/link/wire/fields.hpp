// The fields of a dictionary, listed once for both directions. `fields` is a generic lambda that names each:
//     static constexpr auto fields = [](auto& field, auto& row) {
//         field("key", row.key);
//         field("since", row.since);
//     };
// writeFields() calls it with a FieldWriter, readFields() with a FieldReader. An absent key keeps the field's default.
// The lambda stands in the struct itself, beside its `noun`, for writeRow() and readRow(); or here in wire, where it
// needs our codecs.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "contract/model/view.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

template <class Row> void writeRow(Writer& writer, const Row& row);
template <class Row> Result<Row> readRow(Reader& reader);
template <class Row> void writeRows(Writer& writer, const std::vector<Row>& rows);
template <class Row> Result<std::vector<Row>> readRows(Reader& reader);

using NameSet = decltype(Manifest::permissions);
using LengthsAt = decltype(QuotaView::comesBack);
using TextOf = decltype(SchedulerView::constants);

/// The D-Bus type of a value in a structure.
template <class Value> constexpr char letterOf() {
    if constexpr (std::is_same_v<Value, bool>)
        return 'b';
    else if constexpr (std::is_same_v<Value, std::int32_t>)
        return 'i';
    else if constexpr (std::is_same_v<Value, std::int64_t>)
        return 'x';
    else {
        static_assert(std::is_same_v<Value, std::string> || std::is_same_v<Value, SharedText>);
        return 's';
    }
}

/// A structure of the values that a tuple refers to: "(ss)".
template <class Tuple> struct Structure;
template <class... Values> struct Structure<std::tuple<Values&...>> {
    static constexpr std::array list{'a', '(', letterOf<std::remove_const_t<Values>>()..., ')', '\0'};
    static constexpr std::array contents{letterOf<std::remove_const_t<Values>>()..., '\0'};
    static constexpr const char* type = list.data() + 1;

    static void write(Writer& writer, const std::tuple<Values&...>& values) {
        const auto one = [&writer](const auto& value) {
            using Value = std::remove_cvref_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, bool>)
                writer.boolean(value);
            else if constexpr (std::is_same_v<Value, std::int32_t>)
                writer.int32(value);
            else if constexpr (std::is_same_v<Value, std::int64_t>)
                writer.int64(value);
            else
                writer.string(value);
        };
        writer.openStruct(contents.data());
        std::apply([&one](const auto&... value) { (one(value), ...); }, values);
        writer.close();
    }
    static Result<void> read(Reader& reader, const std::tuple<Values&...>& values) {
        return reader.structure(contents.data(), [&values](Reader& fields) {
            Result<void> done;
            std::apply([&](auto&... value) { ((done = fields.read(value)).ok() && ...); }, values);
            return done;
        });
    }
};

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
    template <class E, class Named> void word(const char* key, const std::optional<E>& value, Named) {
        if (value) dictionary_.put(key, nameOf(*value));
    }
    /// An enumerator, by its number.
    template <class E> void number(const char* key, E value) { dictionary_.put(key, static_cast<std::int32_t>(value)); }
    /// A field of another room's type.
    void operator()(const char* key, const JobInfo& job) {
        dictionary_.put(key, "a{sv}", [&](Writer& value) { writeJob(value, job, ClipFiles::LeftOut); });
    }
    void operator()(const char* key, const Network& network) {
        dictionary_.put(key, "a{sv}", [&](Writer& value) { writeNetwork(value, network); });
    }
    void operator()(const char* key, const PersistableBundle& bundle) {
        dictionary_.put(key, "a{sv}", [&](Writer& value) { writeBundle(value, bundle); });
    }
    void operator()(const char* key, const ClipData& clip) {
        dictionary_.put(key, "a(sah)", [&](Writer& value) { writeClip(value, clip, ClipFiles::Included); });
    }
    void operator()(const char* key, const NameSet& names) {
        dictionary_.put(key, std::vector(names.begin(), names.end()));
    }
    void operator()(const char* key, const std::vector<std::uint8_t>& bytes) {
        dictionary_.put(key, "ay", [&bytes](Writer& value) { value.blob(bytes); });
    }
    void operator()(const char* key, const std::vector<std::int32_t>& numbers) {
        dictionary_.put(key, "ai", [&numbers](Writer& value) {
            value.openArray("i");
            for (const std::int32_t number : numbers)
                value.int32(number);
            value.close();
        });
    }
    /// Enumerators, each by its name. The reader refuses one that it does not know.
    template <class E, class Named> void words(const char* key, const std::set<E>& values, Named) {
        std::vector<std::string> names;
        for (const E value : values)
            names.emplace_back(nameOf(value));
        dictionary_.put(key, names);
    }
    /// The reader ignores one that it does not know.
    template <class E, class Named> void knownWords(const char* key, const std::set<E>& values, Named named) {
        words(key, values, named);
    }
    /// A structure, of the values to which a tuple refers; and a list, of which `tie` makes such tuples.
    template <class Tuple> void tuple(const char* key, const Tuple& values) {
        dictionary_.put(key, Structure<Tuple>::type,
                        [&values](Writer& into) { Structure<Tuple>::write(into, values); });
    }
    template <class Value, class Tie> void tuples(const char* key, const std::vector<Value>& list, Tie tie) {
        using Each = Structure<decltype(tie(list.front()))>;
        dictionary_.put(key, Each::list.data(), [&](Writer& into) {
            into.openArray(Each::type);
            for (const Value& value : list)
                Each::write(into, tie(value));
            into.close();
        });
    }
    /// Names, each with a text.
    void table(const char* key, const TextOf& texts) {
        dictionary_.put(key, "a(ss)", [&texts](Writer& into) {
            into.openArray("(ss)");
            for (const auto& [name, text] : texts)
                Structure<decltype(std::tie(name, text))>::write(into, std::tie(name, text));
            into.close();
        });
    }
    /// A map's keys: their names alone.
    template <class Named> void names(const char* key, const std::map<std::string, Named, std::less<>>& named) {
        std::vector<std::string> names;
        for (const auto& [name, its] : named)
            names.push_back(name);
        dictionary_.put(key, names);
    }
    void pairs(const char* key, const char*, const char*, const LengthsAt& lengths) {
        dictionary_.put(key, "a(xx)", [&lengths](Writer& value) {
            value.openArray("(xx)");
            for (const auto& [when, length] : lengths)
                value.openStruct("xx").int64(wallNumber(when)).int64(length.count()).close();
            value.close();
        });
    }
    /// A row within the row; left out where there is none.
    template <class Row> void inner(const char* key, const Row& row) {
        dictionary_.put(key, "a{sv}", [&](Writer& value) { writeRow(value, row); });
    }
    template <class Row> void inner(const char* key, const std::optional<Row>& row) {
        if (row) inner(key, *row);
    }
    /// A value that is left out where it is the default.
    template <class Value> void some(const char* key, const Value& value) {
        if (value == Value{}) return;
        if constexpr (requires { Value::fields; })
            inner(key, value);
        else
            (*this)(key, value);
    }
    /// A value that is left out where it is `absent`.
    template <class Value> void unless(const Value& absent, const char* key, const Value& value) {
        if (value != absent) (*this)(key, value);
    }
    template <class Value> void detail(const char* key, const Value& value) { some(key, value); }
    // Always written; JSON has the field only in some cases, or in another form.
    template <class Value> void known(const char* key, const Value& value) { (*this)(key, value); }
    template <class Value> void only(bool, const char* key, const Value& value) { (*this)(key, value); }
    template <class Time, class Make> void always(const char* key, const std::optional<Time>& time, const Make&) {
        always(key, time);
    }
    /// A flag, by one of two words.
    void either(const char* key, std::string_view yes, std::string_view no, bool is) {
        dictionary_.put(key, is ? yes : no);
    }
    /// Fields that are written only where `is` is true; those of a part, where there is one.
    template <class Body> void where(bool is, Body body) {
        if (is) body();
    }
    template <class Part, class Body> void part(const std::optional<Part>& part, Body body) {
        if (part) body(*part);
    }
    template <class Body> void shown(const Notification& notification, Body body) {
        const auto shown = ShownNotification::of(notification);
        body(shown);
    }
    template <class Body> void shown(const std::optional<Notification>& notification, Body body) {
        if (notification) shown(*notification, body);
    }
    /// Both reasons of an ending, where there is one.
    void ending(const char*, const char* reason, const char* internal, const std::optional<Ending>& ending) {
        if (!ending) return;
        number(reason, ending->reason);
        number(internal, ending->internal);
    }
    /// Rows that list their own fields.
    template <class Row> void rows(const char* key, const std::vector<Row>& rows) {
        dictionary_.put(key, "aa{sv}", [&](Writer& value) { writeRows(value, rows); });
    }
    /// The same, left out where there are none.
    template <class Row> void someRows(const char* key, const std::vector<Row>& rows) {
        if (!rows.empty()) this->rows(key, rows);
    }
    /// Why a job waits: numbers, and names, which are not read back.
    void reasons(const char* key, const char* namesKey, const std::vector<PendingReason>& reasons) {
        std::vector<std::int32_t> numbers;
        std::vector<std::string> names;
        for (const PendingReason reason : reasons) {
            numbers.push_back(static_cast<std::int32_t>(reason));
            names.emplace_back(nameOf(reason));
        }
        (*this)(key, numbers);
        (*this)(namesKey, names);
    }
    /// Written, and never read back: it follows from other fields.
    template <class Value> void derived(const char* key, const Value& value) { (*this)(key, value); }
    template <class Value> void renamed(const char* key, const char*, const Value& value) { (*this)(key, value); }
    /// A field that JSON has in another form, or not at all; json() is one that only JSON has.
    template <class Value> void wire(const char* key, const Value& value) {
        if constexpr (requires { Value::fields; })
            inner(key, value);
        else
            (*this)(key, value);
    }
    template <class Make> void json(const char*, const Make&) {}
    template <class Row> void phrase(const char*, Phrase, const Row&) {}
    /// A plain field here, which JSON leaves out.
    template <class Value> void sent(const char* key, const Value& value) { (*this)(key, value); }

private:
    DictionaryWriter dictionary_;
};

class FieldReader {
public:
    explicit FieldReader(std::string_view what, UnknownKeys unknown = UnknownKeys::Ignore)
        : dictionary_(what, unknown) {}

    template <class Value> void operator()(const char* key, Value& value) { dictionary_.take(key, value); }
    void operator()(const char* key, Duration& length) {
        milliseconds(key, [&length](std::int64_t ms) { length = Duration(ms); });
    }
    template <class Clock> void operator()(const char* key, std::chrono::time_point<Clock, Duration>& time) {
        milliseconds(key, [&time](std::int64_t ms) { time = std::chrono::time_point<Clock, Duration>(Duration(ms)); });
    }
    void operator()(const char* key, std::optional<std::string>& text) { dictionary_.take(key, text); }
    void operator()(const char* key, std::optional<std::int64_t>& number) { dictionary_.take(key, number); }
    void operator()(const char* key, PersistableBundle& bundle) { dictionary(key, bundle, readBundle); }
    void operator()(const char* key, std::optional<ClipData>& clip) {
        dictionary_.take(key, "a(sah)", [&clip](Reader& reader) -> Result<void> {
            clip = STINT_TRY(readClip(reader));
            return {};
        });
    }
    void operator()(const char* key, std::vector<std::uint8_t>& bytes) {
        dictionary_.take(key, "ay", [&bytes](Reader& reader) -> Result<void> {
            bytes = STINT_TRY(reader.blob());
            return {};
        });
    }
    void operator()(const char* key, std::vector<std::int32_t>& numbers) {
        dictionary_.take(key, "ai", [&numbers](Reader& reader) {
            return reader.array("i", [&numbers](Reader& each) { return each.read(numbers.emplace_back()); });
        });
    }
    template <class E, class Named> void words(const char* key, std::set<E>& values, Named named) {
        dictionary_.take(key, "as", [&values, named](Reader& reader) -> Result<void> {
            for (const std::string& name : STINT_TRY(reader.strings())) {
                const auto known = named(name);
                if (!known) return fail(Errc::ILLEGAL_ARGUMENT, "unknown name \"{}\"", name);
                values.insert(*known);
            }
            return {};
        });
    }
    template <class E, class Named> void knownWords(const char* key, std::set<E>& values, Named named) {
        eachName(key, [&values, named](const std::string& name) {
            if (const auto known = named(name)) values.insert(*known);
        });
    }
    template <class Tuple> void tuple(const char* key, const Tuple& values) {
        dictionary_.take(key, Structure<Tuple>::type,
                         [values](Reader& reader) { return Structure<Tuple>::read(reader, values); });
    }
    template <class Value, class Tie> void tuples(const char* key, std::vector<Value>& list, Tie tie) {
        using Each = Structure<decltype(tie(list.front()))>;
        dictionary_.take(key, Each::list.data(), [&list, tie](Reader& reader) {
            return reader.array(Each::type,
                                [&list, tie](Reader& items) { return Each::read(items, tie(list.emplace_back())); });
        });
    }
    void table(const char* key, TextOf& texts) {
        dictionary_.take(key, "a(ss)", [&texts](Reader& reader) {
            return reader.array("(ss)", [&texts](Reader& items) -> Result<void> {
                std::string name, text;
                STINT_TRY((Structure<std::tuple<std::string&, std::string&>>::read(items, std::tie(name, text))));
                texts[std::move(name)] = std::move(text);
                return {};
            });
        });
    }
    void operator()(const char* key, std::optional<JobInfo>& job) { dictionary(key, job, readJob); }
    void operator()(const char* key, std::optional<Network>& network) { dictionary(key, network, readNetwork); }
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
            const std::int32_t value = STINT_TRY(reader.int32());
            number = value < 0 ? std::nullopt : std::optional(value);
            return {};
        });
    }
    template <class Value, class Named> void word(const char* key, Value& value, Named named) {
        dictionary_.take(key, "s", [&value, named](Reader& reader) -> Result<void> {
            const std::string word = STINT_TRY(reader.string());
            const auto known = named(word);
            if (!known) return fail(Errc::ILLEGAL_ARGUMENT, "unknown word \"{}\"", word);
            value = *known;
            return {};
        });
    }
    template <class E> void number(const char* key, E& value) {
        enumerator(key, [&value](std::int32_t code) { value = static_cast<E>(code); });
    }
    void operator()(const char* key, NameSet& names) {
        eachName(key, [&names](std::string&& name) { names.insert(std::move(name)); });
    }
    template <class Named> void names(const char* key, std::map<std::string, Named, std::less<>>& named) {
        eachName(key, [&named](const std::string& name) { named[name].name = name; });
    }
    void pairs(const char* key, const char*, const char*, LengthsAt& lengths) {
        dictionary_.take(key, "a(xx)", [&lengths](Reader& reader) {
            return reader.array("(xx)", [&lengths](Reader& items) {
                return items.structure("xx", [&lengths](Reader& fields) -> Result<void> {
                    const Duration since(STINT_TRY(fields.int64()));
                    const Duration length(STINT_TRY(fields.int64()));
                    lengths.emplace_back(WallTime(since), length);
                    return {};
                });
            });
        });
    }
    template <class Row> void inner(const char* key, Row& row) { dictionary(key, row, readRow<Row>); }
    template <class Row> void inner(const char* key, std::optional<Row>& row) { dictionary(key, row, readRow<Row>); }
    template <class Value> void some(const char* key, Value& value) {
        if constexpr (requires { Value::fields; })
            inner(key, value);
        else
            (*this)(key, value);
    }
    template <class Value> void unless(const Value&, const char* key, Value& value) { (*this)(key, value); }
    template <class Value> void detail(const char* key, Value& value) { some(key, value); }
    template <class Value> void known(const char* key, Value& value) { (*this)(key, value); }
    template <class Value> void only(bool, const char* key, Value& value) { (*this)(key, value); }
    template <class Time, class Make> void always(const char* key, std::optional<Time>& time, const Make&) {
        always(key, time);
    }
    void either(const char* key, std::string_view yes, std::string_view, bool& is) {
        dictionary_.take(key, "s", [yes, &is](Reader& reader) -> Result<void> {
            const std::string word = STINT_TRY(reader.string());
            is = word == yes;
            return {};
        });
    }
    template <class Body> void where(bool, Body body) { body(); }
    /// Makes the part so that its fields can be read; the row decides later if there is one.
    template <class Part, class Body> void part(std::optional<Part>& part, Body body) {
        body(part ? *part : part.emplace());
    }
    template <class Into, class Body> void shown(Into& into, Body body) {
        const auto shown = std::make_shared<ShownNotification>();
        body(*shown);
        last_.push_back([&into, shown] {
            if (std::is_same_v<Into, Notification> || !shown->isEmpty()) into = shown->made();
        });
    }
    void ending(const char*, const char* reason, const char* internal, std::optional<Ending>& ending) {
        const auto made = [&ending]() -> Ending& { return ending ? *ending : ending.emplace(); };
        enumerator(reason, [made](std::int32_t code) { made().reason = static_cast<StopReason>(code); });
        enumerator(internal, [made](std::int32_t code) { made().internal = static_cast<InternalReason>(code); });
    }
    template <class Row> void someRows(const char* key, std::vector<Row>& rows) { this->rows(key, rows); }
    template <class Row> void rows(const char* key, std::vector<Row>& rows) {
        dictionary_.take(key, "aa{sv}", [&rows](Reader& reader) -> Result<void> {
            rows = STINT_TRY(readRows<Row>(reader));
            return {};
        });
    }
    void reasons(const char* key, const char*, std::vector<PendingReason>& reasons) {
        dictionary_.take(key, "ai", [&reasons](Reader& reader) {
            return reader.array("i", [&reasons](Reader& each) -> Result<void> {
                const std::int32_t reason = STINT_TRY(each.int32());
                reasons.push_back(static_cast<PendingReason>(reason));
                return {};
            });
        });
    }
    template <class Value> void derived(const char*, const Value&) {}
    template <class Value> void renamed(const char*, const char*, const Value&) {}
    template <class Value> void wire(const char* key, Value& value) { some(key, value); }
    template <class Make> void json(const char*, const Make&) {}
    template <class Row> void phrase(const char*, Phrase, const Row&) {}
    template <class Value> void sent(const char*, const Value&) {}

    Result<void> take(Reader& reader) {
        STINT_TRY(dictionary_.read(reader));
        for (const auto& each : last_)
            each();
        return {};
    }

private:
    template <class Into, class Value> void dictionary(const char* key, Into& into, Result<Value> (*read)(Reader&)) {
        dictionary_.take(key, "a{sv}", [&into, read](Reader& reader) -> Result<void> {
            into = STINT_TRY(read(reader));
            return {};
        });
    }
    template <class Take> void eachName(const char* key, Take take) {
        dictionary_.take(key, "as", [take](Reader& reader) -> Result<void> {
            for (std::string& name : STINT_TRY(reader.strings()))
                take(std::move(name));
            return {};
        });
    }
    template <class Set> void enumerator(const char* key, Set set) {
        dictionary_.take(key, "i", [set](Reader& reader) -> Result<void> {
            const std::int32_t number = STINT_TRY(reader.int32());
            set(number);
            return {};
        });
    }
    template <class Set> void milliseconds(const char* key, Set set) {
        dictionary_.take(key, "x", [set](Reader& reader) -> Result<void> {
            const std::int64_t number = STINT_TRY(reader.int64());
            set(number);
            return {};
        });
    }

    DictionaryReader dictionary_;
    std::vector<std::function<void()>> last_; ///< run after all fields have been read
};

template <class View, class Fields> void writeFields(Writer& writer, const View& view, Fields fields) {
    FieldWriter field(writer);
    fields(field, view);
}

/// Reads the fields of `view`; its others stay. `what` stands before each complaint. IllegalArgument for a wrong type,
/// or an unknown word.
template <class View, class Fields> Result<void> readInto(Reader& reader, View& view, std::string_view what,
                                                          Fields fields, UnknownKeys unknown = UnknownKeys::Ignore) {
    FieldReader field(what, unknown);
    fields(field, view);
    return field.take(reader);
}

template <class View, class Fields> Result<View> readFields(Reader& reader, std::string_view what, Fields fields,
                                                            UnknownKeys unknown = UnknownKeys::Ignore) {
    View view;
    STINT_TRY(readInto(reader, view, what, fields, unknown));
    if constexpr (requires { view.settle(); }) view.settle();
    return view;
}

template <class Row> void writeRow(Writer& writer, const Row& row) { writeFields(writer, row, Row::fields); }
template <class Row> Result<Row> readRow(Reader& reader) { return readFields<Row>(reader, Row::noun, Row::fields); }
template <class Row> void writeRows(Writer& writer, const std::vector<Row>& rows) {
    writeList(writer, rows, writeRow<Row>);
}
template <class Row> Result<std::vector<Row>> readRows(Reader& reader) { return readList(reader, readRow<Row>); }

} // namespace stint::wire
