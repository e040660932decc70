// The words of a trace: what can happen, to whom, and with which further fields (scenario.md, the table of `trace`).
// The reader checks expectations against it, and the printed trace names its fields in this order.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace stint::sim {

enum class Whom : std::uint8_t { Job, App, Device };

enum class FieldKind : std::uint8_t { Word, Truth, Count, Time };

struct EffectField {
    std::string_view key;
    FieldKind kind = FieldKind::Word;
    std::span<const std::string_view> words = {}; ///< the values of a Word; none: any
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

} // namespace stint::sim
