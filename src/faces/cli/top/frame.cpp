#include "faces/cli/top/frame.hpp"

#include <algorithm>
#include <cwchar>

#include "base/text/code_point.hpp"
#include "base/text/printable.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli::top {
namespace {

constexpr std::size_t mostMarks = 2; ///< over one character: more are a flood, not writing

/// Drops all but the first marks over each character; expects printable text.
std::string withFewMarks(std::string_view text) {
    std::string kept;
    std::size_t marks = 0;
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t point = takeCodePoint(text);
        marks = point >= 0x7F && ::wcwidth(static_cast<wchar_t>(point)) == 0 ? marks + 1 : 0;
        if (marks <= mostMarks) kept += before.substr(0, before.size() - text.size());
    }
    return kept;
}

std::vector<std::size_t> shownColumns(const Page& page, std::size_t columns) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < page.columns.size(); ++i)
        if (page.columns[i].from <= columns) shown.push_back(i);
    return shown;
}

/// The width of each shown column but the last: that of its widest text, but no more than a quarter of the screen (on a
/// narrow one a third, or 12 columns).
std::vector<std::size_t> widthsOf(const Page& page, const std::vector<std::size_t>& shown, std::size_t columns) {
    const std::size_t most = std::max<std::size_t>({columns / 4, std::min<std::size_t>(12, columns / 3), 1});
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at + 1 < shown.size(); ++at) {
        std::size_t width = page.columns[shown[at]].heading.size();
        for (const Row& row : page.rows)
            width = std::max(width, widthOf(fitted(row.fields[shown[at]].text, columns)));
        widths.push_back(std::min(width, most));
    }
    return widths;
}

std::string filled(std::string text, std::size_t width, bool right) {
    return right ? padLeft(std::move(text), width) : padRight(std::move(text), width);
}

std::string cellText(const Field& field, std::size_t width) {
    if (!field.progress || width < 2) return fitted(field.text, width);
    Progress progress = *field.progress;
    progress.label = fitted(progress.label, width);
    return fitted(progressLine(progress, width + 1), width); // it leaves the last column free
}

struct Layout {
    std::vector<std::size_t> shown;
    std::vector<std::size_t> widths;
    std::size_t columns;
};

/// `fieldAt`: the field of a column, by its place in the page.
template <class FieldAt> Spans lineOf(const Layout& layout, const Page& page, bool chosen, FieldAt fieldAt) {
    Spans line;
    std::size_t used = 0;
    for (std::size_t at = 0; at < layout.shown.size() && used < layout.columns; ++at) {
        const bool last = at + 1 == layout.shown.size();
        const std::size_t room = layout.columns - used;
        const std::size_t width = last ? room : std::min(layout.widths[at], room);
        const Field& field = fieldAt(layout.shown[at]);
        std::string text = filled(cellText(field, width), width, page.columns[layout.shown[at]].right && !last);
        used += width;
        if (!last && used < layout.columns) {
            const std::size_t gap = std::min(columnGap.size(), layout.columns - used);
            text.append(gap, ' ');
            used += gap;
        }
        line.push_back({std::move(text), field.paint, chosen});
    }
    return line;
}

} // namespace

std::string fitted(std::string_view text, std::size_t columns) {
    return shortened(withFewMarks(printable(text)), columns);
}

void Place::keepInSight(std::size_t rows, std::size_t height) {
    chosen = std::min(chosen, rows == 0 ? 0 : rows - 1);
    height = std::max<std::size_t>(height, 1);
    if (chosen < top) top = chosen;
    if (chosen >= top + height) top = chosen - height + 1;
    if (top + height > rows) top = rows > height ? rows - height : 0;
}

std::vector<Spans> laidOut(const Page& page, const Place& place, std::size_t columns, std::size_t height) {
    std::vector<Spans> lines;
    if (height == 0) return lines;
    if (page.rows.empty()) {
        lines = laidOut(std::vector<Line>{{page.empty}}, columns);
        lines.resize(std::min(lines.size(), height));
        return lines;
    }
    const auto shown = shownColumns(page, columns);
    const Layout layout{shown, widthsOf(page, shown, columns), columns};
    std::vector<Field> headings;
    for (const Column& column : page.columns)
        headings.push_back({column.heading, Paint::Faint});
    const auto headingAt = [&](std::size_t i) -> const Field& { return headings[i]; };
    if (height > 1) lines.push_back(lineOf(layout, page, false, headingAt));
    for (std::size_t i = place.top; i < page.rows.size() && lines.size() < height; ++i) {
        const auto fieldAt = [&](std::size_t column) -> const Field& { return page.rows[i].fields[column]; };
        lines.push_back(lineOf(layout, page, i == place.chosen, fieldAt));
    }
    return lines;
}

std::vector<Spans> laidOut(const std::vector<Line>& lines, std::size_t columns) {
    std::vector<Spans> made;
    for (const Line& line : lines)
        for (const std::string& part : wrapped(withFewMarks(printable(line.text)), columns))
            made.push_back({{fitted(part, columns), line.paint}});
    return made;
}

} // namespace stint::cli::top
