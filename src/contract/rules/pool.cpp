#include "contract/rules/pool.hpp"

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint {
namespace {

constexpr std::size_t longestName = 200;

std::int32_t runsOf(const Context& c) {
    const std::int32_t* const runs =
        c.world.pools ? findIn(*c.world.pools, std::pair(c.gateKey.app, c.gateKey.pool)) : nullptr;
    return runs ? *runs : 0;
}

} // namespace

Result<void> checkPool(const StartTerms& terms) {
    if (terms.pool.empty() && terms.poolDepth == 0) return {};
    if (terms.pool.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "a depth without a pool: name the pool");
    if (terms.pool.str().size() > longestName)
        return fail(Errc::ILLEGAL_ARGUMENT, "a pool's name has {} bytes; at most {} are allowed",
                    terms.pool.str().size(), longestName);
    if (terms.poolDepth < 1 || terms.poolDepth > mostPoolDepth)
        return fail(Errc::ILLEGAL_ARGUMENT, "the depth of a pool is {}; it must be from 1 to {}", terms.poolDepth,
                    mostPoolDepth);
    return {};
}

Verdict poolGate(const Context& c) {
    if (c.gateKey.pool.empty() || runsOf(c) < c.gateKey.poolDepth) return Verdict::yes();
    return Verdict::untilEvent(PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION);
}

std::string describePool(const Context& c) {
    return fmt::format("{} of \"{}\" run, and {} may at once", runsOf(c), printable(c.gateKey.pool.str()),
                       c.gateKey.poolDepth);
}

ReadSet readByPool(const GateKey& gateKey) { return gateKey.pool.empty() ? 0 : only(Reads::Pool); }

} // namespace stint
