#include "contract/json/bundle_json.hpp"

#include <limits>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "contract/model/bundle_types.hpp"

namespace stint {

namespace {

using nlohmann::json;

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
