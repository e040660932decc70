#include "fleet/enrolment/words.hpp"

#include <array>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/enrolment/field_rules.hpp"
#include "fleet/signing/format.hpp"
#include "fleet/trust/papers.hpp"
#include "push/keys/nkey.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t proofBytes = 32;
constexpr Limits aPublicKey{1, 64}, aWholePaper{1, std::int64_t{longestDocument}},
    anInvitation{invitationIdLength, invitationIdLength}, aProof{lengthIn64(proofBytes), lengthIn64(proofBytes)};

std::string_view userRule(std::string_view text) {
    return push::isNkey(push::Nkey::Role::User, text) ? "" : "the name of a user's nkey";
}

// clang-format off
constexpr auto questionFields = std::to_array<Field<JoinQuestion>>({
    {.key = "device", .member = &JoinQuestion::device, .limits = {26, 26}, .must = true,
     .meaning = "the device", .rule = idRule},
    {.key = "key", .member = &JoinQuestion::key, .limits = aPublicKey, .must = true,
     .meaning = "the device's public key", .rule = publicKeyRule},
    {.key = "user", .member = &JoinQuestion::user, .limits = {1, 128}, .must = true,
     .meaning = "the device's name for the broker", .rule = userRule},
    {.key = "version", .member = &JoinQuestion::version, .limits = {1, 128}, .must = true,
     .meaning = "the version of the device's Stint", .rule = nameRule},
    {.key = "invitation", .member = &JoinQuestion::invitation, .limits = anInvitation,
     .meaning = "the invitation's id", .rule = crockfordRule},
    {.key = "proof", .member = &JoinQuestion::proof, .limits = aProof,
     .meaning = "by which the device shows that it has the invitation's secret", .rule = nameRule},
});
constexpr auto leaveFields = std::to_array<Field<LeaveQuestion>>({
    {.key = "device", .member = &LeaveQuestion::device, .limits = {26, 26}, .must = true,
     .meaning = "the device", .rule = idRule},
    {.key = "enrolment", .member = &LeaveQuestion::enrolment, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "its certificate's enrolment"},
});
constexpr auto answerFields = std::to_array<Field<JoinAnswer>>({
    {.key = "fleet", .member = &JoinAnswer::fleet, .limits = aName, .must = true,
     .meaning = "the fleet's name", .rule = nameRule},
    {.key = "root", .member = &JoinAnswer::root, .limits = aPublicKey, .must = true,
     .meaning = "the public key of the fleet's root", .rule = publicKeyRule},
    {.key = "operators", .member = &JoinAnswer::operators, .limits = aWholePaper, .must = true,
     .meaning = "the list of operators"},
    {.key = "certificate", .member = &JoinAnswer::certificate, .limits = aWholePaper, .must = true,
     .meaning = "the device's certificate"},
    {.key = "statement", .member = &JoinAnswer::statement, .limits = aWholePaper, .meaning = "the newest statement"},
});
constexpr auto refusalFields = std::to_array<Field<Refusal>>({
    {.key = "error", .member = &Refusal::error, .limits = {1, 512}, .must = true,
     .meaning = "why it was refused", .rule = nameRule},
    {.key = "again", .member = &Refusal::again, .limits = {in(1s), in(day)},
     .meaning = "after what time it may be asked again"},
});
// clang-format on

} // namespace

std::string documentOf(const JoinQuestion& question) { return jsonOf({tableOf(questionFields, question)}); }
std::string commentOf(const JoinQuestion& question) { return fmt::format("stint join {}", question.device); }

Result<JoinQuestion> joinQuestionIn(std::string_view document) {
    constexpr std::string_view name = "the question";
    auto question = STINT_TRY(paperIn<JoinQuestion>(document, name, questionFields, documentOf));
    if (question.invitation.empty() != question.proof.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: an invitation and its proof are both there, or neither is", name);
    return question;
}

std::string documentOf(const LeaveQuestion& question) { return jsonOf({tableOf(leaveFields, question)}); }
std::string commentOf(const LeaveQuestion& question) {
    return fmt::format("stint leave {} {}", question.device, question.enrolment);
}
Result<LeaveQuestion> leaveQuestionIn(std::string_view document) {
    return paperIn<LeaveQuestion>(document, "the question", leaveFields, documentOf);
}
std::string leaveAnswer() { return jsonOf({Value::Table{{std::string(formatKey), Value{documentFormat}}}}); }

std::string proofOf(const JoinQuestion& question, std::string_view secret) {
    const std::string text = fmt::format("stint join {}\n{}\n{}", question.device, question.key, question.user);
    std::array<unsigned char, proofBytes> mac{};
    crypto_generichash(mac.data(), mac.size(), bytesOf(text).data(), text.size(), bytesOf(secret).data(),
                       secret.size());
    return in64(mac);
}

std::string textOf(const JoinAnswer& answer) { return jsonOf({tableOf(answerFields, answer)}); }
std::string textOf(const Refusal& refusal) { return jsonOf({tableOf(refusalFields, refusal)}); }

Result<std::variant<JoinAnswer, Refusal>> joinAnswerIn(std::string_view text) {
    constexpr std::string_view name = "the answer";
    using Word = std::variant<JoinAnswer, Refusal>;
    const Value whole = STINT_TRY(valueFromJson(text));
    if (findIn(*whole.table(), refusalFields.front().key)) {
        auto refusal = STINT_TRY(paperIn<Refusal>(text, name, refusalFields, textOf));
        return Word(std::move(refusal));
    }
    auto answer = STINT_TRY(paperIn<JoinAnswer>(text, name, answerFields, textOf));
    return Word(std::move(answer));
}

} // namespace stint::fleet
