#include "fleet.hpp"

#include <array>
#include <iostream>
#include <span>
#include <string>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include "base/time/time.hpp"
#include "escaped.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/trust/trust.hpp"

namespace stint {
namespace {

using namespace fleet;

/// The values that may stand there; empty: the meaning says it.
template <class Owner> std::string rangeOf(const Field<Owner>& field) {
    const auto [least, most] = field.limits;
    return std::visit(Overloaded{[](bool Owner::*) { return std::string("true or false"); },
                                 [&](std::uint32_t Owner::*) { return fmt::format("{} to {}", least, most); },
                                 [&](Duration Owner::*) {
                                     return fmt::format("{} to {}", formatDuration(Duration(least)),
                                                        formatDuration(Duration(most)));
                                 },
                                 [](typename Field<Owner>::Percent) { return std::string("a share, such as 2%"); },
                                 [](typename Field<Owner>::Mark mark) { return fmt::format("\"{}\"", mark.word); },
                                 [](typename Field<Owner>::Fixed fixed) { return fmt::format("\"{}\"", fixed.word); },
                                 [](auto) { return std::string(); }},
                      field.member);
}

std::string textOf(const Value& value) {
    if (const auto* const list = value.list()) {
        std::vector<std::string> parts;
        for (const Value& each : *list)
            parts.push_back(textOf(each));
        return fmt::format("{}", fmt::join(parts, ", "));
    }
    return value.text() ? *value.text() : jsonOf(value);
}

/// The value where a file leaves the key out; empty: none.
template <class Owner> std::string usualOf(const Field<Owner>& field) {
    if (field.fallback == 0) return {};
    Owner owner{};
    setFallback(field, owner);
    Value::Table table;
    writeFields(std::array{field}, owner, table);
    return textOf(table.begin()->second);
}

template <class Owner> void printFields(std::span<const Field<Owner>> fields) {
    for (const Field<Owner>& field : fields) {
        const std::string range = rangeOf(field), usual = usualOf(field);
        fmt::print(std::cout, "*{}*{}\n\t{}{}{}\n\n", escaped(field.key),
                   range.empty() ? "" : fmt::format(" = {}", escaped(range)), escaped(field.meaning),
                   field.must ? "; it has to be there" : "",
                   usual.empty() ? "" : escaped(fmt::format("; left out: {}", usual)));
    }
}
template <class Owner, std::size_t size> void printFields(const std::array<Field<Owner>, size>& fields) {
    printFields(std::span<const Field<Owner>>(fields));
}

void printKinds() {
    for (const StepRow& row : stepKinds)
        fmt::print(std::cout, "*{}*\n\t{}\n\n", escaped(row.key), escaped(row.meaning));
}

struct Row {
    std::string_view line;
    void (*print)();
};
constexpr std::array rows{Row{"@campaign@", [] { printFields(campaignFields); }},
                          Row{"@job@", [] { printFields(waitFields); }},
                          Row{"@kinds@", printKinds},
                          Row{"@get@", [] { printFields(sourceFields); }},
                          Row{"@step@", [] { printFields(stepFields); }},
                          Row{"@rollout@", [] { printFields(planFields); }},
                          Row{"@stop@", [] { printFields(stopFields); }},
                          Row{"@owner@", [] { printFields(ownerFields()); }}};

} // namespace

bool printFleetTable(std::string_view line) {
    for (const Row& row : rows) {
        if (row.line != line) continue;
        row.print();
        return true;
    }
    return false;
}

} // namespace stint
