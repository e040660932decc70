// The trace of a run, line by line, and its words: what can happen, to whom, and with which further fields
// (scenario.md, the table of `trace`). The reader checks expectations against these words, and the printed trace names
// its fields in their order.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/record/happening.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::sim {

enum class Whom : std::uint8_t { Job, App, Device };

enum class FieldKind : std::uint8_t { Word, Words, Truth, Count, Time };

struct EffectField {
    std::string_view key;
    FieldKind kind = FieldKind::Word;
    std::span<const std::string_view> words = {}; ///< the values of a Word, none: any; all of Words, in their order
};

struct EffectWord {
    std::string_view what;
    Whom whom = Whom::Job;
    std::vector<EffectField> fields;
};

std::span<const EffectWord> effectWords();
/// nullptr if there is no such effect.
const EffectWord* effectNamed(std::string_view what);
/// nullptr if `word` has no such field.
const EffectField* fieldOf(const EffectWord& word, std::string_view key);

/// jobs.md §4.6, §9.1: the public names.
std::span<const std::string_view> stopReasonNames();
std::span<const std::string_view> callResults();
std::span<const std::string_view> bucketNames();

using record::Happening;
using record::happeningOf;
using record::itemName;
using record::traceJson;

using History = std::vector<Happening>;

/// The value as a scenario writes it: "10min", "QUOTA", "true".
std::string textOf(const FieldValue& value);

/// True if the effect is the expected one, its time included.
bool matches(const ExpectedEffect& expected, const Happening& happening);
/// True if it is the same effect on the same job or app, whatever its time and further fields are.
bool resembles(const ExpectedEffect& expected, const Happening& happening);

} // namespace stint::sim
