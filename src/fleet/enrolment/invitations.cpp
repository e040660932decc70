#include "fleet/enrolment/invitations.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/document/query.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "fleet/enrolment/files.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr const char *invitationsDirectory = "invitations", *usedSuffix = ".used";
constexpr Bytes longestInvitationFile = 16 << 10, longestUses = Bytes{mostUses} * 256;
constexpr std::size_t mostLabelsOfOne = 32; // PROPOSAL
constexpr std::size_t mostRead = 64;

std::string_view labelRule(std::string_view text) {
    const auto parts = splitAt(text, "=");
    return parts.size() == 2 && isLabelName(parts[0]) && isLabelValue(parts[1]) ? "" : "a label, NAME=VALUE";
}

// clang-format off
constexpr auto invitationFields = std::to_array<Field<Invitation>>({
    {.key = "id", .member = &Invitation::id, .limits = {invitationIdLength, invitationIdLength}, .must = true,
     .meaning = "its name", .rule = crockfordRule},
    {.key = "secret", .member = &Invitation::secret, .limits = {invitationSecretLength, invitationSecretLength},
     .must = true, .meaning = "its secret", .rule = crockfordRule},
    {.key = "labels", .member = &Invitation::labels, .limits = {1, mostLabelsOfOne},
     .meaning = "the labels of who joins by it", .rule = labelRule},
    {.key = "uses", .member = &Invitation::uses, .limits = {1, mostUses}, .must = true,
     .meaning = "how many may join by it"},
    {.key = "made", .member = &Invitation::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "until", .member = &Invitation::until, .limits = anyTime, .must = true, .meaning = "when it ends"},
});
// clang-format on

std::string random32(std::size_t bytes) {
    std::string made(bytes, '\0');
    randombytes_buf(made.data(), made.size());
    return push::in32(made, push::crockford);
}

std::string textOfInvitation(const Invitation& invitation) { return jsonOf({tableOf(invitationFields, invitation)}); }

Result<Invitation> invitationIn(std::string_view text) {
    return paperIn<Invitation>(text, "the invitation", invitationFields, textOfInvitation);
}

std::string_view nameOfLabel(std::string_view label) { return label.substr(0, label.find('=')); }

std::string lineOf(std::string_view device, std::string_view key) { return fmt::format("{} {}", device, key); }

} // namespace

std::map<std::string, std::string, std::less<>> Invitation::labelTable() const {
    std::map<std::string, std::string, std::less<>> table;
    for (const std::string& label : labels)
        table.insert_or_assign(std::string(nameOfLabel(label)), label.substr(nameOfLabel(label).size() + 1));
    return table;
}

Result<std::vector<std::string>> labelsIn(std::string_view text) {
    std::vector<std::string> labels;
    for (const std::string_view label : splitAt(text, ",")) {
        if (!labelRule(label).empty())
            return fail(Errc::ILLEGAL_ARGUMENT,
                        "\"{}\" is no label: it is NAME=VALUE, the name in small letters, digits, -, _ and .",
                        printable(headOf(label, 100)));
        labels.emplace_back(label);
    }
    std::ranges::sort(labels);
    const auto twice = std::ranges::adjacent_find(labels, {}, nameOfLabel);
    if (twice != labels.end()) return fail(Errc::ILLEGAL_ARGUMENT, "the label {} is there twice", nameOfLabel(*twice));
    if (labels.size() > mostLabelsOfOne)
        return fail(Errc::ILLEGAL_ARGUMENT, "these are {} labels: {} may be given", labels.size(), mostLabelsOfOne);
    return labels;
}

Result<Invitations> Invitations::open(const std::filesystem::path& server) {
    std::filesystem::path directory = server / invitationsDirectory;
    STINT_TRY(push::makePrivateDirectory(directory));
    auto folder = STINT_TRY(Folder::open(directory));
    return Invitations(std::move(directory), std::move(folder));
}

Result<Invitation> Invitations::make(std::vector<std::string> labels, std::uint32_t uses, Duration expires,
                                     WallTime now) const {
    if (uses < 1 || uses > mostUses)
        return fail(Errc::ILLEGAL_ARGUMENT, "an invitation has 1 to {} uses, not {}", mostUses, uses);
    if (expires < 1min || expires > longestInvitation)
        return fail(Errc::ILLEGAL_ARGUMENT, "an invitation serves for 1min to {}, not {}",
                    formatDuration(longestInvitation), formatDuration(expires));
    std::size_t serving = 0;
    std::error_code failed;
    for (auto each = std::filesystem::directory_iterator(directory_, failed); !failed && each != end(each);
         each.increment(failed)) {
        const auto one = find(each->path().filename().string());
        if (!one.ok() || !*one) continue;
        if (now < (*one)->until) ++serving;
        if (now < (*one)->until + keptAfterEnd) continue;
        STINT_TRY(folder_.remove((*one)->id));
        STINT_TRY(folder_.remove((*one)->id + usedSuffix));
    }
    if (failed) return fail(Errc::SYSTEM, "cannot list {}: {}", directory_.string(), failed.message());
    if (serving >= mostInvitations)
        return fail(Errc::LIMIT_EXCEEDED, "{} invitations serve at a time, and so many do", mostInvitations);
    Invitation made{.id = random32(5),
                    .secret = random32(16),
                    .labels = std::move(labels),
                    .uses = uses,
                    .made = now,
                    .until = now + expires};
    const std::string text = textOfInvitation(made);
    const auto read = STINT_TRY(invitationIn(text)); // its labels are the caller's
    STINT_CHECK(read == made);
    STINT_TRY(push::writePrivateFile(folder_, made.id, text));
    return made;
}

Result<std::optional<Invitation>> Invitations::find(std::string_view id) const {
    const std::string name(id);
    if (id.size() != invitationIdLength || !crockfordRule(id).empty()) return std::optional<Invitation>();
    const auto text = STINT_TRY(readOwn(folder_, name, longestInvitationFile, Secrecy::Secret));
    if (!text) return std::optional<Invitation>();
    auto invitation = invitationIn(*text);
    if (!invitation.ok() || invitation->id != id)
        return fail(Errc::STORAGE, "{} is damaged", folder_.at(name).string());
    return std::optional(*std::move(invitation));
}

Result<Invitations::Uses*> Invitations::usesOf(const std::string& id) {
    if (auto* const known = findIn(read_, id)) return known;
    if (read_.size() >= mostRead) read_.clear();
    const auto text = STINT_TRY(readOwn(folder_, id + usedSuffix, longestUses, Secrecy::Secret));
    Uses uses;
    for (std::string_view rest = text ? std::string_view(*text) : std::string_view{};;) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) break; // what follows was cut off, before its certificate was answered
        uses.lines.emplace(rest.substr(0, end));
        uses.count++;
        uses.end += static_cast<Bytes>(end) + 1;
        rest.remove_prefix(end + 1);
    }
    return &read_.insert_or_assign(id, std::move(uses)).first->second;
}

Result<bool> Invitations::hasLetIn(const Invitation& invitation, std::string_view device, std::string_view key) {
    const Uses* const uses = STINT_TRY(usesOf(invitation.id));
    return uses->lines.contains(lineOf(device, key));
}

Result<void> Invitations::use(const Invitation& invitation, std::string_view device, std::string_view key) {
    Uses* const uses = STINT_TRY(usesOf(invitation.id));
    std::string line = lineOf(device, key);
    if (uses->lines.contains(line)) return {};
    if (uses->count >= invitation.uses)
        return fail(Errc::REFUSED, "the invitation has been used {} times, and is used up", uses->count);
    const std::string name = invitation.id + usedSuffix;
    const Fd file = STINT_TRY(push::privateFile(folder_.at(name)));
    const std::string written = line + "\n";
    const bool isKept = ::ftruncate(file.get(), uses->end) == 0 &&
                        ::pwrite(file.get(), written.data(), written.size(), uses->end) == std::ssize(written) &&
                        ::fsync(file.get()) == 0;
    if (!isKept) {
        auto refused = diskRefused("write", folder_.at(name));
        [[maybe_unused]] const int ignored = ::ftruncate(file.get(), uses->end);
        return refused;
    }
    if (uses->end == 0) STINT_TRY(folder_.sync());
    uses->lines.insert(std::move(line));
    uses->count++;
    uses->end += std::ssize(written);
    return {};
}

} // namespace stint::fleet
