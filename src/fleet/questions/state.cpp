#include "fleet/questions/state.hpp"

#include <algorithm>

#include "base/text/printable.hpp"
#include "fleet/document/paper.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t longestWhy = 1'024; ///< PROPOSAL

/// A state's members, each as its row has it.
struct StateRow {
    std::string device, hash, holding, words;
    std::uint32_t enrolment = 0, version = 0;
    WallTime since{};
};

std::string_view holdingRule(std::string_view word) {
    return holdingIn(word) ? "" : "one of applied, waiting, refused, changed and released";
}

// clang-format off
constexpr auto stateFields = std::to_array<Field<StateRow>>({
    {.key = "device", .member = &StateRow::device, .limits = {26, 26}, .must = true, .meaning = "the device",
     .rule = idRule},
    {.key = "enrolment", .member = &StateRow::enrolment, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "how often the device had joined"},
    {.key = "version", .member = &StateRow::version, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "the document's"},
    {.key = "hash", .member = &StateRow::hash, .limits = {64, 64}, .must = true, .meaning = "the document's SHA-256",
     .rule = hashRule},
    {.key = "since", .member = &StateRow::since, .limits = anyTime, .must = true, .meaning = "when it came to be so"},
    {.key = "state", .member = &StateRow::holding, .limits = {1, 16}, .must = true, .meaning = "how it is",
     .rule = holdingRule},
    {.key = "words", .member = &StateRow::words, .limits = {1, longestWhy}, .meaning = "why it is not so",
     .rule = nameRule},
});
// clang-format on

std::string written(const StateRow& row) { return jsonOf({tableOf(stateFields, row)}); }

} // namespace

std::string_view wordOf(Holding holding) { return std::ranges::find(holdingRows, holding, &HoldingRow::holding)->word; }
std::optional<Holding> holdingIn(std::string_view word) {
    const auto* const row = std::ranges::find(holdingRows, word, &HoldingRow::word);
    return row == holdingRows.end() ? std::nullopt : std::optional(row->holding);
}

std::string documentOf(const DeviceState& state) {
    StateRow row{.device = state.device,
                 .hash = state.hash,
                 .holding = std::string(wordOf(state.holding)),
                 .words = printable(state.words),
                 .enrolment = state.enrolment,
                 .version = state.version,
                 .since = state.since};
    cut(row.words, longestWhy);
    return written(row);
}

Result<DeviceState> deviceStateIn(std::string_view document) {
    auto row = STINT_TRY(paperIn(document, "the state", stateFields, written));
    return DeviceState{.device = std::move(row.device),
                       .enrolment = row.enrolment,
                       .version = row.version,
                       .hash = std::move(row.hash),
                       .since = row.since,
                       .holding = *holdingIn(row.holding),
                       .words = std::move(row.words)};
}

std::string commentOf(const DeviceState& state) {
    return fmt::format("stint state {} {}.{}", state.device, state.enrolment, state.version);
}

} // namespace stint::fleet
