#include "cli/table.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view gap = "  ";

std::string padded(std::string_view text, Table::Align align, std::size_t width) {
    return align == Table::Align::Right ? padLeft(std::string(text), width) : padRight(std::string(text), width);
}

std::string withoutTrailingBlanks(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

} // namespace

void Table::add(std::vector<Cell> row) {
    STINT_CHECK(row.size() == columns_.size());
    for (auto& cell : row)
        cell.text = printable(cell.text);
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (const auto& column : columns_)
        widths.push_back(widthOf(column.heading));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], widthOf(row[i].text));
    return widths;
}

std::vector<std::string> Table::lines(const Screen& screen) const {
    auto width = widths();
    std::size_t last = columns_.size() - 1;
    auto lineOf = [&](auto&& textOf, auto&& paintOf) {
        std::string line;
        for (std::size_t i = 0; i <= last; ++i) {
            // Blanks behind the last column would only wrap a narrow terminal; a painted cell must not end in them.
            bool bare = i == last && columns_[i].align == Align::Left;
            std::string text = bare ? std::string(textOf(i)) : padded(textOf(i), columns_[i].align, width[i]);
            line += screen.painted(text, paintOf(i));
            if (i < last) line += gap;
        }
        return withoutTrailingBlanks(std::move(line));
    };
    std::vector<std::string> lines;
    lines.push_back(lineOf([&](std::size_t i) -> const std::string& { return columns_[i].heading; },
                           [](std::size_t) { return Paint::Faint; }));
    for (const auto& row : rows_)
        lines.push_back(lineOf([&](std::size_t i) -> const std::string& { return row[i].text; },
                               [&](std::size_t i) { return row[i].paint; }));
    return lines;
}

void Table::print(const Screen& screen) const {
    for (const auto& line : lines(screen))
        screen.print(line);
}

} // namespace stint::cli
