// Stored JSON, read without trust: each value is read by its name and its range, and a wrong one is refused by name
// (Errc::ILLEGAL_ARGUMENT). Nothing here throws.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "stint/units.hpp"

namespace stint {

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
Result<void> checkKeys(const nlohmann::json& value, std::string_view name,
                       std::initializer_list<std::string_view> known);

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

} // namespace stint
