#include "programs/transfer/resume.hpp"

namespace stint::transfer {

Resume resumeOf(const std::optional<Sidecar>& sidecar, const std::string& source, Bytes partSize,
                const std::string& boot) {
    if (partSize == 0) return {};
    if (!sidecar) return {0, "the record of what was there is missing or damaged"};
    if (sidecar->source != source) return {0, "what was there came from another URL"};
    if (!sidecar->validator.proves()) return {0, "the server cannot resume"};
    // An empty boot id never matches: if the kernel has none, every run counts as one after a power loss.
    const bool sameBoot = sidecar->boot == boot && !boot.empty();
    const Bytes offset = sameBoot ? partSize : sidecar->durable;
    if (partSize < offset || (sidecar->total && *sidecar->total < offset))
        return {0, "what was there does not fit its record"};
    return {offset, {}};
}

} // namespace stint::transfer
