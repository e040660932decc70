#include "contract/json/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/result/errors.hpp"
#include "contract/model/bundle_types.hpp"

namespace stint {
namespace {

/// True if the character needs no escape in a string; the library writes any other.
bool isPlain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

} // namespace

JsonText& JsonText::open(char bracket) {
    separate();
    text_ += bracket;
    open_ += bracket;
    return *this;
}

JsonText& JsonText::close() {
    STINT_CHECK(!open_.empty());
    text_ += open_.back() == '{' ? '}' : ']';
    open_.pop_back();
    return *this;
}

// The last character written tells whether a comma is due: a bracket within a string is followed by a quote.
void JsonText::separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
}

void JsonText::quote(std::string_view value) {
    if (!std::ranges::all_of(value, isPlain)) {
        text_ += textOfJson(nlohmann::json(value));
        return;
    }
    text_ += '"';
    text_ += value;
    text_ += '"';
}

JsonText& JsonText::key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    return *this;
}

JsonText& JsonText::boolean(bool value) {
    separate();
    text_ += value ? "true" : "false";
    return *this;
}

JsonText& JsonText::number(std::int64_t value) {
    separate();
    char digits[20];
    text_.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
    return *this;
}

JsonText& JsonText::real(double value) {
    if (std::isnan(value)) return string("nan");
    if (std::isinf(value)) return string(value > 0 ? "inf" : "-inf");
    return tree(nlohmann::json(value));
}

JsonText& JsonText::tree(const nlohmann::json& value) {
    separate();
    text_ += textOfJson(value);
    return *this;
}

JsonText& JsonText::string(std::string_view value) {
    separate();
    quote(value);
    return *this;
}

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

Result<void> checkKeys(const json& value, std::string_view name, std::span<const std::string_view> known) {
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

namespace {

double doubleFrom(const json& value) {
    if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (value == "inf") return std::numeric_limits<double>::infinity();
    if (value == "-inf") return -std::numeric_limits<double>::infinity();
    return value.get<double>();
}

void writeHeld(JsonText& text, bool value) { text.boolean(value); }
void writeHeld(JsonText& text, std::int32_t value) { text.number(value); }
void writeHeld(JsonText& text, std::int64_t value) { text.number(value); }
void writeHeld(JsonText& text, double value) { text.real(value); }
void writeHeld(JsonText& text, const std::string& value) { text.string(value); }
void writeHeld(JsonText& text, const PersistableBundle& value) { writeBundle(text, value); }
template <class T> void writeHeld(JsonText& text, const std::vector<T>& values) {
    text.openList();
    for (const T value : values)
        writeHeld(text, value);
    text.close();
}
void writeHeld(JsonText& text, const std::vector<std::string>& values) {
    text.openList();
    for (const std::string& value : values)
        text.string(value);
    text.close();
}

Result<PersistableBundle> bundleWithin(const json& object, int depth);

template <class T> BundleValue held(const json& value) { return {value.get<T>()}; }

/// Reads a bundle that may nest `depth` more bundles.
Result<BundleValue> valueFrom(const json& typed, int depth) {
    if (!typed.is_object() || typed.size() != 1) return fail(Errc::ILLEGAL_ARGUMENT, "extras: no typed value");
    const auto& letter = typed.begin().key();
    const auto& value = typed.begin().value();
    if (letter == "b") return held<bool>(value);
    if (letter == "i") return held<std::int32_t>(value);
    if (letter == "x") return held<std::int64_t>(value);
    if (letter == "d") return BundleValue{doubleFrom(value)};
    if (letter == "s") return held<std::string>(value);
    if (letter == "ab") return held<std::vector<bool>>(value);
    if (letter == "ai") return held<std::vector<std::int32_t>>(value);
    if (letter == "ax") return held<std::vector<std::int64_t>>(value);
    if (letter == "as") return held<std::vector<std::string>>(value);
    if (letter == "a{sv}") {
        auto bundle = STINT_TRY(bundleWithin(value, depth - 1));
        return BundleValue{std::move(bundle)};
    }
    if (letter == "ad") {
        std::vector<double> list;
        for (const auto& one : value)
            list.push_back(doubleFrom(one));
        return BundleValue{std::move(list)};
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "extras: unknown type \"{}\"", letter);
}

// jobs.md §12.9. No accepted bundle is deeper; the recursion that reads one ends here.
Result<PersistableBundle> bundleWithin(const json& object, int depth) {
    if (depth < 0) return fail(Errc::ILLEGAL_ARGUMENT, "extras: nested more than {} deep", PersistableBundle::DEEPEST);
    PersistableBundle bundle;
    for (const auto& [key, value] : object.items()) {
        auto held = STINT_TRY(valueFrom(value, depth));
        bundle.put(key, std::move(held));
    }
    return bundle;
}

} // namespace

void writeBundle(JsonText& text, const PersistableBundle& bundle) {
    text.openObject();
    for (const auto& [key, value] : bundle.entries()) {
        text.key(key).openObject().key(typeOf(value));
        std::visit([&text](const auto& held) { writeHeld(text, held); }, value.held);
        text.close();
    }
    text.close();
}

Result<PersistableBundle> bundleFrom(const json& object) { return bundleWithin(object, PersistableBundle::DEEPEST); }

} // namespace stint
