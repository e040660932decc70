#include "contract/json/checked_json.hpp"

#include <algorithm>
#include <limits>

#include "base/result/try.hpp"

namespace stint {

namespace {

using nlohmann::json;

// Room for six lists of mostEntries, with each time at full length.
constexpr std::size_t mostText = std::size_t{8} << 20;

/// A number that does not fit becomes the smallest or largest one, which is out of every range asked for here.
std::int64_t clamped(const json& value) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (!value.is_number_unsigned()) return value.get<std::int64_t>();
    return static_cast<std::int64_t>(std::min(value.get<std::uint64_t>(), static_cast<std::uint64_t>(most)));
}

} // namespace

Result<json> objectFrom(std::string_view text) {
    if (text.size() > mostText)
        return fail(Errc::ILLEGAL_ARGUMENT, "its JSON has {} bytes, and at most {} are read", text.size(), mostText);
    auto value = json::parse(text, nullptr, false);
    if (!value.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "no JSON object");
    return value;
}

std::string textOfJson(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

Result<void> checkKeys(const json& value, std::string_view name, std::initializer_list<std::string_view> known) {
    if (!value.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    for (const auto& [key, part] : value.items())
        if (std::find(known.begin(), known.end(), key) == known.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\" in {}", key, name);
    return {};
}

Result<void> checkSize(const json& value, std::string_view name, std::size_t size) {
    if (value.is_array() && value.size() == size) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a list of {}", name, size);
}

Result<std::int64_t> checked(std::int64_t number, std::string_view name, Range range) {
    if (number >= range.least && number <= range.most) return number;
    return fail(Errc::ILLEGAL_ARGUMENT, "{} is out of range: {}", name, number);
}

Result<std::int64_t> numberFrom(const json& value, std::string_view name, Range range) {
    if (!value.is_number_integer()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a whole number", name);
    return checked(clamped(value), name, range);
}

Result<Duration> lengthFrom(const json& value, std::string_view name) {
    const Duration length{STINT_TRY(numberFrom(value, name, anyLength))};
    return length;
}

Result<Duration> timeFrom(const json& value, std::string_view name) {
    const Duration time{STINT_TRY(numberFrom(value, name, anyTime))};
    return time;
}

Result<Instant> instantFrom(const json& value, std::string_view name) {
    const Instant instant{STINT_TRY(timeFrom(value, name))};
    return instant;
}

Result<bool> flagFrom(const json& value, std::string_view name) {
    if (!value.is_boolean()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is neither true nor false", name);
    return value.get<bool>();
}

Result<std::string_view> wordFrom(const json& value, std::string_view name) {
    if (!value.is_string()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a string", name);
    return std::string_view{value.get_ref<const std::string&>()};
}

} // namespace stint
