// Which message may bring descriptors. sd-bus (252) drops a malformed message without closing what came with it: a
// stranger who sends such messages would take all descriptors that stintd may have. So only what sd-bus cannot find
// malformed gets any: a call of one of our methods, with the header that such a call has and no more.
#pragma once
#include <cstddef>
#include <string_view>

namespace stint {

/// Bytes; no such header is longer, in whichever order its fields stand.
inline constexpr std::size_t longestBearer = 256;

/// Whether `header`, from the first byte of a message to the end of its padding, is that of such a call with so many
/// descriptors, in this machine's byte order. One with a sender or a destination is not.
bool mayBear(std::string_view header, std::size_t descriptors);

} // namespace stint
