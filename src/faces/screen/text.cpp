#include "faces/screen/text.hpp"

#include <algorithm>
#include <cctype>
#include <cwchar>
#include <numeric>
#include <optional>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

std::size_t columnsOf(char32_t point) {
    if (point < 0x7F) return 1;
    const int width = ::wcwidth(static_cast<wchar_t>(point));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
}

} // namespace

std::string shellWord(std::string_view word) {
    const auto isPlain = [](unsigned char sign) {
        return std::isalnum(sign) != 0 || sign >= 0x80 ||
               std::string_view("%+,-./:=@_").find(sign) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, isPlain)) return std::string(word);
    std::string quoted = "'";
    for (const char sign : word) {
        if (sign == '\'')
            quoted += R"('\'')";
        else
            quoted += sign;
    }
    return quoted + "'";
}

std::size_t widthOf(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty())
        width += columnsOf(takeCodePoint(text));
    return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (widthOf(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::size_t used = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view before = rest;
        const std::size_t width = columnsOf(takeCodePoint(rest));
        if (used + width > columns - 1) return std::string(text.substr(0, text.size() - before.size())) += ellipsis;
        used += width;
    }
    return std::string(text);
}

std::string withShortWords(std::string_view text, std::size_t columns) {
    std::string made;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        made += shortened(text.substr(0, end), columns);
        if (end < text.size()) made += text[end];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

std::size_t endOfWord(std::string_view text, std::size_t columns) {
    constexpr std::string_view blanks = " \n";
    const auto end = std::min(text.find_first_of(blanks), text.size());
    const auto opening = text.substr(0, end).find('`');
    const auto closing = opening == text.npos ? text.npos : text.find('`', opening + 1);
    if (closing == text.npos || closing < end) return end;
    const std::string_view whole = text.substr(0, text.find_first_of(blanks, closing));
    const bool fits = whole.find('\n') == whole.npos && widthOf(whole) <= columns;
    return fits ? whole.size() : end;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        const auto end = endOfWord(text, columns);
        const std::string_view word = text.substr(0, end);
        const bool breaks = end < text.size() && text[end] == '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && widthOf(line) + 1 + widthOf(word) > columns) lines.push_back(std::exchange(line, {}));
        line += (line.empty() ? "" : " ") + std::string(word);
        if (breaks) lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
    return lines;
}

std::string padRight(std::string text, std::size_t columns) {
    text.append(columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

std::string padLeft(std::string text, std::size_t columns) {
    text.insert(0, columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

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

namespace {

/// Stands before the text of a column that is below its row.
constexpr std::string_view below = "    ";
constexpr std::size_t narrowestText = 16; ///< the last column's words stand below their row rather than in less

std::size_t sumOf(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), columnGap.size() * (widths.size() - 1));
}

} // namespace

/// Narrows the widest columns first. Where that is not enough the last ones' texts stand below their row, and have no
/// width; where that is not enough either, narrows none.
std::vector<std::size_t> Table::widthsWithin(std::size_t room) const {
    auto width = widths();
    auto least = leastWidths();
    least.back() = std::max(least.back(), std::min(width.back(), narrowestText));
    while (sumOf(least) > room && width.size() > 1 && columns_[width.size() - 1].align == Align::Left) {
        least.pop_back();
        width.pop_back();
    }
    if (sumOf(least) > room) return widths();
    for (auto all = sumOf(width); all > room; --all) {
        std::size_t widest = width.size();
        for (std::size_t i = 0; i < width.size(); ++i)
            if (width[i] > least[i] && (widest == width.size() || width[i] > width[widest])) widest = i;
        --width[widest];
    }
    return width;
}

std::vector<std::string> Table::linesOf(const std::vector<Cell>& row, const std::vector<std::size_t>& width,
                                        const Screen& screen) const {
    std::vector<std::vector<std::string>> pieces;
    std::size_t height = 1;
    for (std::size_t i = 0; i < width.size(); ++i) {
        pieces.push_back(piecesOf(row[i].text, width[i]));
        height = std::max(height, pieces.back().size());
    }
    std::vector<std::string> lines;
    for (std::size_t n = 0; n < height; ++n) {
        std::string line;
        for (std::size_t i = 0; i < width.size(); ++i) {
            const std::string piece = n < pieces[i].size() ? pieces[i][n] : "";
            // Trailing blanks would only wrap a narrow terminal, and must not be part of a painted cell.
            const bool last = i + 1 == width.size();
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
    std::vector<std::string> lines;
    const auto add = [&](const std::vector<Cell>& row) {
        for (auto& line : linesOf(row, width, screen))
            lines.push_back(std::move(line));
        for (std::size_t i = width.size(); i < row.size(); ++i) {
            if (row[i].text.empty()) continue;
            for (const std::string& piece : wrapped(row[i].text, *room - std::min(*room, below.size())))
                lines.push_back(std::string(below) + screen.painted(piece, row[i].paint));
        }
    };
    std::vector<Cell> heading;
    for (const auto& column : columns_)
        heading.emplace_back(column.heading, Paint::Faint);
    add(heading);
    for (const auto& row : rows_)
        add(row);
    return lines;
}

void Table::print(const Screen& screen) const {
    const auto room = screen.outIsTerminal() ? std::optional(screen.columns()) : std::nullopt;
    for (const auto& line : lines(screen, room))
        screen.print(line);
}

} // namespace stint::cli
