// A hello's trace, by which a device that there is twice, or that was put back to an older state, is noticed (fleet.md
// §3.1). A device has the next one on its disk before it says it, and draws that once the server has answered to the
// one before: so of two that have gone on from one state each lacks what the other has drawn. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "fleet/document/value.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

struct Trace {
    std::uint32_t number = 0; ///< counts up in an enrolment; 0: the device has none yet, or has lost it
    Bytes draw = 0;   ///< by chance, of that number; of what a server has heard, 0: it does not know it any more
    Bytes before = 0; ///< that of the number before, which the server had answered to; 0: there is none

    bool operator==(const Trace&) const = default;
};

/// The one after that, or after the number that the server knows of a device that has none.
inline Trace traceAfter(const Trace& said, std::uint32_t known, Bytes draw) {
    return {(said.number == 0 ? known : said.number) + 1, draw, said.draw};
}

/// The last that was heard of the device, when it says that one; nullopt: no single device has said both. What a power
/// cut may take of an honest one is its last commit: then it says the trace before once more, or another draw after the
/// same one.
std::optional<Trace> heardAfter(const Trace& last, const Trace& said);

Value valueOf(const Trace& trace);
Result<Trace> traceFrom(const Value& value);

} // namespace stint::fleet
