#include "base/text/words.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace stint {
namespace {

// Levenshtein's distance, where two neighbours that changed places are one change; three rows at a time.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before, last, row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        before = std::exchange(last, row);
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            row[j + 1] = std::min({row[j] + 1, last[j + 1] + 1, last[j] + (from[i] == to[j] ? 0 : 1)});
            if (i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j])
                row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
    std::optional<std::string_view> best;
    if (word.empty()) return best;
    std::size_t least = std::min(std::max<std::size_t>(1, word.size() / 4) + 1, word.size()); // not each of its letters
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
