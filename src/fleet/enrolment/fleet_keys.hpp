// The keys that the fleet's server signs with, and the list that it hands on (fleet.md §3, §6.1): files of its
// directory. It has no key of root's or of an operator's.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "fleet/enrolment/files.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

struct FleetKeys {
    Fleet fleet;
    SecretKey enrolment, statement;
    Signed operators;                         ///< the newest list
    Operators list;                           ///< the same, read
    std::map<std::uint32_t, Operators> lists; ///< all of root's that are known, by their versions

    static constexpr const char *enrolmentFile = "enrolment.key", *statementFile = "statement.key";
    /// $XDG_STATE_HOME/stint/fleet-server.
    static std::filesystem::path directory();
    /// The version of the newest list there; 0: there is none.
    static Result<std::uint32_t> newestVersionIn(const std::filesystem::path& directory);
    /// Storage: something is missing or damaged; Security: it is another user's, others may read what is secret, or the
    /// newest list is not root's, or names other keys than these.
    static Result<FleetKeys> open(const std::filesystem::path& directory);
    /// The list that stood then, as far as root's clock tells: a word of an operator's stands though he is none any
    /// more.
    const Operators& listAt(WallTime time) const;
    /// Root's list, which may be an older one; its version. Security: it is not root's.
    Result<std::uint32_t> remember(const Signed& given);
    /// The list in it, if takeOperators() would take it. Errors of that.
    Result<Operators> checkNewer(const Signed& given) const;
    /// A newer list of root's is the one that counts from now on: on the disk when it returns. Security: it is not
    /// root's, or names other keys; IllegalState: it is not newer.
    Result<void> takeOperators(const std::filesystem::path& directory, const Signed& given);
};

/// The files of a list of operators: the signature first, so that a list that is there has one.
Result<void> writeOperators(const Folder& folder, std::uint32_t version, const Signed& given);
/// "operators-7.json".
std::string operatorsFile(std::uint32_t version);

} // namespace stint::fleet
