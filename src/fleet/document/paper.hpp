// The frame of all papers but a campaign, and of all that devices and their server say to each other (fleet.md §6.1): a
// table with its format, the fields of some rows and a few keys that have tables or lists of them. One value has one
// text, and any other text is refused.
#pragma once
#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {

/// A key that is no field, and what reads it.
template <class Paper> struct More {
    std::string_view key;
    Result<void> (*read)(const Origin& from, const Value& value, Paper& into);
};

/// Its format and its fields.
template <class Paper, std::size_t size>
Value::Table tableOf(const std::array<Field<Paper>, size>& fields, const Paper& paper) {
    Value::Table table;
    table.emplace(formatKey, Value{documentFormat});
    writeFields(fields, paper, table);
    return table;
}

/// The paper in the text, which `name` calls it in errors. IllegalArgument: it is not what `write` writes of one that
/// keeps the rules.
template <class Paper, std::size_t size>
Result<Paper> paperIn(std::string_view text, std::string_view name, const std::array<Field<Paper>, size>& fields,
                      std::type_identity_t<std::string (*)(const Paper&)> write,
                      std::type_identity_t<std::initializer_list<More<Paper>>> more = {},
                      std::size_t longest = longestDocument) {
    auto read = valueFromJson(text, longest);
    if (!read.ok()) return within(name, read.error());
    const Value& whole = *read;
    auto keys = keysOf(fields);
    keys.push_back(formatKey);
    for (const More<Paper>& each : more)
        keys.push_back(each.key);
    const Origin from{name, true};
    STINT_TRY(checkKeys(name, name, whole, keys));
    const Value* const version = findIn(*whole.table(), formatKey);
    if (!version || !version->number() || *version->number() != documentFormat)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: {} is not {}", name, formatKey, documentFormat);
    Paper paper;
    STINT_TRY(readFields(from, "", whole, fields, paper));
    for (const More<Paper>& each : more)
        if (const Value* const value = findIn(*whole.table(), each.key)) STINT_TRY(each.read(from, *value, paper));
    if (write(paper) != text) return fail(Errc::ILLEGAL_ARGUMENT, "{}: it is not in the one form that it has", name);
    return paper;
}

} // namespace stint::fleet
