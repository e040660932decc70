// The numbers of an app's standing with its limits, which Connection returns: its standby bucket and its importance.
#pragma once
#include <cstdint>

namespace stint {

/// The standby buckets (limits.md §2.1): the lower the number, the less restricted.
struct StandbyBucket {
    static constexpr std::int32_t EXEMPTED = 5;
    static constexpr std::int32_t ACTIVE = 10;
    static constexpr std::int32_t WORKING_SET = 20;
    static constexpr std::int32_t FREQUENT = 30;
    static constexpr std::int32_t RARE = 40;
    static constexpr std::int32_t RESTRICTED = 45;
    static constexpr std::int32_t NEVER = 50;
};

/// The importance of an app to the user (limits.md §9): the lower the number, the more important.
struct Importance {
    static constexpr std::int32_t FOREGROUND = 100; ///< the app that the user looks at
    static constexpr std::int32_t FOREGROUND_SERVICE = 125;
    static constexpr std::int32_t VISIBLE = 200; ///< on screen, not on top
    static constexpr std::int32_t PERCEPTIBLE = 230;
    static constexpr std::int32_t SERVICE = 300; ///< one of its jobs runs
    static constexpr std::int32_t CACHED = 400;
    static constexpr std::int32_t GONE = 1000;
};

} // namespace stint
