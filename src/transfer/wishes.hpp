// What a job of the transfer app is asked to do, in its extras. `stint get` and `stint put` write them, and any caller
// may; each wish is checked where it begins.
//
// A download: "url", "output" (absolute), "checksum" ("sha256:HEX", "sha512:HEX", "auto"), "force" (boolean),
// "serverNames" (boolean), "largest" (long, bytes).
// An upload: "url", "source" (absolute), "protocol" ("put", "tus"), "discardOnCancel" (boolean).
// Either: "label" (for people), and how the server is reached: "headers" (strings), "cookie", "cookieFile", "user",
// "netrc", "trustsRedirects" (boolean), "proxy", "noProxy", "authorities", "rate", "leastRate" (longs, bytes a second),
// "leastRateFor" (long, seconds).
#pragma once
#include <optional>
#include <string>

#include "stint/bundle.hpp"
#include "transfer/download.hpp"
#include "transfer/upload.hpp"

namespace stint::transfer {

struct Wish {
    Download download;            ///< of no use beside an upload
    std::optional<Upload> upload; ///< "source" is there
    std::string label;
};

Wish wishOf(const PersistableBundle& extras);

/// Whether both end in the same file in the same place, so that what one keeps is of use to the other.
bool sameGoal(const Wish&, const Wish&);

} // namespace stint::transfer
