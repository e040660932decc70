#include "programs/transfer/ending.hpp"

#include <fmt/core.h>

#include "base/time/time.hpp"

namespace stint::transfer {

std::string describe(const Progress& progress) {
    std::string text = formatSize(progress.inPlace);
    if (progress.phase == Progress::Phase::Finishing)
        text = fmt::format("finishing {}", text);
    else if (progress.total)
        text += fmt::format(" of {}", formatSize(*progress.total));
    if (!progress.from.empty()) text += fmt::format(" from {}", progress.from);
    if (!progress.anew.empty()) text += fmt::format(" (begun anew: {})", progress.anew);
    return text;
}

Ending sent(const Upload& upload, Bytes size, const std::string& place, const std::string& anew) {
    std::string text = fmt::format("sent {} ({}) to {}", upload.source.native(), formatSize(size), place);
    if (!anew.empty()) text += fmt::format("; begun anew: {}", anew);
    return {Fate::Done, ends::ok, std::move(text)};
}

} // namespace stint::transfer
