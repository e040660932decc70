// The sidecar: what must be known of a part to go on from it, in .NAME.stint-state beside it. JSON, replaced whole by
// a rename. It may be missing, older than its part, or damaged: then less is resumed, and never something wrong. No URL
// stands in it, for one may hold a password or be one: fingerprints tell apart as well. The store has the URL.
//
// The order of writing that makes it so. A file is begun anew by: sidecar removed (and that made durable), part cut to
// nothing, sidecar of the new version, its bytes. So bytes of one version never stand under another's validator,
// wherever the process is killed. The durable offset is raised only after fdatasync of the part returned.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"
#include "transfer/answer.hpp"
#include "transfer/part_place.hpp"

namespace stint::transfer {

struct Sidecar {
    std::string source;   ///< sourceOf() the URL
    std::string location; ///< where the redirects ended: Asked::location
    Validator validator;
    std::optional<Bytes> total;
    std::string boot;                ///< the boot in which the part's size can be trusted
    Bytes durable = 0;               ///< bytes that fdatasync has put on the disk
    std::string anew;                ///< why the file was begun anew, if it was: the person is told at the end
    std::string digest;              ///< of this version, as the server gave it; empty: it gave none
    std::string name;                ///< the server's, for the file; empty: it gave none, or is not asked
    std::string checksum;            ///< Download::checksum of a finished one
    std::uint64_t finishedInode = 0; ///< not 0: all is there; this inode is, or becomes, the target

    bool operator==(const Sidecar&) const = default;
};

std::string encode(const Sidecar&);
/// nullopt for what encode() would not write.
std::optional<Sidecar> decode(std::string_view text);

enum class Durability { InThisBoot, OverPowerLoss };

/// Names what is downloaded, whoever asks for it: a fingerprint of `url` without name and password.
std::string sourceOf(const std::string& url);

/// nullopt where there is none of ours, or one that is damaged.
std::optional<Sidecar> loadSidecar(const PartPlace& place);
Result<void> saveSidecar(const PartPlace& place, const Sidecar& sidecar, Durability durability);
/// Removes it, and where there was one makes that durable.
Result<void> removeSidecar(const PartPlace& place);

} // namespace stint::transfer
