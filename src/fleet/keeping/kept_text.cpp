#include "fleet/keeping/kept_text.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/telling.hpp"

namespace stint::fleet {
namespace {

/// Kept in the types that rows have.
struct KeptRow {
    std::uint32_t round = 0, sequence = 0, slot = 0, step = 0, failures = 0;
    std::uint32_t outcome = 0; ///< an Outcome's number, which never changes
    bool isSlotOpen = false, hasStepBegun = false, isCommitted = false, isCancelled = false, isAllowed = false;
    std::string boot;
    std::vector<std::string> waitsFor;
    WallTime waitsForAt{};
};

constexpr std::string_view place = "what is kept";
constexpr Limits aRound{0, std::numeric_limits<std::uint8_t>::max()},
    aCount{0, std::numeric_limits<std::uint32_t>::max()}, anOutcome{0, outcomes - 1};

constexpr std::string_view lastKey = "last";

// clang-format off
constexpr auto keptFields = std::to_array<Field<KeptRow>>({
    {.key = "round", .member = &KeptRow::round, .limits = aRound},
    {.key = "sequence", .member = &KeptRow::sequence, .limits = aCount},
    {.key = "slot", .member = &KeptRow::slot, .limits = aCount},
    {.key = "slot-open", .member = &KeptRow::isSlotOpen},
    {.key = "step", .member = &KeptRow::step, .limits = aCount},
    {.key = "step-begun", .member = &KeptRow::hasStepBegun},
    {.key = "committed", .member = &KeptRow::isCommitted},
    {.key = "cancelled", .member = &KeptRow::isCancelled},
    {.key = "allowed", .member = &KeptRow::isAllowed},
    {.key = "failures", .member = &KeptRow::failures, .limits = aCount},
    {.key = "boot", .member = &KeptRow::boot, .limits = {0, 64}, .rule = wordRule},
    {.key = "outcome", .member = &KeptRow::outcome, .limits = anOutcome},
    {.key = "waits-for", .member = &KeptRow::waitsFor, .limits = {1, mostBlockers}, .rule = wordRule},
    {.key = "waits-for-at", .member = &KeptRow::waitsForAt, .limits = anyTime},
});
constexpr auto signedFields = std::to_array<Field<Signed>>({
    {.key = "signatures", .member = &Signed::signatures, .limits = {1, mostSignatures}, .rule = wordRule},
});
// clang-format on

} // namespace

std::string textOf(const Kept& kept) {
    Value::Table table;
    writeFields(keptFields,
                KeptRow{.round = kept.round,
                        .sequence = kept.sequence,
                        .slot = kept.slot,
                        .step = kept.step,
                        .failures = kept.failures,
                        .outcome = static_cast<std::uint32_t>(kept.outcome),
                        .isSlotOpen = kept.isSlotOpen,
                        .hasStepBegun = kept.hasStepBegun,
                        .isCommitted = kept.isCommitted,
                        .isCancelled = kept.isCancelled,
                        .isAllowed = kept.isAllowed,
                        .boot = kept.boot,
                        .waitsFor = kept.waitsFor,
                        .waitsForAt = kept.waitsForAt},
                table);
    if (kept.last) table.insert_or_assign(std::string(lastKey), valueOf(*kept.last));
    return jsonOf({std::move(table)});
}

std::string textOf(const Telling& telling) { return jsonOf(valueOf(telling)); }

std::string signaturesOf(const Signed& order) {
    Value::Table table;
    writeFields(signedFields, order, table);
    return jsonOf({std::move(table)});
}

Result<Kept> keptIn(std::string_view text) {
    const Value whole = STINT_TRY(valueFromJson(text));
    auto keys = keysOf(keptFields);
    keys.push_back(lastKey);
    STINT_TRY(checkKeys(place, place, whole, keys));
    KeptRow row;
    STINT_TRY(readFields({place, true}, "", whole, keptFields, row));
    std::optional<Telling> last;
    if (const Value* const value = findIn(*whole.table(), lastKey))
        last = STINT_TRY(tellingFrom({place, true}, *value));
    return Kept{.round = static_cast<std::uint8_t>(row.round),
                .sequence = row.sequence,
                .slot = row.slot,
                .isSlotOpen = row.isSlotOpen,
                .step = row.step,
                .hasStepBegun = row.hasStepBegun,
                .isCommitted = row.isCommitted,
                .isCancelled = row.isCancelled,
                .isAllowed = row.isAllowed,
                .failures = row.failures,
                .boot = std::move(row.boot),
                .outcome = static_cast<Outcome>(row.outcome),
                .waitsFor = std::move(row.waitsFor),
                .waitsForAt = row.waitsForAt,
                .unsent = std::nullopt,
                .last = std::move(last)};
}

Result<Telling> tellingIn(std::string_view text) {
    const Value whole = STINT_TRY(valueFromJson(text));
    return tellingFrom({place, true}, whole);
}

Result<void> readSignatures(std::string_view text, Signed& into) {
    const Value whole = STINT_TRY(valueFromJson(text));
    STINT_TRY(checkKeys(place, place, whole, keysOf(signedFields)));
    Signed read;
    STINT_TRY(readFields({place, true}, "", whole, signedFields, read));
    into.signatures = std::move(read.signatures);
    return {};
}

} // namespace stint::fleet
