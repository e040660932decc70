#include "base/version/version.hpp"

#include <array>

#include "commit.inc"
#include "facts.inc"

namespace stint {

const Build& ownBuild() {
    static constexpr Build build{
        .version = builtVersion, .commit = builtCommit, .storeSchema = builtSchema, .features = builtFeatures};
    return build;
}

} // namespace stint
