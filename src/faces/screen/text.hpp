// Text on a terminal: measured, shortened, wrapped; and tables of it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/printable.hpp"
#include "base/text/shared_text.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// The gap between columns.
constexpr std::string_view columnGap = "  ";

/// Columns that printable text takes: two for wide characters, none for combining ones.
std::size_t widthOf(std::string_view text);

/// A word as a person would type it to a shell: in quotes where it needs them.
std::string shellWord(std::string_view word);

/// The text, at most `columns` wide; a shortened one ends with "…".
std::string shortened(std::string_view text, std::size_t columns);

/// The text with each word wider than `columns` cut, ending with "…": a typed word may be of any length.
std::string withShortWords(std::string_view text, std::size_t columns);

/// The end of the text's first word, in lines of `columns`: a command in backquotes that fits into one is not broken.
std::size_t endOfWord(std::string_view text, std::size_t columns);

/// The text's words (endOfWord()) in lines of at most `columns`; a newline ends a line, and a longer word has its own.
/// Never empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// The text filled up with spaces on the right, or on the left, to `columns`.
std::string padRight(std::string text, std::size_t columns);
std::string padLeft(std::string text, std::size_t columns);

struct Cell {
    std::string text; ///< made printable by the table
    Paint paint = Paint::None;

    Cell(std::string words) : text(std::move(words)) {}
    Cell(const SharedText& words) : text(words) {}
    Cell(const char* words) : text(words) {}
    Cell(std::string words, Paint colour) : text(std::move(words)), paint(colour) {}
};

/// Rows under a heading, aligned: words to the left, numbers to the right. One line a row; on a terminal that is too
/// narrow, the widest cells are wrapped. Colour is added after a cell's width was measured.
class Table {
public:
    enum class Align : std::uint8_t { Left, Right };
    struct Column {
        std::string heading;
        Align align = Align::Left;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// `row`: as many cells as there are columns.
    void add(std::vector<Cell> row);
    bool empty() const { return rows_.empty(); }
    /// Lines without newlines: the heading, then the rows. No blanks at the end of a line. `room`: the width to
    /// wrap to, if possible, with the last columns' texts below their row where nothing else helps; nullopt: no limit.
    std::vector<std::string> lines(const Screen&, std::optional<std::size_t> room = std::nullopt) const;
    void print(const Screen&) const;

private:
    std::vector<std::size_t> widths() const;
    std::vector<std::size_t> leastWidths() const;
    std::vector<std::size_t> widthsWithin(std::size_t room) const;
    std::vector<std::string> linesOf(const std::vector<Cell>& row, const std::vector<std::size_t>& width,
                                     const Screen&) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

} // namespace stint::cli
