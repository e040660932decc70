// Rows under a heading, aligned: words to the left, numbers to the right. One line a row; on a terminal
// that is too narrow, the widest cells are wrapped. Colour is added after a cell's width was measured.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/text/shared_text.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

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
    /// wrap to, if possible; nullopt: no limit.
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
