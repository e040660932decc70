// The place at which to resume: how much of the part can be trusted after a crash of the process or the machine.
#pragma once
#include <optional>
#include <string>

#include "programs/transfer/sidecar.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// The end of the part that is requested again and compared byte by byte (linux.md §B), which detects a bad joint.
inline constexpr Bytes overlap = 64_KiB;

struct Resume {
    Bytes offset = 0;   ///< bytes of the part that can be trusted; the rest is cut off
    std::string reason; ///< the reason why none can be trusted, if there were some; else empty
};

/// Within one boot the part's size counts. A SIGKILL cannot make it lie: write(2) copies front to back into the page
/// cache and raises the size only over the bytes it has copied, so an interrupted write is a shorter one, and the
/// page cache survives the process. After a power loss a size proves nothing (it may be on the disk before the bytes
/// below it): then only the bytes count for which fdatasync had returned.
Resume resumeOf(const std::optional<Sidecar>& sidecar, const std::string& source, Bytes partSize,
                const std::string& boot);

} // namespace stint::transfer
