#include "fleet/trust/trace.hpp"

#include <limits>

#include "base/result/errors.hpp"
#include "fleet/document/fields.hpp"

namespace stint::fleet {
namespace {

// clang-format off
constexpr auto traceFields = std::to_array<Field<Trace>>({
    {.key = "number", .member = &Trace::number, .limits = {1, std::numeric_limits<std::uint32_t>::max()}, .must = true,
     .meaning = "counts up"},
    {.key = "draw", .member = &Trace::draw, .limits = {1, largestNumber}, .must = true, .meaning = "by chance"},
    {.key = "before", .member = &Trace::before, .limits = {1, largestNumber}, .meaning = "that of the number before"},
});
// clang-format on

bool differ(Bytes one, Bytes other) { return one != 0 && other != 0 && one != other; }

} // namespace

std::optional<Trace> heardAfter(const Trace& last, const Trace& said) {
    if (said.number + 1 < last.number) return std::nullopt; // more is gone than one commit
    const bool isBefore = said.number + 1 == last.number;
    const bool isNext = said.number == last.number + 1;
    if (isBefore && differ(said.draw, last.before)) return std::nullopt;
    if (said.number == last.number && differ(said.before, last.before)) return std::nullopt;
    if (isNext && differ(said.before, last.draw)) return std::nullopt; // it goes on from a draw that another replaced
    return isBefore ? last : said; // one that is farther ahead: the server has lost what it knew
}

Value valueOf(const Trace& trace) {
    Value::Table table;
    writeFields(traceFields, trace, table);
    return {std::move(table)};
}

Result<Trace> traceFrom(const Value& value) {
    constexpr std::string_view name = "the trace";
    if (!value.table()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is to be a table", name);
    STINT_TRY(checkKeys(name, name, value, keysOf(traceFields)));
    Trace trace;
    STINT_TRY(readFields({name, true}, "", value, traceFields, trace));
    return trace;
}

} // namespace stint::fleet
