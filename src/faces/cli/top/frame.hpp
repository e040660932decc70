// A page laid out on a screen of any size, as lines of painted pieces. Pure, so that each size and each hostile name
// can be a unit test. No text takes more columns than the layout gives it: control characters are shown as U+FFFD, and
// only the first marks over a character are kept.
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
    bool chosen = false; ///< the row that keys act on; also the bar at the top
};
using Spans = std::vector<Span>;

struct Frame {
    std::vector<Spans> lines;                         ///< at most as many as the screen has rows, none too wide
    std::optional<std::size_t> cursor = std::nullopt; ///< the column in the last line where a person types
    bool counts = false;                              ///< something shown changes with time alone
};

/// The text cut to `columns`, without anything that controls a terminal.
std::string fitted(std::string_view text, std::size_t columns);

/// The part of a list that is in sight; the chosen row always is.
struct Place {
    std::size_t chosen = 0;
    std::size_t top = 0;

    void keepInSight(std::size_t rows, std::size_t height);
};

/// The heading, and the rows that are in sight: at most `height` lines.
std::vector<Spans> laidOut(const Page& page, const Place& place, std::size_t columns, std::size_t height);
/// Lines wrapped to the width; a blank one stays.
std::vector<Spans> laidOut(const std::vector<PaintedLine>& lines, std::size_t columns);

} // namespace stint::cli::top
