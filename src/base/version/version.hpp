// The build that a program is of, for bug reports, and for whoever finds programs of two builds beside each other.
#pragma once
#include <span>
#include <string_view>

namespace stint {

struct Build {
    std::string_view version; ///< "0.1.0"
    std::string_view commit;  ///< git's, in full, "-changed" behind it where files are not the commit's; empty: unknown
    int storeSchema = 0;      ///< the version of the store that this build writes
    std::span<const std::string_view> features; ///< the parts that may be left out, and are in
};

/// The build of this very program. A debug build with tests knows no commit: it would be linked anew after each.
const Build& ownBuild();

} // namespace stint
