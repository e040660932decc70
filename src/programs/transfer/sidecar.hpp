// The sidecar: the record by which a part is resumed, in .NAME.stint-state beside it; and the place at which to
// resume: how much of the part can be trusted after a crash of the process or the machine. JSON, replaced whole by a
// rename. It may be missing, older than its part, or damaged: then less is resumed, but never wrong bytes. It holds
// fingerprints in place of URLs, which may contain passwords. The store has the URL.
//
// The order of writing ensures that. To start over: remove the sidecar (and sync that), truncate the part, write the
// sidecar of the new version, then its bytes. So bytes of one version never stand under another's validator, wherever
// the process is killed. The durable offset is raised only after fdatasync of the part returned. A part that its buffer
// holds has no sidecar before its bytes are flushed, and none at all where they are flushed as a whole and put in
// place.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "programs/transfer/part_file.hpp"
#include "programs/transfer/response.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

struct Sidecar {
    std::string source;   ///< sourceOf() the URL that the last bytes came from
    bool joined = false;  ///< the bytes before came from other sources: a wrong digest accuses none of them
    std::string location; ///< where the redirects ended: Asked::location
    Validator validator;
    std::optional<Bytes> total;
    std::string boot;                ///< the boot in which the part's size can be trusted
    Bytes durable = 0;               ///< bytes that fdatasync has put on the disk
    std::string anew;                ///< the reason why the download started over, if it did: shown to the person at
                                     ///< the end
    std::string digest;              ///< the server's digest of this version; empty: it gave none
    std::string name;                ///< the server's file name; empty: it gave none, or is not asked
    std::string checksum;            ///< Download::checksum of a finished download
    std::uint64_t finishedInode = 0; ///< not 0: complete; this inode is, or becomes, the target

    bool operator==(const Sidecar&) const = default;
};

std::string encode(const Sidecar&);
/// nullopt for anything that encode() does not write.
std::optional<Sidecar> decode(std::string_view text);

enum class Durability { InThisBoot, OverPowerLoss };

/// A fingerprint of `url` without name and password.
std::string sourceOf(const std::string& url);

/// nullopt if there is none of ours, or a damaged one. An Error: the record cannot be read now, so the received bytes
/// must not be judged by it.
Result<std::optional<Sidecar>> loadSidecar(const PartPlace& place);
Result<void> saveSidecar(const PartPlace& place, const Sidecar& sidecar, Durability durability);
/// Removes it, and syncs that if there was one.
Result<void> removeSidecar(const PartPlace& place);

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
