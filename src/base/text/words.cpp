#include "base/text/words.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace stint {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    std::optional<std::string_view> best;
    if (word.empty()) return best;
    std::size_t least = std::min(std::max<std::size_t>(2, word.size() / 3) + 1, word.size()); // not each of its letters
    for (const std::string_view candidate : known) {
        const std::size_t changed = distance(word, candidate);
        if (changed < least) {
            least = changed;
            best = candidate;
        }
    }
    return best;
}

} // namespace stint
