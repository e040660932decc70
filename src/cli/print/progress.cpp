#include "cli/print/progress.hpp"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

#include "base/time.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t narrowestBar = 10;
constexpr std::size_t widestBar = 40;

/// Parts in their order in the line; the last are left out first.
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

void RateMeter::sample(Duration at, Bytes done) {
    if (!samples_.empty() && done < samples_.back().done) samples_.clear();
    samples_.push_back({at, done});
    // Keep one sample older than the window, so that the rate covers a whole window.
    while (samples_.size() > 2 && samples_[1].at <= at - window)
        samples_.pop_front();
}

std::optional<Bytes> RateMeter::rate(Duration now) const {
    if (samples_.size() < 2) return std::nullopt;
    if (now - samples_.back().at >= stall) return 0;
    const Duration span = samples_.back().at - samples_.front().at;
    if (span < 500ms) return std::nullopt;
    return (samples_.back().done - samples_.front().done) * 1000 / span.count();
}

std::optional<int> percentOf(const Progress& p) {
    if (p.total <= 0) return std::nullopt;
    if (p.done >= p.total) return 100;
    return static_cast<int>(static_cast<double>(std::max<Bytes>(p.done, 0)) * 100 / static_cast<double>(p.total));
}

std::optional<Duration> timeLeft(const Progress& p) {
    if (p.total <= 0 || !p.rate || *p.rate <= 0 || p.done >= p.total) return std::nullopt;
    return std::chrono::seconds((p.total - p.done + *p.rate - 1) / *p.rate);
}

std::string progressLine(const Progress& p, std::size_t columns) {
    // The last column stays free: a terminal would wrap there.
    const std::size_t room = columns > 1 ? columns - 1 : 0;
    auto parts = partsOf(p);
    std::size_t count = parts.size();
    while (count > 1 && widthOf(joined(parts, count)) > room)
        --count;
    std::string words = joined(parts, count);
    const std::size_t used = widthOf(words);
    if (used > room) return shortened(words, room);

    // A label of a letter or two is useless.
    const std::size_t labelRoom = std::min<std::size_t>(30, room / 3);
    std::string label = labelRoom < 8 ? "" : shortened(printable(p.label), labelRoom);
    const std::size_t labelled = used + widthOf(label) + columnGap.size();
    if (label.empty() || labelled > room) return words;
    auto percent = percentOf(p);
    if (!percent || labelled + 1 + narrowestBar > room) return fmt::format("{}{}{}", label, columnGap, words);
    // The bar follows the percentage.
    const std::size_t width = std::min(widestBar, room - labelled - 1);
    const std::size_t head = parts[0].size();
    return fmt::format("{}{}{} {}{}", label, columnGap, words.substr(0, head), bar(*percent, width),
                       words.substr(head));
}

std::string progressText(const Progress& p) {
    auto parts = partsOf(p);
    return joined(parts, parts.size());
}

} // namespace stint::cli
