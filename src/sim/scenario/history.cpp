#include "sim/scenario/history.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/result/overloaded.hpp"
#include "base/time/time.hpp"

namespace stint::sim {

std::string textOf(const FieldValue& value) {
    return std::visit(Overloaded{[](bool truth) -> std::string { return truth ? "true" : "false"; },
                                 [](std::int64_t number) { return fmt::format("{}", number); },
                                 [](Duration time) { return formatDuration(time); },
                                 [](const std::string& word) { return word; }},
                      value);
}

bool resembles(const ExpectedEffect& expected, const Happening& happening) {
    if (expected.what != happening.what) return false;
    if (expected.job && expected.job != happening.job) return false;
    return !expected.app || expected.app == happening.app;
}

bool matches(const ExpectedEffect& expected, const Happening& happening) {
    if (!resembles(expected, happening)) return false;
    if (expected.at && !expected.at->holds(happening.at)) return false;
    return std::ranges::all_of(expected.fields, [&](const Field& field) {
        return std::ranges::find(happening.fields, field) != happening.fields.end();
    });
}

} // namespace stint::sim
