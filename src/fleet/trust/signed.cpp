#include "fleet/trust/signed.hpp"

#include <chrono>

#include <fmt/core.h>

#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

std::string timeText(WallTime time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - days)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

} // namespace

WallTime endOf(const Campaign& campaign) { return campaign.made + campaign.expires; }

std::string commentOf(const Campaign& campaign) {
    return fmt::format("stint campaign {} until {}", idOf(campaign), timeText(endOf(campaign)));
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

} // namespace stint::fleet
