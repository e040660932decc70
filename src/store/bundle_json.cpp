#include "store/bundle_json.hpp"

#include <cmath>
#include <limits>

#include "base/fail.hpp"
#include "base/overloaded.hpp"
#include "base/try.hpp"

namespace stint {

namespace {

using nlohmann::json;

/// JSON has no infinity and no NaN.
json doubleJson(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

double doubleFrom(const json& value) {
    if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (value == "inf") return std::numeric_limits<double>::infinity();
    if (value == "-inf") return -std::numeric_limits<double>::infinity();
    return value.get<double>();
}

json valueJson(const BundleValue& value) {
    return std::visit(Overloaded{
                          [](bool held) {
                              return json{{"b", held}};
                          },
                          [](std::int32_t held) {
                              return json{{"i", held}};
                          },
                          [](std::int64_t held) {
                              return json{{"x", held}};
                          },
                          [](double held) {
                              return json{{"d", doubleJson(held)}};
                          },
                          [](const std::string& held) {
                              return json{{"s", held}};
                          },
                          [](const std::vector<bool>& held) {
                              return json{{"ab", held}};
                          },
                          [](const std::vector<std::int32_t>& held) {
                              return json{{"ai", held}};
                          },
                          [](const std::vector<std::int64_t>& held) {
                              return json{{"ax", held}};
                          },
                          [](const std::vector<double>& held) {
                              json list = json::array();
                              for (const double one : held)
                                  list.push_back(doubleJson(one));
                              return json{{"ad", std::move(list)}};
                          },
                          [](const std::vector<std::string>& held) {
                              return json{{"as", held}};
                          },
                          [](const PersistableBundle& held) {
                              return json{{"a{sv}", bundleJson(held)}};
                          },
                      },
                      value.held);
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
    if (letter == "a{sv}") return BundleValue{STINT_TRY(bundleWithin(value, depth - 1))};
    if (letter == "ad") {
        std::vector<double> list;
        for (const auto& one : value)
            list.push_back(doubleFrom(one));
        return BundleValue{std::move(list)};
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "extras: unknown type \"{}\"", letter);
}

// jobs.md §12.9. Accepted bundles are no deeper; deeper ones would be read recursively, to any depth.
Result<PersistableBundle> bundleWithin(const json& object, int depth) {
    if (depth < 0) return fail(Errc::ILLEGAL_ARGUMENT, "extras: nested more than {} deep", PersistableBundle::DEEPEST);
    PersistableBundle bundle;
    for (const auto& [key, value] : object.items())
        bundle.put(key, STINT_TRY(valueFrom(value, depth)));
    return bundle;
}

} // namespace

json bundleJson(const PersistableBundle& bundle) {
    json object = json::object();
    for (const auto& [key, value] : bundle.entries())
        object[key] = valueJson(value);
    return object;
}

Result<PersistableBundle> bundleFrom(const json& object) { return bundleWithin(object, PersistableBundle::DEEPEST); }

} // namespace stint
