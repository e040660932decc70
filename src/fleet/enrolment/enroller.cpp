#include "fleet/enrolment/enroller.hpp"

#include <algorithm>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "fleet/document/query.hpp"
#include "fleet/document/value.hpp"

namespace stint::fleet {
namespace {

constexpr Duration aMinute = std::chrono::minutes(1);

/// The device's own question, signed by the key in it.
Result<JoinQuestion> questionOf(std::string_view text, std::string_view device) {
    if (text.size() > longestJoinQuestion)
        return fail(Errc::ILLEGAL_ARGUMENT, "a question has {} bytes at most", longestJoinQuestion);
    const Signed given = STINT_TRY(signedIn(text));
    auto question = STINT_TRY(joinQuestionIn(given.document));
    if (!isSignedBy(given, question.key, commentOf(question)))
        return fail(Errc::SECURITY, "the question is not signed by the key that it names");
    if (question.device != device)
        return fail(Errc::SECURITY, "the question is of device {}, and device {} asks", question.device, device);
    return question;
}

struct Last {
    std::optional<Certificate> certificate;
    std::uint32_t enrolment = 0;
};
Result<Last> lastOf(const Known& known) {
    if (!known.certificate) return Last{};
    auto certificate = certificateIn(known.certificate->document);
    // Its enrolment is not known: the next could be one that the device has had.
    if (!certificate.ok()) return fail(Errc::STORAGE, "what the server has of this device is damaged");
    const std::uint32_t enrolment = certificate->enrolment;
    return Last{*std::move(certificate), enrolment};
}

Enrolled refused(const Error& error) {
    std::string words = printable(error.message);
    cut(words, 500);
    const Duration again = error.code == Errc::LIMIT_EXCEEDED ? aMinute : Duration(0);
    return {.answer = textOf(Refusal{std::move(words), again})};
}

/// A device is told nothing of the server's disk: it helps nobody there.
Enrolled troubled(const Error& error) {
    return {.answer = textOf(Refusal{"the fleet's server cannot keep it just now", aMinute}), .trouble = error.message};
}

} // namespace

Enrolled Enroller::answer(std::string_view text, std::string_view device, const Known& known, WallTime time,
                          Instant now) {
    const auto question = questionOf(text, device);
    if (!question.ok()) return refused(question.error());
    auto certificate = certificateFor(*question, known, time, now);
    if (!certificate.ok()) {
        const Errc code = certificate.error().code;
        const bool isRefusal = code == Errc::REFUSED || code == Errc::LIMIT_EXCEEDED;
        return isRefusal ? refused(certificate.error()) : troubled(certificate.error());
    }
    std::string answer = textFor(*certificate);
    if (answer.size() > longestDocument)
        return troubled(fail(Errc::STORAGE, "the list of operators is too long for an answer"));
    if (known.certificate && *certificate == *known.certificate) return {.answer = std::move(answer)};
    return {.answer = std::move(answer), .made = *std::move(certificate), .invitation = question->invitation};
}

Result<Signed> Enroller::certificateFor(const JoinQuestion& question, const Known& known, WallTime time, Instant now) {
    if (question.invitation.empty()) return renewed(question, known, time);
    const Invitation invitation = STINT_TRY(invitationOf(question, now));
    const Last last = STINT_TRY(lastOf(known));
    const bool isRepeated = invitations_.hasLetIn(invitation, question.device, question.key);
    if (isRepeated && last.certificate) {
        if (known.isRemoved) return fail(Errc::REFUSED, "this device was removed: a new invitation lets it in again");
        // fleet.md §3: the same certificate. Another key's means that this key was given up.
        if (last.certificate->key == question.key) return *known.certificate;
        return fail(Errc::REFUSED, "this device has joined by another key");
    }
    if (!isRepeated && time >= invitation.until)
        return fail(Errc::REFUSED, "the invitation has ended: `stint fleet invite` makes another");
    STINT_TRY(invitations_.use(invitation, question.device, question.key));
    return signedBy(keys_.enrolment, Certificate{.device = question.device,
                                                 .key = question.key,
                                                 .user = question.user,
                                                 .enrolment = last.enrolment + 1,
                                                 .made = time,
                                                 .until = time + certificateLife,
                                                 .labels = invitation.labelTable()});
}

Result<Signed> Enroller::renewed(const JoinQuestion& question, const Known& known, WallTime time) const {
    const Last last = STINT_TRY(lastOf(known));
    if (!last.certificate || last.certificate->key != question.key)
        return fail(Errc::REFUSED, "this device has no certificate by that key: it joins by an invitation");
    if (known.isRemoved) return fail(Errc::REFUSED, "this device was removed: a new invitation lets it in again");
    if (time >= last.certificate->until + renewableAfterEnd)
        return fail(Errc::REFUSED, "this device's certificate ended too long ago: a new invitation lets it in again");
    // A new enrolment key makes all certificates before it none.
    const bool isOurs = isSignedBy(*known.certificate, keys_.enrolment.publicKey(), commentOf(*last.certificate));
    if (isOurs && time < renewalOf(*last.certificate)) return *known.certificate;
    Certificate next = *last.certificate;
    next.user = question.user;
    next.made = time;
    next.until = time + certificateLife;
    return signedBy(keys_.enrolment, next);
}

Result<Signed> Enroller::relabelled(const Signed& certificate, const std::vector<std::string>& changes,
                                    WallTime time) const {
    Certificate next = STINT_TRY(certificateIn(certificate.document));
    for (const std::string_view change : changes) {
        const auto sign = std::min(change.find('='), change.size());
        const std::string_view name = change.substr(0, sign), value = change.substr(std::min(sign + 1, change.size()));
        if (sign == change.size() || !isLabelName(name) || (!value.empty() && !isLabelValue(value)))
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no label: it is NAME=VALUE, or NAME= for one that goes",
                        printable(change));
        next.labels.erase(std::string(name));
        if (!value.empty()) next.labels.emplace(name, value);
    }
    next.made = std::max(time, next.made + Duration(1)); // newer, whatever the clock was set to
    STINT_TRY(certificateIn(documentOf(next)));
    return signedBy(keys_.enrolment, next);
}

Result<Invitation> Enroller::invitationOf(const JoinQuestion& question, Instant now) {
    const Invitation* const found = invitations_.find(question.invitation);
    const auto unknown = [] { return fail(Errc::REFUSED, "there is no such invitation here"); };
    if (!found) return unknown();
    if (asked_.size() >= mostInvitations)
        std::erase_if(asked_, [&](const auto& one) { return now >= one.second.since + aMinute; });
    Minute& minute = asked_[found->id];
    if (now >= minute.since + aMinute || minute.questions == 0) minute = {now, 0};
    if (++minute.questions > questionsAMinute) return fail(Errc::LIMIT_EXCEEDED, "this invitation is asked too often");
    const std::string proof = proofOf(question, found->secret);
    if (proof.size() != question.proof.size() || sodium_memcmp(proof.data(), question.proof.data(), proof.size()) != 0)
        return unknown();
    return *found;
}

std::string Enroller::textFor(const Signed& certificate) const {
    JoinAnswer answer{.fleet = keys_.fleet.name,
                      .root = keys_.fleet.root.text(),
                      .operators = textOf(keys_.operators),
                      .certificate = textOf(certificate),
                      .statement = statement_ ? textOf(*statement_) : ""};
    std::string text = textOf(answer);
    if (text.size() <= longestDocument) return text;
    answer.statement.clear(); // the device fetches it when it says hello
    return textOf(answer);
}

} // namespace stint::fleet
