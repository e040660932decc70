// A device's place in its fleet, on its disk (fleet.md §3): its key, which fleet it is, and what it believes. What it
// believed last is what it begins with; a paper that is damaged, or that somebody else may have written, is told and
// fetched again.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/files.hpp"
#include "fleet/enrolment/words.hpp"
#include "fleet/trust/trace.hpp"
#include "fleet/trust/trust.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

class Identity {
public:
    /// $XDG_STATE_HOME/stint/fleet.
    static std::filesystem::path directory();

    /// nullopt: the device has joined no fleet. Security: the directory, the key or the root is another user's, or
    /// others may write or read what they may not; Storage: the key or the root is damaged, and the device has to join
    /// anew.
    static Result<std::optional<Identity>> open(const std::filesystem::path& directory, std::string_view device,
                                                std::string_view boot, Instant now);

    /// The key of a device that is to join: made where it is not there, and on the disk when it returns, so that a
    /// question that is asked again has the same. IllegalState: the device is in a fleet.
    static Result<SecretKey> keyToJoin(const std::filesystem::path& directory);
    /// The device is in the fleet of that code, by an answer to a question of keyToJoin(). Security: the answer is not
    /// that fleet's, or not for this device and its key; nothing was written.
    static Result<Identity> join(const std::filesystem::path& directory, const JoinCode& code, const JoinAnswer& answer,
                                 std::string_view device, std::string_view boot, Instant now);

    /// The device is in no fleet any more: nothing of one is left in the directory, whatever dies meanwhile.
    static Result<void> leave(const std::filesystem::path& directory);

    const Fleet& fleet() const { return fleet_; }
    const SecretKey& key() const { return key_; }
    const Trust& trust() const { return trust_; }
    /// That of its next hello (§3.1), which is on the disk.
    const Trace& trace() const { return trace_; }
    /// The papers that were on the disk and are not used.
    const std::vector<std::string>& troubles() const { return troubles_; }

    // Trust's own; what is taken is on the disk when it returns.
    Result<void> takeOperators(const Signed& given);
    Result<void> takeCertificate(const Signed& given);
    Result<void> takeStatement(const Signed& given, Instant now);
    /// The fleet's time is on the disk when it returns, with the boot in which it was (§6.3), so that a restart makes
    /// no old statement fresh. In another boot it is at least what it was then.
    Result<void> keepTime(Instant now) const;
    /// The server has answered to a hello with that trace, and knows that number of a device that had none: the next
    /// one is on the disk when it returns.
    Result<void> takeTrace(const Trace& answered, std::uint32_t known);

private:
    Identity(Folder folder, Fleet fleet, SecretKey key, std::string_view device, std::string_view boot)
        : folder_(std::move(folder)), fleet_(std::move(fleet)), key_(std::move(key)), device_(device), boot_(boot),
          trust_(fleet_.root) {}
    void readPapers(Instant now);
    Result<void> readTime(Instant now);
    Result<void> readTrace();
    Result<void> take(const char* file, const Signed& given, Instant now);
    Result<void> keep(const char* file, const Signed& given) const;

    Folder folder_;
    Fleet fleet_;
    SecretKey key_;
    std::string device_, boot_;
    Trust trust_;
    Trace trace_;
    std::vector<std::string> troubles_;
};

/// A question to join by that code, with its signature, as it is sent. IllegalArgument: it cannot be signed.
Result<std::string> questionToJoin(const SecretKey& key, JoinQuestion question, const JoinCode& code);
/// A question to have the certificate renewed.
Result<std::string> questionToRenew(const SecretKey& key, JoinQuestion question);

} // namespace stint::fleet
