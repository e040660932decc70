#include "fleet/office/steering.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t ofItself = 128, ofADevice = 16; ///< bytes of a record's text, or more

std::size_t weightOf(const Record& record) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.devices; })
                return ofItself + one.devices.size() * ofADevice;
            else
                return ofItself;
        },
        record);
}

/// The operator's word that a record comes of; empty: it comes of none.
std::string_view operatorsWord(const Record& record) {
    if (std::holds_alternative<Paused>(record)) return pauseWord;
    if (std::holds_alternative<Resumed>(record)) return resumeWord;
    if (std::holds_alternative<Cancelled>(record)) return cancelWord;
    return std::holds_alternative<Retried>(record) ? retryWord : std::string_view();
}

/// A round is begun once; what is retried of it after that is the server's own.
bool isOperators(const Record& record, std::uint32_t round) {
    const auto* const retried = std::get_if<Retried>(&record);
    return retried ? retried->round > round : !operatorsWord(record).empty();
}

/// Whoever has the broker may write any entry: one that no server would have written is none.
Result<void> check(const Entry& entry) {
    std::size_t joined = 0;
    for (const Record& record : entry.records)
        if (const auto* const join = std::get_if<Joined>(&record)) joined += join->devices.size();
    if (joined == entry.names.size()) return {};
    return fail(Errc::STORAGE, "an entry has the names of {} devices, and lets {} join", entry.names.size(), joined);
}

} // namespace

Steering::Steering(const Campaign& campaign)
    : rollout_(campaign.plan, campaign.made + campaign.expires, campaign.open) {}

Result<std::vector<std::string>> Steering::read(const Entry& entry, const Judge& judge) {
    STINT_TRY(check(entry));
    std::vector<std::string> passed;
    auto paper = entry.papers.begin();
    for (const Record& record : entry.records) {
        if (isOperators(record, rollout_.round())) {
            const auto heeded = heed(record, paper == entry.papers.end() ? nullptr : &*paper++, judge);
            if (!heeded.ok()) {
                passed.push_back(
                    fmt::format("entry {}, {}: {}", number_, operatorsWord(record), heeded.error().message));
                continue;
            }
        }
        STINT_TRY(rollout_.apply(record, entry.at));
    }
    add(entry.names);
    members_ += static_cast<Device>(entry.names.size());
    ++number_;
    return passed;
}

Result<void> Steering::heed(const Record& record, const std::string* paper, const Judge& judge) {
    if (!paper) return fail(Errc::SECURITY, "no operator has signed it");
    const Instruction its = STINT_TRY(judge(*paper));
    if (its.word != operatorsWord(record)) return fail(Errc::SECURITY, "it was signed as a {}", its.word);
    if (STINT_TRY(isSaid(its))) return fail(Errc::SECURITY, "that paper was used before");
    const auto* const retried = std::get_if<Retried>(&record);
    if (retried && retried->round != its.round)
        return fail(Errc::SECURITY, "it begins round {}, and was signed for round {}", retried->round, its.round);
    const Signed read = STINT_TRY(signedIn(*paper));
    note(its, read);
    return {};
}

void Steering::note(const Instruction& instruction, const Signed& paper) {
    said_ = instruction;
    if (instruction.round != 0) retries_.insert_or_assign(instruction.round, paper);
}

Result<bool> Steering::isSaid(const Instruction& instruction) const {
    if (said_ && instruction == *said_) return true;
    if (said_ && instruction.made <= said_->made)
        return fail(Errc::ILLEGAL_STATE,
                    "it is older than the last word that was said of the campaign, a {}; a clock may be "
                    "wrong",
                    said_->word);
    const std::uint32_t next = rollout_.round() + 1U;
    if (instruction.round != 0 && instruction.round != next)
        return fail(Errc::ILLEGAL_STATE, "round {} is the next one, not {}", next, instruction.round);
    return false;
}

const Signed* Steering::retryOf(std::uint32_t round) const {
    const auto found = retries_.find(round);
    return found == retries_.end() ? nullptr : &found->second;
}

std::vector<Effect> Steering::join(const std::vector<Member>& devices, WallTime now) {
    Join join;
    std::vector<std::string> names;
    for (const Member& device : devices) {
        join.devices.push_back(device.enrolment);
        names.push_back(device.name);
    }
    add(names);
    return gather(rollout_.handle(join, now), std::move(names), {}, now);
}

std::vector<Effect> Steering::handle(const Event& event, WallTime now) {
    return gather(rollout_.handle(event, now), {}, {}, now);
}

/// Where nothing comes of it, it is not in the log, and may be said once more.
std::vector<Effect> Steering::handle(const Event& event, const Signed& paper, const Instruction& instruction,
                                     WallTime now) {
    Decision decision = rollout_.handle(event, now);
    const auto isIts = [&](const Record& record) { return operatorsWord(record) == instruction.word; };
    if (std::ranges::none_of(decision.records, isIts)) return gather(std::move(decision), {}, {}, now);
    note(instruction, paper);
    return gather(std::move(decision), {}, textOf(paper), now);
}

/// Returns the effects that hang on nothing but what is in the log.
std::vector<Effect> Steering::gather(Decision decision, std::vector<std::string> names, std::string paper,
                                     WallTime now) {
    if (decision.records.empty() && batches_.empty()) return std::move(decision.effects);
    std::size_t weight = 0;
    for (const Record& record : decision.records)
        weight += weightOf(record);
    for (const std::string& name : names)
        weight += name.size();
    weight += 2 * paper.size(); // its quotes are escaped
    const std::size_t waiting = batches_.size() - (isUnderWay_ ? 1 : 0);
    const bool needsOne = weight > 0 && (waiting == 0 || batches_.back().weight + weight > longestEntry / 2);
    if (needsOne) batches_.emplace_back();
    Batch& batch = batches_.back();
    batch.weight += weight;
    // A slot has its end by this time, so it is the latest.
    batch.entry.at = std::max(batch.entry.at, now);
    const auto move = [](auto& from, auto& to) {
        to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
    };
    move(decision.records, batch.entry.records);
    move(names, batch.entry.names);
    if (!paper.empty()) batch.entry.papers.push_back(std::move(paper));
    move(decision.effects, batch.effects);
    return {};
}

const Entry* Steering::begin() {
    if (isUnderWay_ || batches_.empty()) return nullptr;
    isUnderWay_ = true;
    return &batches_.front().entry;
}

std::vector<Effect> Steering::appended() {
    STINT_CHECK(isUnderWay_);
    isUnderWay_ = false;
    ++number_;
    members_ += static_cast<Device>(batches_.front().entry.names.size());
    std::vector<Effect> effects = std::move(batches_.front().effects);
    batches_.pop_front();
    return effects;
}

std::optional<WallTime> Steering::nextDeadline() const {
    if (!batches_.empty()) return std::nullopt;
    return rollout_.nextDeadline();
}

void Steering::add(const std::vector<std::string>& names) {
    const auto before = static_cast<std::ptrdiff_t>(byName_.size());
    for (const std::string& name : names) {
        auto& kept = names_.emplace_back();
        std::copy_n(name.begin(), std::min(name.size(), kept.size()), kept.begin());
        byName_.push_back(static_cast<Device>(byName_.size()));
    }
    const auto isBefore = [&](Device a, Device b) { return std::tie(names_[a], a) < std::tie(names_[b], b); };
    std::sort(byName_.begin() + before, byName_.end(), isBefore);
    std::inplace_merge(byName_.begin(), byName_.begin() + before, byName_.end(), isBefore);
}

std::optional<Device> Steering::numberOf(std::string_view name) const {
    const auto after = std::upper_bound(byName_.begin(), byName_.end(), name,
                                        [&](std::string_view text, Device device) { return text < nameOf(device); });
    if (after == byName_.begin() || nameOf(*std::prev(after)) != name) return std::nullopt;
    return *std::prev(after);
}

} // namespace stint::fleet
