#include "transfer/wording.hpp"

#include <fmt/core.h>

#include "base/time.hpp"

namespace stint::transfer {

std::string describe(const Progress& progress) {
    std::string text = formatSize(progress.inPlace);
    if (progress.phase == Progress::Phase::Finishing)
        text = fmt::format("finishing {}", text);
    else if (progress.total)
        text += fmt::format(" of {}", formatSize(*progress.total));
    if (!progress.anew.empty()) text += fmt::format(" (begun anew: {})", progress.anew);
    return text;
}

} // namespace stint::transfer
