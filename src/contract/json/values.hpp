// JSON values. JsonText writes them piece by piece, without a tree, for rows that are written often; the bytes are
// those of textOfJson(), which sorts an object's keys, so the caller names them in that order. Stored JSON is read
// without trust: each value by its name and its range, and a wrong one is refused by name (Errc::ILLEGAL_ARGUMENT);
// the functions that check throw nothing. Extras have each value under its type letter on the wire,
// {"rows":{"i":7},"tags":{"as":["a","b"]}}, because JSON has one kind of number and a bundle has three.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// JSON written piece by piece, without a tree of it: for rows that are written often. The bytes are those of
/// textOfJson(), which sorts an object's keys; here the caller names them in that order.
class JsonText {
public:
    JsonText& openObject() { return open('{'); }
    JsonText& openList() { return open('['); }
    JsonText& close();

    JsonText& key(std::string_view name);
    // A value: the one of the key before it, or the next one of a list.
    JsonText& boolean(bool value);
    JsonText& number(std::int64_t value);
    /// JSON has no infinity and no NaN: these are written as strings.
    JsonText& real(double value);
    /// Bytes that are not UTF-8 become U+FFFD.
    JsonText& string(std::string_view value);
    JsonText& tree(const nlohmann::json& value);

    std::string take() { return std::move(text_); }

private:
    JsonText& open(char bracket);
    void separate();
    void quote(std::string_view value);

    std::string text_;
    std::string open_; ///< the brackets that are open
};

struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

/// Times of apps' memories, in milliseconds to either side of a boot or a first start: thirty thousand years, and no
/// sum of what one list holds overflows.
inline constexpr Range anyTime{-1'000'000'000'000'000, 1'000'000'000'000'000};
inline constexpr Range anyLength{0, anyTime.most};

/// The most entries of a list: twenty a minute for a day, the most sessions that limits.md §3.2 lets an app end.
inline constexpr std::size_t mostEntries = std::size_t{20} * 60 * 24;

/// Parses an object, no larger than any that is written.
Result<nlohmann::json> objectFrom(std::string_view text);

/// Bytes that are not UTF-8, which D-Bus does not let in, become U+FFFD rather than an exception.
std::string textOfJson(const nlohmann::json& value);

/// `value` must be an object without other keys: an unknown key may be a limit.
Result<void> checkKeys(const nlohmann::json& value, std::string_view name, std::span<const std::string_view> known);

/// `value` must be a list of that size.
Result<void> checkSize(const nlohmann::json& value, std::string_view name, std::size_t size);

/// `number` itself if it is in the range.
Result<std::int64_t> checked(std::int64_t number, std::string_view name, Range range);

Result<std::int64_t> numberFrom(const nlohmann::json& value, std::string_view name, Range range);
Result<Duration> lengthFrom(const nlohmann::json& value, std::string_view name);
Result<Duration> timeFrom(const nlohmann::json& value, std::string_view name);
Result<Instant> instantFrom(const nlohmann::json& value, std::string_view name);
Result<bool> flagFrom(const nlohmann::json& value, std::string_view name);
/// Valid as long as `value` is.
Result<std::string_view> wordFrom(const nlohmann::json& value, std::string_view name);

/// A list whose entries `read(value, name)` reads, mostEntries of them at most.
template <class T, class Read>
Result<std::vector<T>> listFrom(const nlohmann::json& value, std::string_view name, Read read) {
    if (!value.is_array()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a list", name);
    if (value.size() > mostEntries)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} has {} entries, and at most {} are kept", name, value.size(),
                    mostEntries);
    std::vector<T> list;
    list.reserve(value.size());
    for (const auto& entry : value) {
        auto one = STINT_TRY(read(entry, name));
        list.push_back(std::move(one));
    }
    return list;
}

/// Stores what `read(value, key)` returns for the object's `key` in `place`, which keeps its value if the key is
/// absent.
template <class T, class Read>
Result<void> readPart(const nlohmann::json& object, const char* key, T& place, Read read) {
    const auto found = object.find(key);
    if (found == object.end()) return {};
    place = STINT_TRY(read(*found, std::string_view{key}));
    return {};
}

/// Writes each value under its type letter on the wire, {"rows":{"i":7},"tags":{"as":["a","b"]}}, because JSON has one
/// kind of number and a bundle has three.
void writeBundle(JsonText& text, const PersistableBundle& bundle);

/// May throw nlohmann::json::exception where a value is not of its letter's type.
Result<PersistableBundle> bundleFrom(const nlohmann::json& json);

} // namespace stint
