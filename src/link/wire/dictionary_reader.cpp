#include "base/result/try.hpp"
#include "link/wire/reader.hpp"

#include <algorithm>
#include <array>

#include "base/result/fail.hpp"
#include "base/text/nearest.hpp"
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

class Entries {
public:
    Entries(UnknownKeys unknown, std::span<const KnownKey> known,
            absl::FunctionRef<Result<void>(Reader&, std::size_t)> read)
        : unknown_(unknown), known_(known), read_(read), seen_(known.size()) {}

    Result<void> read(Reader& reader) {
        return reader.array("{sv}", [this](Reader& entries) {
            return entries.entry("sv", [this](Reader& entry) { return readEntry(entry); });
        });
    }

private:
    Result<void> readEntry(Reader& entry);
    Result<void> readValue(Reader& entry, std::size_t which);
    std::optional<std::size_t> find(std::string_view key);
    Error unknownKey(std::string_view key) const;

    UnknownKeys unknown_;
    std::span<const KnownKey> known_;
    absl::FunctionRef<Result<void>(Reader&, std::size_t)> read_;
    std::vector<bool> seen_;
    std::size_t next_ = 0; ///< where the search for a key begins
};

Result<void> Entries::readEntry(Reader& entry) {
    const std::string_view key = STINT_TRY(entry.text());
    if (const std::optional<std::size_t> which = find(key)) return readValue(entry, *which);
    if (unknown_ == UnknownKeys::Refuse) return unknownKey(key);
    return entry.skip("v");
}

// The search begins after the key found last: keys that come in our order are found at once.
std::optional<std::size_t> Entries::find(std::string_view key) {
    for (std::size_t looked = 0; looked < known_.size(); ++looked) {
        const std::size_t which = next_;
        next_ = which + 1 < known_.size() ? which + 1 : 0;
        if (known_[which].key == key) return which;
    }
    return std::nullopt;
}

Result<void> Entries::readValue(Reader& entry, std::size_t which) {
    const KnownKey& known = known_[which];
    if (seen_[which]) return fail(Errc::ILLEGAL_ARGUMENT, "{} is given twice", known.key);
    seen_[which] = true;
    const bool asKnown = STINT_TRY(entry.variantOf(known.type, [&](Reader& value) -> Result<void> {
        Result<void> done = read_(value, which);
        if (!done) return within(known.key, std::move(done).error());
        return {};
    }));
    if (asKnown) return {};
    return entry.variant([&known](Reader&, std::string_view type) -> Result<void> {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} must be {}, not {}", known.key, typeInWords(known.type),
                    typeInWords(type));
    });
}

Error Entries::unknownKey(std::string_view key) const {
    std::vector<std::string_view> names;
    for (const KnownKey& each : known_)
        names.push_back(each.key);
    if (const std::optional<std::string_view> meant = nearest(key, names))
        return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\" (did you mean \"{}\"?)", key, *meant);
    return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\"; known are {}", key, fmt::join(names, ", "));
}

} // namespace

std::string typeInWords(std::string_view type) {
    for (const TypeWords& row : typeWords)
        if (row.type == type) return std::string(row.words);
    return fmt::format("a value of type {}", type);
}

Result<void> readDictionary(Reader& reader, std::string_view what, UnknownKeys unknown, std::span<const KnownKey> known,
                            absl::FunctionRef<Result<void>(Reader&, std::size_t which)> read) {
    Result<void> done = Entries(unknown, known, read).read(reader);
    if (done || what.empty()) return done;
    return within(what, std::move(done).error());
}

DictionaryReader& DictionaryReader::take(std::string_view key, const char* type, Read read) {
    known_.push_back({key, type});
    reads_.push_back(std::move(read));
    return *this;
}

Result<void> DictionaryReader::read(Reader& reader) {
    return readDictionary(reader, what_, unknown_, known_,
                          [this](Reader& value, std::size_t which) { return reads_[which](value); });
}

} // namespace stint::wire
