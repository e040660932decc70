// The numbers of how an app stands with its limits, which Connection tells: its standby bucket and its importance.
#pragma once
#include <cstdint>

namespace stint {

/// limits.md §2.1; the lower, the less restricted.
struct StandbyBucket {
    static constexpr std::int32_t EXEMPTED = 5;
    static constexpr std::int32_t ACTIVE = 10;
    static constexpr std::int32_t WORKING_SET = 20;
    static constexpr std::int32_t FREQUENT = 30;
    static constexpr std::int32_t RARE = 40;
    static constexpr std::int32_t RESTRICTED = 45;
    static constexpr std::int32_t NEVER = 50;
};

/// limits.md §9: what of an app the user has to do with; the lower, the more.
struct Importance {
    static constexpr std::int32_t FOREGROUND = 100; ///< what the user looks at
    static constexpr std::int32_t FOREGROUND_SERVICE = 125;
    static constexpr std::int32_t VISIBLE = 200; ///< on screen, not on top
    static constexpr std::int32_t PERCEPTIBLE = 230;
    static constexpr std::int32_t SERVICE = 300; ///< a job of it runs
    static constexpr std::int32_t CACHED = 400;
    static constexpr std::int32_t GONE = 1000;
};

} // namespace stint
