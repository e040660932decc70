#include "faces/views/progress.hpp"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t narrowestBar = 10;
constexpr std::size_t widestBar = 40;

/// The parts of the line, in their order; the last are left out first.
std::vector<std::string> partsOf(const Progress& p) {
    std::vector<std::string> parts;
    const bool known = p.total > 0;
    if (auto percent = percentOf(p)) parts.push_back(fmt::format("{:>3}%", *percent));
    parts.push_back(known ? fmt::format("{} of {}", formatSize(p.done), formatSize(p.total)) : formatSize(p.done));
    if (known && p.done >= p.total)
        parts.emplace_back("finishing"); // all bytes are there, and are verified and put in place
    else if (p.rate)
        parts.push_back(*p.rate == 0 ? "stalled" : fmt::format("{}/s", formatSize(*p.rate)));
    if (auto left = timeLeft(p)) parts.push_back(fmt::format("{} left", roughDuration(*left)));
    return parts;
}

std::string joined(const std::vector<std::string>& parts, std::size_t count) {
    std::string line;
    for (std::size_t i = 0; i < count; ++i)
        line += (i == 0 ? "" : std::string(columnGap)) + parts[i];
    return line;
}

std::string bar(int percent, std::size_t width) {
    std::size_t inner = width - 2;
    const std::size_t filled = inner * static_cast<std::size_t>(percent) / 100;
    std::string drawn(filled, '=');
    if (filled < inner) drawn += '>';
    return fmt::format("[{:<{}}]", drawn, inner);
}

} // namespace

std::optional<int> percentOf(const Progress& p) {
    if (p.total <= 0) return std::nullopt;
    if (p.done >= p.total) return 100;
    return static_cast<int>(static_cast<double>(std::max<Bytes>(p.done, 0)) * 100 / static_cast<double>(p.total));
}

std::optional<Duration> timeLeft(const Progress& p) {
    if (p.total <= 0 || !p.rate || *p.rate <= 0 || p.done >= p.total) return std::nullopt;
    return std::chrono::seconds((p.total - p.done + *p.rate - 1) / *p.rate);
}

std::string shownLabel(std::string_view label, std::size_t columns) {
    const std::size_t room = std::min<std::size_t>(30, columns / 3);
    return room < 8 ? "" : shortened(printable(label), room); // a letter or two would be useless
}

std::string progressLine(const Progress& p, std::size_t columns) {
    // The last column stays free: a terminal would wrap there.
    const std::size_t room = columns > 1 ? columns - 1 : 0;
    std::string label = shownLabel(p.label, columns);
    if (!label.empty()) label = padRight(std::move(label), p.labelColumns) + std::string(columnGap);
    const auto parts = partsOf(p);
    std::size_t count = parts.size();
    while (count > 1 && widthOf(label) + widthOf(joined(parts, count)) > room)
        --count;
    const std::string words = joined(parts, count);
    const std::size_t used = widthOf(label) + widthOf(words);
    if (used > room) return shortened(words, room);
    auto percent = percentOf(p);
    if (label.empty() || !percent || used + 1 + narrowestBar > room) return label + words;
    // The bar follows the percentage.
    const std::size_t width = std::min(widestBar, room - used - 1);
    const std::size_t head = parts[0].size();
    return fmt::format("{}{} {}{}", label, words.substr(0, head), bar(*percent, width), words.substr(head));
}

std::string progressText(const Progress& p) {
    auto parts = partsOf(p);
    return joined(parts, parts.size());
}

} // namespace stint::cli
