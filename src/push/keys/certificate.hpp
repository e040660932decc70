// The certificates by which the machines of a cluster know each other (push.md §3.3): an authority that each of them
// makes of the secret that they share, always the same, and a certificate by it for one's own address.
#pragma once
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::push {

/// All in PEM.
struct Certified {
    std::string authority, certificate, key;
};
/// A new pair of keys, certified for that numeric address. `secret` has 32 bytes. IllegalArgument: it is no address.
Result<Certified> certifiedFor(std::string_view address, std::string_view secret, WallTime now);

} // namespace stint::push
