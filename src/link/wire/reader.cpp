#include "link/wire/reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>

#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "link/wire/errors.hpp"

namespace stint::wire {
namespace {

// sd-bus checks a body as it is read, and returns EINVAL or EBUSY for some that are malformed. We ask only for the
// types that it has named itself, so the fault is the message's, or there is no memory.
Error unreadable(int result) { return errorFromErrno(result == -ENOMEM ? ENOMEM : EBADMSG); }

template <class Into, class T> Result<void> put(Into& into, Result<T> value) {
    into = STINT_TRY(std::move(value));
    return {};
}

} // namespace

Result<void> Reader::basic(char type, void* into) {
    const int result = sd_bus_message_read_basic(message_, type, into);
    if (result > 0) return {};
    const std::string wanted = typeInWords(std::string_view(&type, 1));
    if (result == 0) return fail(Errc::ILLEGAL_ARGUMENT, "{} is missing", wanted);
    if (result == -ENXIO) return fail(Errc::ILLEGAL_ARGUMENT, "{} was expected", wanted);
    return unreadable(result);
}

Result<bool> Reader::boolean() {
    int value = 0; // sd-bus writes an int here
    STINT_TRY(basic(SD_BUS_TYPE_BOOLEAN, &value));
    return value != 0;
}

Result<std::int32_t> Reader::int32() {
    std::int32_t value = 0;
    STINT_TRY(basic(SD_BUS_TYPE_INT32, &value));
    return value;
}

Result<std::uint32_t> Reader::uint32() {
    std::uint32_t value = 0;
    STINT_TRY(basic(SD_BUS_TYPE_UINT32, &value));
    return value;
}

Result<std::int64_t> Reader::int64() {
    std::int64_t value = 0;
    STINT_TRY(basic(SD_BUS_TYPE_INT64, &value));
    return value;
}

Result<std::uint64_t> Reader::uint64() {
    std::uint64_t value = 0;
    STINT_TRY(basic(SD_BUS_TYPE_UINT64, &value));
    return value;
}

Result<double> Reader::real() {
    double value = 0;
    STINT_TRY(basic(SD_BUS_TYPE_DOUBLE, &value));
    return value;
}

Result<std::string> Reader::string() {
    const std::string_view read = STINT_TRY(text());
    return std::string(read);
}

Result<std::string_view> Reader::text() {
    const char* value = nullptr; // checked by sd-bus: UTF-8, no NUL within
    STINT_TRY(basic(SD_BUS_TYPE_STRING, &value));
    return std::string_view(value);
}

Result<Fd> Reader::descriptor() {
    int borrowed = -1;
    STINT_TRY(basic(SD_BUS_TYPE_UNIX_FD, &borrowed));
    Fd own(::fcntl(borrowed, F_DUPFD_CLOEXEC, 3));
    if (!own) return within("cannot keep a descriptor", errorFromErrno(errno));
    return own;
}

Result<std::vector<std::string>> Reader::strings() {
    std::vector<std::string> values;
    STINT_TRY(array("s", [&values](Reader& reader) -> Result<void> {
        std::string value = STINT_TRY(reader.string());
        values.push_back(std::move(value));
        return {};
    }));
    return values;
}

Result<std::vector<std::uint8_t>> Reader::blob() {
    const void* values = nullptr;
    std::size_t size = 0;
    const int read = sd_bus_message_read_array(message_, SD_BUS_TYPE_BYTE, &values, &size);
    if (read <= 0) return fail(Errc::ILLEGAL_ARGUMENT, "an array of bytes is missing");
    const auto* const first = static_cast<const std::uint8_t*>(values);
    return std::vector<std::uint8_t>(first, first + size);
}

// The same, for a caller that has a variable to read into.
Result<void> Reader::read(bool& into) { return put(into, boolean()); }
Result<void> Reader::read(std::int32_t& into) { return put(into, int32()); }
Result<void> Reader::read(std::uint32_t& into) { return put(into, uint32()); }
Result<void> Reader::read(std::int64_t& into) { return put(into, int64()); }
Result<void> Reader::read(std::uint64_t& into) { return put(into, uint64()); }
Result<void> Reader::read(double& into) { return put(into, real()); }
Result<void> Reader::read(std::string& into) { return put(into, string()); }
Result<void> Reader::read(SharedText& into) { return put(into, string()); }
Result<void> Reader::read(std::vector<std::string>& into) { return put(into, strings()); }

Result<bool> Reader::enter(char type, const char* contents) {
    const int result = sd_bus_message_enter_container(message_, type, contents);
    if (result >= 0) return result > 0;
    if (result == -ENXIO)
        return fail(Errc::ILLEGAL_ARGUMENT, "a container of {} was expected", contents ? contents : "something");
    return unreadable(result);
}

Result<void> Reader::exit() {
    const int result = sd_bus_message_exit_container(message_);
    if (result < 0) return unreadable(result);
    return {};
}

Result<void> Reader::array(const char* contents, absl::FunctionRef<Result<void>(Reader&)> element) {
    if (!STINT_TRY(enter(SD_BUS_TYPE_ARRAY, contents))) return fail(Errc::ILLEGAL_ARGUMENT, "an array is missing");
    while (true) {
        const int atEnd = sd_bus_message_at_end(message_, 0);
        if (atEnd < 0) return unreadable(atEnd);
        if (atEnd > 0) break;
        STINT_TRY(element(*this));
    }
    return exit();
}

Result<void> Reader::structure(const char* contents, absl::FunctionRef<Result<void>(Reader&)> fields) {
    if (!STINT_TRY(enter(SD_BUS_TYPE_STRUCT, contents))) return fail(Errc::ILLEGAL_ARGUMENT, "a structure is missing");
    STINT_TRY(fields(*this));
    return exit();
}

Result<void> Reader::entry(const char* contents, absl::FunctionRef<Result<void>(Reader&)> keyAndValue) {
    if (!STINT_TRY(enter(SD_BUS_TYPE_DICT_ENTRY, contents))) return fail(Errc::ILLEGAL_ARGUMENT, "an entry is missing");
    STINT_TRY(keyAndValue(*this));
    return exit();
}

Result<void> Reader::variant(absl::FunctionRef<Result<void>(Reader&, std::string_view)> value) {
    char type = 0;
    const char* contents = nullptr;
    const int result = sd_bus_message_peek_type(message_, &type, &contents);
    if (result < 0) return unreadable(result);
    if (result == 0 || type != SD_BUS_TYPE_VARIANT) return fail(Errc::ILLEGAL_ARGUMENT, "a variant was expected");
    const std::string held = contents;
    STINT_TRY(enter(SD_BUS_TYPE_VARIANT, held.c_str()));
    STINT_TRY(value(*this, held));
    return exit();
}

Result<bool> Reader::variantOf(const char* type, absl::FunctionRef<Result<void>(Reader&)> value) {
    const int result = sd_bus_message_enter_container(message_, SD_BUS_TYPE_VARIANT, type);
    if (result == 0 || result == -ENXIO) return false;
    if (result < 0) return unreadable(result);
    STINT_TRY(value(*this));
    STINT_TRY(exit());
    return true;
}

Result<void> Reader::skip(const char* types) {
    const int result = sd_bus_message_skip(message_, types);
    if (result < 0) return unreadable(result);
    return {};
}

Result<std::string> Reader::nextType() {
    char type = 0;
    const char* contents = nullptr;
    const int result = sd_bus_message_peek_type(message_, &type, &contents);
    if (result < 0) return unreadable(result);
    if (result == 0) return std::string();
    switch (type) {
    case SD_BUS_TYPE_ARRAY:
        return fmt::format("a{}", contents);
    case SD_BUS_TYPE_STRUCT:
        return fmt::format("({})", contents);
    case SD_BUS_TYPE_DICT_ENTRY:
        return fmt::format("{{{}}}", contents);
    default:
        return std::string(1, type);
    }
}

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
