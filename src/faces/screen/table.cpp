#include "faces/screen/table.hpp"

#include <algorithm>
#include <numeric>

#include "base/result/check.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

std::string padded(std::string_view text, Table::Align align, std::size_t width) {
    return align == Table::Align::Right ? padLeft(std::string(text), width) : padRight(std::string(text), width);
}

std::size_t longestWord(std::string_view text) {
    std::size_t longest = 0;
    for (const auto& word : wrapped(text, 1))
        longest = std::max(longest, widthOf(word));
    return longest;
}

/// The text wrapped to a column's width.
std::vector<std::string> piecesOf(const std::string& text, std::size_t width) {
    return widthOf(text) <= width ? std::vector{text} : wrapped(text, width);
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

/// Words are not broken, so a column is at least as wide as its longest; numbers are never cut.
std::vector<std::size_t> Table::leastWidths() const {
    auto least = widths();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].align == Align::Right) continue;
        least[i] = widthOf(columns_[i].heading);
        for (const auto& row : rows_)
            least[i] = std::max(least[i], longestWord(row[i].text));
    }
    return least;
}

/// Narrows the widest columns first; if that is not enough, narrows none.
std::vector<std::size_t> Table::widthsWithin(std::size_t room) const {
    auto width = widths();
    const auto least = leastWidths();
    const std::size_t gaps = columnGap.size() * (columns_.size() - 1);
    if (std::accumulate(least.begin(), least.end(), gaps) > room) return width;
    for (auto all = std::accumulate(width.begin(), width.end(), gaps); all > room; --all) {
        std::size_t widest = columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (width[i] > least[i] && (widest == columns_.size() || width[i] > width[widest])) widest = i;
        --width[widest];
    }
    return width;
}

std::vector<std::string> Table::linesOf(const std::vector<Cell>& row, const std::vector<std::size_t>& width,
                                        const Screen& screen) const {
    std::vector<std::vector<std::string>> pieces;
    std::size_t height = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
        pieces.push_back(piecesOf(row[i].text, width[i]));
        height = std::max(height, pieces.back().size());
    }
    std::vector<std::string> lines;
    for (std::size_t n = 0; n < height; ++n) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string piece = n < pieces[i].size() ? pieces[i][n] : "";
            // Trailing blanks would only wrap a narrow terminal, and must not be part of a painted cell.
            const bool last = i + 1 == row.size();
            const bool bare = last && columns_[i].align == Align::Left;
            const std::string text = bare ? piece : padded(piece, columns_[i].align, width[i]);
            line += screen.painted(text, piece.empty() ? Paint::None : row[i].paint);
            if (!last) line += columnGap;
        }
        lines.push_back(withoutTrailingBlanks(std::move(line)));
    }
    return lines;
}

std::vector<std::string> Table::lines(const Screen& screen, std::optional<std::size_t> room) const {
    const auto width = room ? widthsWithin(*room) : widths();
    std::vector<Cell> heading;
    for (const auto& column : columns_)
        heading.emplace_back(column.heading, Paint::Faint);
    std::vector<std::string> lines = linesOf(heading, width, screen);
    for (const auto& row : rows_)
        for (auto& line : linesOf(row, width, screen))
            lines.push_back(std::move(line));
    return lines;
}

void Table::print(const Screen& screen) const {
    const auto room = screen.outIsTerminal() ? std::optional(screen.columns()) : std::nullopt;
    for (const auto& line : lines(screen, room))
        screen.print(line);
}

} // namespace stint::cli
