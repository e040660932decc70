// A page laid out on a screen of any size, as lines of painted pieces: pure, so that each size and each hostile name is
// a unit test. Whatever is in a text, it takes as many columns as the layout gave it: what steers a terminal is shown
// as U+FFFD, and of marks that are put over a character only the first ones stay.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/top/page.hpp"

namespace stint::cli::top {

struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool operator==(const Size&) const = default;
};

struct Span {
    std::string text;
    Paint paint = Paint::None;
    bool chosen = false; ///< the row that keys act on, and the bar at the top
};
using Spans = std::vector<Span>;

struct Frame {
    std::vector<Spans> lines;                         ///< at most as many as the screen has rows, none too wide
    std::optional<std::size_t> cursor = std::nullopt; ///< the column in the last line where a person types
    bool counts = false;                              ///< something that is shown changes by time alone
};

/// Cut to so many columns, with nothing in it that a terminal obeys.
std::string fitted(std::string_view text, std::size_t columns);

/// Where a list of so many rows is looked at: the chosen one is always in sight.
struct Place {
    std::size_t chosen = 0;
    std::size_t top = 0;

    void keepInSight(std::size_t rows, std::size_t height);
};

/// The heading, and the rows that are in sight: at most `height` lines.
std::vector<Spans> laidOut(const Page& page, const Place& place, std::size_t columns, std::size_t height);
/// Lines wrapped to the width; a blank one stays.
std::vector<Spans> laidOut(const std::vector<Line>& lines, std::size_t columns);

} // namespace stint::cli::top
