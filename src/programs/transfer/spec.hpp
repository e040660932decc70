// A person's request: one URL and one file. A job has it in its extras, which `stint get` and `stint put` write and any
// other caller may write, too; so it is checked before anything is touched.
//
// A download: "url", "output" (absolute), "checksum" ("sha256:HEX", "sha512:HEX", "auto"), "force" (boolean),
// "serverNames" (boolean), "largest" (long, bytes), "mirrors" (strings).
// An upload: "url", "source" (absolute), "protocol" ("put", "tus"), "discardOnCancel" (boolean).
// Either: "label" (for people), and the way to the server: "headers" (strings), "cookie", "cookieFile", "user",
// "netrc", "trustsRedirects" (boolean), "proxy", "noProxy", "authorities", "insecure" (boolean), "certificate",
// "certificateKey", "passphrase", "userAgent", "referer", "ipv4", "ipv6" (booleans), "resolve" (strings), "interface",
// "rate", "leastRate" (longs, bytes a second), "connectTimeout", "mostTime", "leastRateFor" (longs, seconds); and
// "retries" (long): how often it is tried again after a failure.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "programs/spool/transfers.hpp"
#include "programs/transfer/access.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// Download::checksum: use the server's own digest, which must exist.
inline constexpr const char* checksumAuto = "auto";

struct Download {
    std::string url;              ///< http, https or ftp
    std::filesystem::path output; ///< absolute; the final path
    std::string checksum = {};    ///< parseChecksum()'s, or checksumAuto; empty: the server's, if it gives one
    bool overwrite = false;       ///< a file at the target may be replaced
    bool serverNames = false;     ///< the server may name the file (Content-Disposition), within output's directory
    Bytes largest = NETWORK_BYTES_UNKNOWN; ///< a larger file is refused
    std::vector<std::string> mirrors = {}; ///< further URLs of the same file (linux.md §B), at most `mostMirrors`
    Access access = {};
};

/// `spec` with its checksum in lower case; IllegalArgument for a wrong one.
Result<Download> checked(Download spec);

struct Upload {
    enum class Protocol {
        Put, ///< one request; after a break it starts over
        Tus, ///< tus 1.0: uploads are created at the URL, and resumed at the server's offset
    };

    std::string url;              ///< http, https; Put: ftp too. One that ends with a slash gets the file's name
    std::filesystem::path source; ///< absolute
    Protocol protocol = Protocol::Put;
    std::filesystem::path records = {}; ///< Tus: the directory of UploadRecords; created if missing
    bool discardOnCancel = false;       ///< Tus: when the job is cancelled, the server must delete the bytes it has
    Access access = {};
};

/// `spec` with its whole URL; IllegalArgument for a wrong one.
Result<Upload> checked(Upload spec);

struct TransferSpec {
    Download download;            ///< unused for an upload
    std::optional<Upload> upload; ///< if "source" is set
    std::string label;
    std::optional<std::int64_t> retries; ///< how often it is tried again after a failure; none: without end
};

TransferSpec specOf(const PersistableBundle& extras);

/// Its entry in the ledger, which says where its leftovers are (programs/spool/transfers.hpp).
LedgerEntry entryOf(const TransferSpec&);

/// True if both transfer the same file to the same place, so that one can resume the other.
bool sameGoal(const TransferSpec&, const TransferSpec&);

} // namespace stint::transfer
