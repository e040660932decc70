#include "fleet/enrolment/invitations.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/document/query.hpp"
#include "fleet/enrolment/code.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t mostLabelsOfOne = 32; // PROPOSAL
constexpr std::size_t numberLength = 8;
constexpr std::size_t longestLine = 128; ///< of a use, or more
constexpr std::string_view sealedFor = "stint fleet: the seal of invitations";

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

const unsigned char* readable(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* writable(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string invitationKey(std::string_view id) { return fmt::format("{}{}", Invitations::invitationPart, id); }
std::string usedKey(std::string_view id, std::uint32_t number) {
    return fmt::format("{}{}.{:0{}}", Invitations::usedPart, id, number, numberLength);
}

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

// A signature of Ed25519 is the same each time, and this one is shown to nobody.
Invitations::Invitations(const SecretKey& enrolment, Keep keep, Forget forget)
    : keep_(std::move(keep)), forget_(std::move(forget)) {
    auto signature = enrolment.signatureOf(sealedFor);
    static_assert(std::tuple_size_v<std::remove_cvref_t<decltype(*seal_)>> == crypto_secretbox_KEYBYTES);
    crypto_generichash(seal_->data(), seal_->size(), signature.data(), signature.size(), nullptr, 0);
    sodium_memzero(signature.data(), signature.size());
}

std::string Invitations::sealed(const Invitation& invitation) const {
    const std::string plain = textOfInvitation(invitation);
    std::string nonce(crypto_secretbox_NONCEBYTES, '\0');
    randombytes_buf(nonce.data(), nonce.size());
    std::string box(plain.size() + crypto_secretbox_MACBYTES, '\0');
    crypto_secretbox_easy(writable(box), readable(plain), plain.size(), readable(nonce), seal_->data());
    return push::in64(nonce + box);
}

Result<Invitation> Invitations::unsealed(std::string_view id, std::string_view value) const {
    const auto bytes = push::from64(value);
    if (!bytes || bytes->size() < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
        return fail(Errc::STORAGE, "it is none that is sealed");
    const std::string_view nonce = std::string_view(*bytes).substr(0, crypto_secretbox_NONCEBYTES);
    const std::string_view box = std::string_view(*bytes).substr(crypto_secretbox_NONCEBYTES);
    std::string plain(box.size() - crypto_secretbox_MACBYTES, '\0');
    if (crypto_secretbox_open_easy(writable(plain), readable(box), box.size(), readable(nonce), seal_->data()) != 0)
        return fail(Errc::STORAGE, "it was not sealed by this fleet's servers");
    auto invitation = STINT_TRY(invitationIn(plain));
    if (invitation.id != id) return fail(Errc::STORAGE, "it is another one's");
    return invitation;
}

Result<void> Invitations::read(std::string_view key, std::string_view value) {
    if (key.starts_with(invitationPart)) {
        const std::string_view id = key.substr(invitationPart.size());
        Known& known = all_[std::string(id)];
        auto invitation = unsealed(id, value);
        if (!invitation.ok()) return within(key, invitation.error());
        known.invitation = *std::move(invitation);
        return {};
    }
    const auto parts = splitAt(key.substr(std::min(usedPart.size(), key.size())), ".");
    const auto number = parts.size() == 2 ? numberIn<std::uint32_t>(parts[1]) : std::nullopt;
    if (!key.starts_with(usedPart) || !number) return fail(Errc::STORAGE, "{} is no invitation's key", printable(key));
    Known& known = all_[std::string(parts[0])];
    known.used = std::max(known.used, *number);
    if (value.size() <= longestLine) known.lines.emplace(value); // else it is nobody's
    return {};
}

Result<Invitation> Invitations::make(std::vector<std::string> labels, std::uint32_t uses, Duration expires,
                                     WallTime now) {
    if (uses < 1 || uses > mostUses)
        return fail(Errc::ILLEGAL_ARGUMENT, "an invitation has 1 to {} uses, not {}", mostUses, uses);
    if (expires < 1min || expires > longestInvitation)
        return fail(Errc::ILLEGAL_ARGUMENT, "an invitation serves for 1min to {}, not {}",
                    formatDuration(longestInvitation), formatDuration(expires));
    std::size_t serving = 0;
    for (auto each = all_.begin(); each != all_.end();) {
        const auto& [id, known] = *each;
        const bool isOver = known.invitation && now >= known.invitation->until + keptAfterEnd;
        if (known.invitation && now < known.invitation->until) ++serving;
        if (!isOver) {
            ++each;
            continue;
        }
        STINT_TRY(forget_(fmt::format("{}{}.*", usedPart, id)));
        STINT_TRY(forget_(invitationKey(id)));
        each = all_.erase(each);
    }
    if (serving >= mostInvitations)
        return fail(Errc::LIMIT_EXCEEDED, "{} invitations serve at a time, and so many do", mostInvitations);
    Invitation made{.id = random32(5),
                    .secret = random32(16),
                    .labels = std::move(labels),
                    .uses = uses,
                    .made = now,
                    .until = now + expires};
    const auto read = STINT_TRY(invitationIn(textOfInvitation(made))); // its labels are the caller's
    STINT_CHECK(read == made);
    STINT_TRY(keep_(invitationKey(made.id), sealed(made)));
    all_[made.id].invitation = made;
    return made;
}

const Invitation* Invitations::find(std::string_view id) const {
    const auto found = all_.find(id);
    return found != all_.end() && found->second.invitation ? &*found->second.invitation : nullptr;
}

bool Invitations::hasLetIn(const Invitation& invitation, std::string_view device, std::string_view key) const {
    const auto found = all_.find(invitation.id);
    return found != all_.end() && found->second.lines.contains(lineOf(device, key));
}

Result<void> Invitations::use(const Invitation& invitation, std::string_view device, std::string_view key) {
    Known& known = all_[invitation.id];
    std::string line = lineOf(device, key);
    if (known.lines.contains(line)) return {};
    if (known.used >= invitation.uses)
        return fail(Errc::REFUSED, "the invitation has been used {} times, and is used up", known.used);
    STINT_TRY(keep_(usedKey(invitation.id, known.used + 1), line));
    ++known.used;
    known.lines.insert(std::move(line));
    return {};
}

} // namespace stint::fleet
