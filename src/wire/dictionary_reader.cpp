#include "base/try.hpp"
#include "wire/reader.hpp"

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "base/nearest.hpp"
#include <fmt/ranges.h>

namespace stint::wire {
namespace {

struct TypeWords {
    std::string_view type;
    std::string_view words;
};
// clang-format off
constexpr std::array typeWords = {
    TypeWords{"b", "a boolean (b)"}, TypeWords{"i", "an int32 (i)"},  TypeWords{"x", "an int64 (x)"},
    TypeWords{"u", "a uint32 (u)"},  TypeWords{"t", "a uint64 (t)"},  TypeWords{"d", "a double (d)"},
    TypeWords{"s", "a string (s)"},  TypeWords{"h", "a file descriptor (h)"},
    TypeWords{"as", "an array of strings (as)"}, TypeWords{"a{sv}", "a dictionary (a{sv})"},
};
// clang-format on

} // namespace

std::string typeInWords(std::string_view type) {
    for (const TypeWords& row : typeWords)
        if (row.type == type) return std::string(row.words);
    return fmt::format("a value of type {}", type);
}

DictionaryReader& DictionaryReader::take(std::string_view key, std::string_view type, Read read) {
    fields_.push_back(Field{key, type, std::move(read)});
    return *this;
}

Result<void> DictionaryReader::read(Reader& reader) {
    Result<void> done = reader.array("{sv}", [this](Reader& entries) { return readEntry(entries); });
    if (!done) return complaint(std::move(done).error());
    return {};
}

Result<void> DictionaryReader::readEntry(Reader& reader) {
    return reader.entry("sv", [this](Reader& entry) -> Result<void> {
        const std::string key = STINT_TRY(entry.string());
        const auto field = std::ranges::find(fields_, key, &Field::key);
        if (field != fields_.end()) return readValue(entry, *field);
        if (unknown_ == UnknownKeys::Refuse) return unknownKey(key);
        return entry.skip("v");
    });
}

Result<void> DictionaryReader::readValue(Reader& reader, Field& field) {
    if (field.seen) return fail(Errc::ILLEGAL_ARGUMENT, "{} is given twice", field.key);
    field.seen = true;
    return reader.variant([&field](Reader& value, std::string_view type) -> Result<void> {
        if (type != field.type)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} must be {}, not {}", field.key, typeInWords(field.type),
                        typeInWords(type));
        Result<void> done = field.read(value);
        if (!done) return within(field.key, std::move(done).error());
        return {};
    });
}

Error DictionaryReader::unknownKey(const std::string& key) const {
    std::vector<std::string_view> known;
    for (const Field& field : fields_)
        known.push_back(field.key);
    if (const std::optional<std::string_view> meant = nearest(key, known))
        return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\" (did you mean \"{}\"?)", key, *meant);
    return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\"; known are {}", key, fmt::join(known, ", "));
}

Error DictionaryReader::complaint(Error error) const { return what_.empty() ? error : within(what_, std::move(error)); }

} // namespace stint::wire
