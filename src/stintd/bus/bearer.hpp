// The messages that may bring descriptors. sd-bus (252) drops a malformed message without closing the descriptors that
// came with it: a stranger who sends such messages would use up all descriptors that stintd may have. So only a message
// that sd-bus cannot find malformed gets any: a call of one of our methods, with the header of such a call and no more.
#pragma once
#include <cstddef>
#include <string_view>

namespace stint {

/// The most bytes that such a header has, in whichever order its fields stand.
inline constexpr std::size_t longestBearer = 256;

/// True if `header`, from the first byte of a message to the end of its padding, is that of such a call with that many
/// descriptors, in this machine's byte order. A header with a sender or a destination is not.
bool mayBear(std::string_view header, std::size_t descriptors);

} // namespace stint
