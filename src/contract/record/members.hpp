// The members of a plain struct, as a tuple of references. The caller gives their count: a struct with more or fewer
// members does not compile.
#pragma once
#include <cstddef>
#include <tuple>
#include <type_traits>

namespace stint::record {

// clang-format off
template <std::size_t Count, class T> constexpr auto membersOf(T& value) {
    static_assert(Count <= 24, "add lines here");
    if constexpr (Count == 0) { static_assert(std::is_empty_v<T>); return std::tuple<>{}; }
    else if constexpr (Count == 1) { auto& [m1] = value; return std::tie(m1); }
    else if constexpr (Count == 2) { auto& [m1, m2] = value; return std::tie(m1, m2); }
    else if constexpr (Count == 3) { auto& [m1, m2, m3] = value; return std::tie(m1, m2, m3); }
    else if constexpr (Count == 4) { auto& [m1, m2, m3, m4] = value; return std::tie(m1, m2, m3, m4); }
    else if constexpr (Count == 5) { auto& [m1, m2, m3, m4, m5] = value; return std::tie(m1, m2, m3, m4, m5); }
    else if constexpr (Count == 6) { auto& [m1, m2, m3, m4, m5, m6] = value; return std::tie(m1, m2, m3, m4, m5, m6); }
    else if constexpr (Count == 7) { auto& [m1, m2, m3, m4, m5, m6, m7] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7); }
    else if constexpr (Count == 8) { auto& [m1, m2, m3, m4, m5, m6, m7, m8] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8); }
    else if constexpr (Count == 9) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9); }
    else if constexpr (Count == 10) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10); }
    else if constexpr (Count == 11) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11); }
    else if constexpr (Count == 12) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12); }
    else if constexpr (Count == 13) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13); }
    else if constexpr (Count == 14) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14); }
    else if constexpr (Count == 15) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15); }
    else if constexpr (Count == 16) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16); }
    else if constexpr (Count == 17) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17); }
    else if constexpr (Count == 18) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18); }
    else if constexpr (Count == 19) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19); }
    else if constexpr (Count == 20) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20); }
    else if constexpr (Count == 21) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21); }
    else if constexpr (Count == 22) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22); }
    else if constexpr (Count == 23) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23); }
    else if constexpr (Count == 24) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24] = value; return std::tie(m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22, m23, m24); }
}
// clang-format on

} // namespace stint::record
