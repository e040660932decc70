#include "push/envelope/fleet.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/words.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
namespace {

constexpr std::string_view fleetPrefix = "stint.f.";

std::string fleetSubjectOf(std::string_view word, std::string_view shard, std::string_view device) {
    return fmt::format("{}{}.{}.{}", fleetPrefix, word, shard, device);
}

} // namespace

std::string_view nameOf(FleetWord word) { return fleetWords.at(static_cast<std::size_t>(word)); }

std::optional<FleetWord> fleetWordIn(std::string_view name) {
    const auto* const found = std::ranges::find(fleetWords, name);
    if (found == fleetWords.end()) return std::nullopt;
    return static_cast<FleetWord>(found - fleetWords.begin());
}

std::string fleetSubject(FleetWord word, std::string_view shard, std::string_view device) {
    return fleetSubjectOf(nameOf(word), shard, device);
}
std::string fleetSubjects(FleetWord word) { return fleetSubject(word, "*", "*"); }
std::string fleetSubjects() { return fleetSubjectOf("*", "*", "*"); }
std::string fleetSubjectsOf(std::string_view device) { return fleetSubjectOf("*", "*", device); }

std::optional<FleetAsker> fleetAskerIn(std::string_view subject) {
    if (!subject.starts_with(fleetPrefix)) return std::nullopt;
    const auto parts = splitAt(subject.substr(fleetPrefix.size()), ".");
    if (parts.size() != 3 || !isShard(parts[1]) || !isDevice(parts[2])) return std::nullopt;
    const auto word = fleetWordIn(parts[0]);
    if (!word) return std::nullopt;
    return FleetAsker{*word, {std::string(parts[1]), std::string(parts[2])}};
}

Result<Ack> ackIn(std::string_view text) {
    const auto said = nlohmann::ordered_json::parse(text, nullptr, false);
    // 2.10 says 0 of a copy of a message that it has been sent, and that it may still lose with its leader.
    const auto sequence = countMember(said, "seq");
    if (sequence && *sequence > 0) return Ack{*sequence, said.value("duplicate", nlohmann::ordered_json()) == true};
    if (said.is_object() && said.contains("error"))
        return fail(Errc::LIMIT_EXCEEDED, "the store takes no more: {}",
                    textMember(said["error"], "description").value_or("it does not say why"));
    return fail(Errc::UNAVAILABLE, "no stream has taken the message");
}

} // namespace stint::push
