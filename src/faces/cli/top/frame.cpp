#include "faces/cli/top/page.hpp"

#include <algorithm>
#include <cwchar>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "faces/cli/top/board.hpp"
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
        lines = laidOut(std::vector<PaintedLine>{{page.empty}}, columns);
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

std::vector<Spans> laidOut(const std::vector<PaintedLine>& lines, std::size_t columns) {
    std::vector<Spans> made;
    for (const PaintedLine& line : lines)
        for (const std::string& part : wrapped(withFewMarks(printable(line.text)), columns))
            made.push_back({{fitted(part, columns), line.paint}});
    return made;
}

// The board as it is drawn: a bar, the page or what Enter opened, a message or a question, and the keys.

namespace {

const std::vector<PaintedLine> help{
    {"What stint top shows and does", Paint::Strong},
    {""},
    {"1, 2, 3, Tab   Now: what runs and waits. Apps and their limits. The device"},
    {"arrows, j, k, PgUp, PgDn, Home, End   move in the list"},
    {"Enter   of a job: what keeps it waiting, as stint why says it; of an app or a value: all that is known of it"},
    {"p   pause a job: it does not run until p again lets it go on"},
    {"r   run a job now; what that passes over is named first"},
    {"c   cancel a job: it is gone for good"},
    {"S   stop an app: all of its processes die at once, with the jobs that they run"},
    {"/   show only rows with these words in them; Escape shows all again"},
    {"Ctrl-L   draw anew, and look for stintd"},
    {"q   leave; the jobs go on"},
};

constexpr std::string_view longKeys = " Enter why  p pause  r run now  c cancel  S stop app  / filter  ? help  q quit";
constexpr std::string_view shortKeys = " Enter p r c S / ? help q quit";

void clip(std::vector<Spans>& lines, std::size_t most) { lines.resize(std::min(lines.size(), most)); }

} // namespace

Spans Board::titleBar(Size size) const {
    const auto running = static_cast<std::size_t>(std::ranges::count_if(
        jobs_, [](const auto& each) { return each.second.job().state == JobView::State::Running; }));
    const std::string right =
        !away_.empty() ? "stintd is away " : fmt::format("{} running, {} waiting ", running, jobs_.size() - running);
    Spans bar;
    std::size_t used = 0;
    for (const auto& [name, word] :
         {std::pair{Name::Now, " 1 Now "}, {Name::Apps, " 2 Apps "}, {Name::Device, " 3 Device "}}) {
        const std::string text = fitted(word, size.columns - used);
        used += widthOf(text);
        bar.push_back({text, name == name_ ? Paint::Strong : Paint::None, name != name_});
    }
    bar.push_back({padLeft(fitted(right, size.columns - used), size.columns - used),
                   away_.empty() ? Paint::None : Paint::Bad, true});
    return bar;
}

std::vector<PaintedLine> Board::detailLines(Moment now) const {
    switch (detail_->of) {
    case Detail::Of::Job:
        return linesOf(detail_->it, now.wall);
    case Detail::Of::Device:
        return linesOf(device_, detail_->id, now.wall);
    case Detail::Of::Help:
        return help;
    case Detail::Of::App:
        break;
    }
    for (const AppView& app : apps_)
        if (app.manifest.package.name == detail_->id) return linesOf(app, now.wall);
    return {{"it is not installed any more"}};
}

/// The lines at the bottom: the filter while it is typed; else a question or the last message, above the keys.
std::vector<Spans> Board::footer(Size size, std::optional<std::size_t>& cursor) const {
    std::vector<Spans> lines;
    const std::size_t most = size.rows > 4 ? size.rows / 2 : 1;
    if (question_) {
        lines = laidOut({PaintedLine{question_->text, Paint::Waiting}}, size.columns);
        clip(lines, most);
        lines.push_back({{fitted(" y: yes   any other key: no", size.columns), Paint::Strong}});
        return lines;
    }
    if (types_) {
        const std::string typed = "/" + filter_;
        const std::string text = fitted(typed, size.columns > 0 ? size.columns - 1 : 0);
        cursor = widthOf(text);
        return {{{text, Paint::Strong}}};
    }
    if (!away_.empty())
        lines = laidOut({PaintedLine{away_, Paint::Bad}}, size.columns);
    else if (!message_.text.empty())
        lines = laidOut({message_}, size.columns);
    else if (!filter_.empty())
        lines = laidOut({PaintedLine{fmt::format("only with \"{}\"; Escape: all", filter_)}}, size.columns);
    clip(lines, most);
    const std::string_view keys = detail_                             ? " Escape back  q back  arrows scroll"
                                  : widthOf(longKeys) <= size.columns ? longKeys
                                                                      : shortKeys;
    lines.push_back({{fitted(keys, size.columns), Paint::Faint}});
    return lines;
}

Frame Board::frame(Moment now, Size size) {
    Frame frame;
    if (size.rows == 0 || size.columns == 0) return frame;
    std::vector<Spans> below = footer(size, frame.cursor);
    const std::size_t above = size.rows > below.size() ? 1 : 0;
    const std::size_t middle = size.rows - std::min(size.rows, above + below.size());
    if (above) frame.lines.push_back(titleBar(size));
    if (detail_) {
        std::vector<Spans> lines = laidOut(detailLines(now), size.columns);
        height_ = std::max<std::size_t>(middle, 1);
        detail_->furthest = lines.size() > height_ ? lines.size() - height_ : 0;
        detail_->top = std::min(detail_->top, detail_->furthest);
        for (std::size_t i = detail_->top; i < lines.size() && frame.lines.size() < above + middle; ++i)
            frame.lines.push_back(std::move(lines[i]));
        frame.counts = detail_->of != Detail::Of::Help;
    } else {
        const Page shown = page(now);
        height_ = middle > 1 ? middle - 1 : 1; // a heading
        settle(shown);
        for (Spans& line : laidOut(shown, place(), size.columns, middle))
            frame.lines.push_back(std::move(line));
        for (std::size_t i = place().top; i < std::min(shown.rows.size(), place().top + height_); ++i)
            frame.counts = frame.counts || shown.rows[i].counts;
    }
    frame.lines.resize(std::max(frame.lines.size(), above + middle));
    for (Spans& line : below)
        if (frame.lines.size() < size.rows) frame.lines.push_back(std::move(line));
    return frame;
}

} // namespace stint::cli::top
