// The fleet's diary (fleet.md §2.3): who did what to what, and when. Each entry has the hash of the one before it, so
// that nothing can be changed, or be left out, without all that follows being another: whoever has noted one hash can
// tell. An entry is canonical JSON, and one value has one text. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

enum class Act : std::uint8_t {
    Start,
    Pause,
    Resume,
    Retry,
    Cancel,
    Set,
    Operators,
    Invite,
    Certificate,
    Label,
    Remove,
    Leave,
    Stop,
    Cloned,
};
struct ActRow {
    Act act;
    std::string_view word;
    std::string_view told; ///< after who did it, and before what it was done to
};
// clang-format off
inline constexpr auto actRows = std::to_array<ActRow>({
    {Act::Start, "start", "started"},
    {Act::Pause, "pause", "paused"},
    {Act::Resume, "resume", "resumed"},
    {Act::Retry, "retry", "gave once more to those that failed"},
    {Act::Cancel, "cancel", "cancelled"},
    {Act::Set, "set", "set the desired state, version"},
    {Act::Operators, "operators", "made the list of operators"},
    {Act::Invite, "invite", "lets devices join by"},
    {Act::Certificate, "certificate", "gave a certificate to"},
    {Act::Label, "label", "labelled"},
    {Act::Remove, "remove", "removed"},
    {Act::Leave, "leave", "left the fleet:"},
    {Act::Stop, "stop", "stopped, for too many failed in,"},
    {Act::Cloned, "cloned", "found there twice, or put back,"},
});
// clang-format on
std::string_view wordOf(Act act);

struct AuditEntry {
    Bytes number = 0; ///< from 1 on
    WallTime at{};
    std::string by;     ///< operators' names, root, the server, or the device
    std::string act;    ///< a word of the table, or of a newer one
    std::string of;     ///< a campaign, a device, or a list's version
    std::string words;  ///< more of it, for people; empty: there is no more
    std::string paper;  ///< SHA-256 of the document that was signed for it; empty: none was
    std::string before; ///< that of the text of the entry before it; empty: there is none, or none any more

    bool operator==(const AuditEntry&) const = default;
};

inline constexpr std::size_t longestAuditEntry = 4'096; ///< PROPOSAL: bytes of its text

/// Words that are too long are cut.
std::string textOf(const AuditEntry& entry);
/// IllegalArgument: the text is not what textOf() writes.
Result<AuditEntry> auditEntryIn(std::string_view text);

/// Entries that are read in their order.
class AuditChain {
public:
    /// The next one. IllegalArgument: it is none, or does not follow the one before it; what comes after it has to
    /// follow it all the same.
    Result<AuditEntry> follow(std::string_view text);
    /// The number of the last one; 0: none was read.
    Bytes last() const { return last_; }
    /// Its hash.
    const std::string& hash() const { return hash_; }

private:
    Bytes last_ = 0;
    std::string hash_;
};

} // namespace stint::fleet
