#include "fleet/trust/signed.hpp"

#include <array>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/fields.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view signedName = "the signed document";

// clang-format off
constexpr auto signedFields = std::to_array<Field<Signed>>({
    {.key = "document", .member = &Signed::document, .limits = {1, longestDocument}, .must = true,
     .meaning = "what is signed"},
    {.key = "signatures", .member = &Signed::signatures, .limits = {1, mostSignatures}, .meaning = "minisign's files"},
});
// clang-format on

// To the second.
std::string timeText(WallTime time) {
    const std::string text = formatWall(time);
    return text.substr(0, text.find('.')) + "Z";
}

} // namespace

Value valueOf(const Signed& given) {
    Value::Table table;
    writeFields(signedFields, given, table);
    return {std::move(table)};
}
std::string textOf(const Signed& given) { return jsonOf(valueOf(given)); }

Result<Signed> signedFrom(const Value& value) {
    STINT_TRY(checkKeys(signedName, signedName, value, keysOf(signedFields)));
    Signed given;
    STINT_TRY(readFields({signedName, true}, "", value, signedFields, given));
    return given;
}

Result<Signed> signedIn(std::string_view text) {
    const Value whole = STINT_TRY(valueFromJson(text, longestSigned));
    auto given = STINT_TRY(signedFrom(whole));
    if (textOf(given) != text)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: it is not in the one form that it has", signedName);
    return given;
}

WallTime endOf(const Campaign& campaign) { return campaign.made + campaign.expires; }

std::string commentOf(const Campaign& campaign) { return commentOf(campaign, idOf(campaign)); }
std::string commentOf(const Campaign& campaign, std::string_view id) {
    return fmt::format("stint campaign {} until {}", id, timeText(endOf(campaign)));
}
std::string commentOf(const Operators& operators) { return fmt::format("stint operators {}", operators.version); }
std::string commentOf(const Certificate& certificate) {
    return fmt::format("stint certificate {} {} until {}", certificate.device, certificate.enrolment,
                       timeText(certificate.until));
}
std::string commentOf(const Statement& statement) {
    return fmt::format("stint statement {}", timeText(statement.made));
}
std::string commentOf(const Instruction& instruction) {
    return fmt::format("stint {} {}", instruction.word, instruction.campaign);
}
std::string commentOf(const Desired& desired) { return fmt::format("stint desired {}", desired.version); }

bool isSignedBy(const Signed& given, const PublicKey& key, std::string_view comment) {
    if (given.signatures.size() > mostSignatures) return false;
    for (const std::string& file : given.signatures) {
        const auto signature = Signature::read(file);
        if (!signature.ok() || signature->key() != key.id) continue;
        const auto verified = signature->verify(given.document, key);
        if (verified.ok() && *verified == comment) return true;
    }
    return false;
}

bool isSignedBy(const Signed& given, std::string_view key, std::string_view comment) {
    const auto read = PublicKey::readAgain(key);
    return read.ok() && isSignedBy(given, *read, comment);
}

} // namespace stint::fleet
