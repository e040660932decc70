#include "fleet/trust/trust.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/model/day_hours.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view anyCommand = "any";

std::string_view commandRule(std::string_view text) {
    return text == anyCommand || text.starts_with('/') ? "" : "a program's whole path, or any";
}

std::string_view hoursRule(std::string_view text) {
    return parseHours(text).ok() ? "" : "two times of the day, such as 22:00-06:00";
}
std::string_view bytesRule(std::string_view text) { return parseSize(text).ok() ? "" : "a size, such as 500MB"; }

// clang-format off
constexpr auto ownerRows = std::to_array<Field<Owner>>({
    {.key = "kinds", .member = &Owner::kinds, .limits = {1, stepKinds.size()},
     .meaning = "what campaigns may do here", .rule = kindRule},
    {.key = "commands", .member = &Owner::commands, .limits = {1, 256},
     .meaning = "the programs that campaigns may run here", .rule = commandRule},
    {.key = "hours", .member = &Owner::hours, .limits = {1, 64},
     .meaning = "the hours of the day in which campaigns may begin here", .rule = hoursRule},
    {.key = "bytes", .member = &Owner::bytes, .limits = {1, 64},
     .meaning = "what campaigns may move on metered networks a month", .rule = bytesRule},
    {.key = "ask", .member = &Owner::ask, .meaning = "a person is asked before a campaign may begin here"},
    {.key = "days", .member = &Owner::days, .meaning = "the fleet is told what this device's last days were like"},
});
// clang-format on

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

std::string_view keyOf(StepKind kind) { return std::ranges::find(stepKinds, kind, &StepRow::kind)->key; }

/// The kinds of the campaign's steps, by their keys.
std::set<std::string_view> kindsOf(const Campaign& campaign) {
    std::set<std::string_view> kinds;
    for (const Step& step : campaign.steps)
        kinds.insert(keyOf(step.kind));
    return kinds;
}

/// Likewise, of what it does on a device.
std::set<std::string_view> kindsOf(const Desired& desired) {
    std::set<std::string_view> kinds;
    if (!desired.policy.empty()) kinds.insert(keyOf(StepKind::Policy));
    if (!desired.settings.empty()) kinds.insert(keyOf(StepKind::Settings));
    return kinds;
}

} // namespace

/// A paper of operators', by the comment with which they sign it, and the kinds that they are to have for it.
struct Claim {
    std::set<std::string_view> kinds;
    std::string comment;

    Claim(const Campaign& campaign, std::string_view id) : kinds(kindsOf(campaign)), comment(commentOf(campaign, id)) {}
    /// Whatever it has in it, the policy of the one before it goes.
    explicit Claim(const Desired& desired) : kinds(kindsOf(desired)), comment(commentOf(desired)) {
        kinds.insert(keyOf(StepKind::Policy));
    }
};

namespace {

/// Operators that have signed it; those of them that may use its kinds, and mean these devices; and how many of them it
/// wants.
struct Signers {
    std::size_t all = 0, allowed = 0, wanted = 1;
};
template <class MayMean>
Signers signersOf(const Operators& list, const Signed& given, const Claim& claim, MayMean mayMean) {
    std::set<std::string> signers, allowed; // keys, so that one with two names counts once
    for (const Operators::Operator& each : list.operators) {
        if (!isSignedBy(given, each.key, claim.comment)) continue;
        signers.insert(each.key);
        const bool mayKinds = std::ranges::all_of(claim.kinds, [&](auto kind) { return has(each.kinds, kind); });
        if (mayKinds && mayMean(each)) allowed.insert(each.key);
    }
    const bool two = std::ranges::any_of(claim.kinds, [&](auto kind) { return has(list.two, kind); });
    return {signers.size(), allowed.size(), two ? std::size_t{2} : std::size_t{1}};
}

/// The first kind that the owner does not let a fleet use here; empty: none.
template <class Paper> std::string forbiddenKind(const Paper& paper, const Owner& owner) {
    if (owner.isWrong) return "this device's fleet.toml is wrong, and its owner has to mend it";
    for (const std::string_view kind : kindsOf(paper))
        if (!has(owner.kinds, kind)) return fmt::format("this device does not let a fleet use {}", kind);
    return {};
}

/// The first thing that the owner does not let happen here; empty: nothing.
std::string forbidden(const Campaign& campaign, const Owner& owner) {
    if (std::string words = forbiddenKind(campaign, owner); !words.empty()) return words;
    for (const Step& step : campaign.steps)
        if (!step.command.empty() && !owner.lets(step.command.front()))
            return fmt::format("this device does not let a fleet run {}", step.command.front());
    return {};
}

} // namespace

const std::vector<ReasonRow>& reasons() {
    static const std::vector<ReasonRow> rows{
        {Reason::NoDocument, "no-document", "what came is no campaign"},
        {Reason::OldList, "old-list", "the device waits for the newest list of operators"},
        {Reason::NotSigned, "not-signed", "no operator of the fleet has signed it, or too few have"},
        {Reason::NotAllowed, "not-allowed", "who signed it may not do this, or not on this device"},
        {Reason::Expired, "expired", "its time is over"},
        {Reason::NotMeant, "not-meant", "it is for other devices"},
        {Reason::OtherEnrolment, "other-enrolment", "it is from before the device joined anew"},
        {Reason::Forbidden, "forbidden", "the device's owner does not let a fleet do this"},
        {Reason::Cancelled, "cancelled", "it was cancelled"},
        {Reason::OldStatement, "old-statement", "the device waits for a newer statement of the fleet"},
        {Reason::OldVersion, "old-version", "another document has taken its place"},
        {Reason::Cloned, "cloned", "the device is there twice, or was put back to an older state: it is to join anew"},
    };
    return rows;
}

std::span<const Field<Owner>> ownerFields() { return ownerRows; }

Result<Owner> Owner::read(std::string_view text, std::string_view file) {
    const Value whole = STINT_TRY(valueFromToml(text, file));
    STINT_TRY(checkKeys(file, "fleet.toml", whole, keysOf(ownerRows)));
    Owner owner;
    STINT_TRY(readFields({file}, "", whole, ownerRows, owner));
    return owner;
}

bool Owner::lets(std::string_view program) const { return has(commands, anyCommand) || has(commands, program); }

Result<void> Trust::takeOperators(const Signed& given) {
    auto list = STINT_TRY(operatorsIn(given.document));
    if (!isSignedBy(given, root_, commentOf(list)))
        return fail(Errc::SECURITY, "the list of operators is not signed by the fleet's root {}", root_.id.text());
    if (operators_ && list.version < operators_->version)
        return fail(Errc::ILLEGAL_STATE, "version {} of the list of operators is older than {}, which the device has",
                    list.version, operators_->version);
    if (operators_ && list.version == operators_->version && list != *operators_)
        return fail(Errc::ILLEGAL_STATE, "this is another list of version {} than the device has", list.version);
    // Under a key that was replaced, anybody may have signed them.
    if (operators_ && list.enrolment != operators_->enrolment) certificate_.reset();
    if (operators_ && list.statement != operators_->statement) {
        statement_.reset();
        heard_.reset();
    }
    operators_ = std::move(list);
    return {};
}

Result<void> Trust::takeCertificate(const Signed& given, std::string_view device) {
    auto certificate = STINT_TRY(certificateIn(given.document));
    if (!operators_ || !isSignedBy(given, operators_->enrolment, commentOf(certificate)))
        return fail(Errc::SECURITY, "the certificate is not signed by the fleet's enrolment key");
    if (certificate.device != device)
        return fail(Errc::SECURITY, "the certificate is of device {}, not of this one", certificate.device);
    if (certificate_ && certificate.enrolment < certificate_->enrolment)
        return fail(Errc::ILLEGAL_STATE, "the certificate is of enrolment {}, and the device is in its {}",
                    certificate.enrolment, certificate_->enrolment);
    if (certificate_ && certificate.enrolment == certificate_->enrolment && certificate.made < certificate_->made)
        return fail(Errc::ILLEGAL_STATE, "the certificate is older than the one that the device has");
    certificate_ = std::move(certificate);
    return {};
}

Result<void> Trust::takeStatement(const Signed& given, Instant now) {
    auto statement = STINT_TRY(statementIn(given.document));
    if (!operators_ || !isSignedBy(given, operators_->statement, commentOf(statement)))
        return fail(Errc::SECURITY, "the statement is not signed by the fleet's statement key");
    if (statement_ && statement.made < statement_->made)
        return fail(Errc::ILLEGAL_STATE, "the statement is older than the one that the device has");
    takeTime(statement.made, now);
    statement_ = std::move(statement);
    return {};
}

void Trust::takeTime(WallTime known, Instant now) {
    if (const auto before = time(now); !before || known > *before) heard_ = Heard{known, now};
}

std::optional<WallTime> Trust::time(Instant now) const {
    if (!heard_) return std::nullopt;
    return heard_->time + std::max(now - heard_->at, Duration(0));
}

bool Trust::isThis(const Query& targets, std::string_view version) const {
    const Facts facts{certificate_->device, certificate_->labels, versionIn(version), std::nullopt};
    return ask(targets, facts) != Answer::No;
}

bool Trust::mayMean(const Operators::Operator& one, std::string_view version) const {
    if (one.targets.empty()) return true;
    const auto targets = Query::parse(one.targets);
    return targets.ok() && isThis(*targets, version);
}

std::optional<Trust::Unsigned> Trust::unsignedBy(const Signed& given, const Claim& claim,
                                                 std::string_view version) const {
    if (!operators_ || !certificate_ || !isNewestList())
        return Unsigned{Reason::OldList, statement_ ? fmt::format("version {} is wanted", statement_->operators) : ""};
    const auto signers = signersOf(*operators_, given, claim, [&](const auto& one) { return mayMean(one, version); });
    if (signers.all < signers.wanted)
        return Unsigned{Reason::NotSigned, fmt::format("{} of {}", signers.all, counted(signers.wanted, "operator"))};
    if (signers.allowed < signers.wanted)
        return Unsigned{Reason::NotAllowed,
                        fmt::format("{} of {} may", signers.allowed, counted(signers.wanted, "operator"))};
    return std::nullopt;
}

bool Trust::isFresh(Instant now) const { return statement_ && *time(now) - statement_->made < freshFor; }

Judgement Trust::judge(const Signed& given, std::uint32_t enrolment, std::string_view version, const Owner& owner,
                       Instant now) const {
    auto campaign = campaignIn(given.document);
    if (!campaign.ok()) return {std::nullopt, Reason::NoDocument, campaign.error().message, {}};
    const Judgement::Named named{idOf(*campaign, given.document), endOf(*campaign)};
    const std::string& id = named.id;
    const auto rejected = [&](Reason reason, std::string words) {
        return Judgement{std::nullopt, reason, std::move(words), named};
    };
    if (auto why = unsignedBy(given, Claim(*campaign, id), version))
        return rejected(why->reason, std::move(why->words));

    const auto today = time(now);
    if (today && *today >= named.end) return rejected(Reason::Expired, id);
    if (today && *today >= certificate_->until) return rejected(Reason::Expired, "the device's certificate");
    const bool isMeant = campaign->targets ? isThis(*campaign->targets, version)
                                           : std::ranges::binary_search(campaign->ids, certificate_->device);
    if (!isMeant) return rejected(Reason::NotMeant, id);
    if (enrolment != certificate_->enrolment)
        return rejected(Reason::OtherEnrolment,
                        fmt::format("for enrolment {}, and this is {}", enrolment, certificate_->enrolment));
    if (std::string words = forbidden(*campaign, owner); !words.empty())
        return rejected(Reason::Forbidden, std::move(words));
    if (statement_ && has(statement_->cancelled, id)) return rejected(Reason::Cancelled, id);
    return {std::move(*campaign), std::nullopt, {}, named};
}

DesiredJudgement Trust::judgeDesired(const Signed& given, std::string_view version, const Owner& owner,
                                     Instant now) const {
    const auto refused = [](Reason reason, std::string words = {}) {
        return DesiredJudgement{std::nullopt, reason, std::move(words)};
    };
    auto desired = desiredIn(given.document);
    if (!desired.ok()) return refused(Reason::NoDocument, desired.error().message);
    if (auto why = unsignedBy(given, Claim(*desired), version)) return refused(why->reason, std::move(why->words));
    if (!isFresh(now)) return refused(Reason::OldStatement);
    if (*time(now) >= certificate_->until) return refused(Reason::Expired, "the device's certificate");
    const auto targets = Query::parse(desired->targets);
    if (!targets.ok() || !isThis(*targets, version)) return refused(Reason::NotMeant);
    if (!has(statement_->desired, sha256Of(given.document))) return refused(Reason::OldVersion);
    if (std::string words = forbiddenKind(*desired, owner); !words.empty())
        return refused(Reason::Forbidden, std::move(words));
    return {std::move(*desired), std::nullopt, {}};
}

Result<Instruction> Trust::judge(const Signed& given, std::string_view version) const {
    auto instruction = STINT_TRY(instructionIn(given.document));
    if (operators_ && certificate_)
        for (const Operators::Operator& each : operators_->operators)
            if (mayMean(each, version) && isSignedBy(given, each.key, commentOf(instruction))) return instruction;
    return fail(Errc::SECURITY, "no operator who may mean this device has signed \"{} {}\"", instruction.word,
                instruction.campaign);
}

Result<void> Trust::mayBegin(const Campaign& campaign, std::string_view id, Instant now) const {
    const auto today = time(now);
    if (today && *today >= endOf(campaign)) return fail(Errc::ILLEGAL_STATE, "{} has expired", id);
    if (statement_ && has(statement_->cancelled, id)) return fail(Errc::ILLEGAL_STATE, "{} was cancelled", id);
    const bool isFile = std::ranges::all_of(campaign.steps, [](const Step& s) { return s.kind == StepKind::Get; });
    if (isFile) return {};
    if (!isNewestList())
        return fail(Errc::ILLEGAL_STATE, "the device waits for version {} of the list of operators",
                    statement_->operators);
    if (!isFresh(now))
        return fail(Errc::ILLEGAL_STATE,
                    "the fleet's last statement is older than 48 h: whether {} is alive is not known", id);
    if (!has(statement_->alive, id))
        return fail(Errc::ILLEGAL_STATE, "the fleet's last statement does not name {}", id);
    return {};
}

namespace {

Result<void> checkClaim(const Operators& list, const Signed& given, const Claim& claim) {
    const auto signers = signersOf(list, given, claim, [](const auto&) { return true; });
    if (signers.allowed >= signers.wanted) return {};
    return fail(Errc::SECURITY, "{} of the {} operators that it wants have signed it, and may use all its kinds",
                signers.allowed, signers.wanted);
}

} // namespace

Result<void> checkSigners(const Operators& list, const Signed& given, const Campaign& campaign) {
    return checkClaim(list, given, Claim(campaign, idOf(campaign)));
}
Result<void> checkSigners(const Operators& list, const Signed& given, const Desired& desired) {
    return checkClaim(list, given, Claim(desired));
}

std::vector<PublicKey> keysOfSigners(const Operators& list, const Signed& given, std::string_view comment) {
    std::vector<PublicKey> keys;
    for (const Operators::Operator& each : list.operators) {
        const auto key = PublicKey::readAgain(each.key);
        if (key.ok() && isSignedBy(given, *key, comment) && std::ranges::find(keys, *key) == keys.end())
            keys.push_back(*key);
    }
    return keys;
}

std::string namesOfSigners(const Operators& list, const Signed& given, std::string_view comment) {
    std::string names;
    for (const Operators::Operator& each : list.operators)
        if (isSignedBy(given, each.key, comment)) names += (names.empty() ? "" : ", ") + each.name;
    return names;
}

Result<void> checkSigners(const Operators& list, const Signed& given, const Instruction& instruction) {
    const std::string comment = commentOf(instruction);
    const auto signs = [&](const Operators::Operator& each) { return isSignedBy(given, each.key, comment); };
    if (std::ranges::any_of(list.operators, signs)) return {};
    return fail(Errc::SECURITY, "no operator of the fleet has signed \"{} {}\"", instruction.word,
                instruction.campaign);
}

} // namespace stint::fleet
