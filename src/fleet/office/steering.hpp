// A campaign between its log and those who wait for it (fleet.md §5): what the rollout decides is gathered into
// entries, of which one at a time is under way to the log; an effect is done when the entries before it are there. So
// many who ask at once cost one append. Pure: whoever has it appends, and says when that is done.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/campaign.hpp"
#include "fleet/rollout/record_text.hpp"
#include "fleet/rollout/rollout.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleet {

/// A device that is meant.
struct Member {
    std::string name; ///< 26 characters
    Enrolment enrolment = 0;
};

class Steering {
public:
    /// Nobody's yet, and nothing read of its log.
    explicit Steering(const Campaign& campaign);

    // The past: the log's entries in their order, then the reports that came meanwhile.

    /// The instruction in that text, if operators have signed it who may.
    using Judge = std::function<Result<Instruction>(const std::string& paper)>;
    /// Returns the reasons for which records of operators were passed over: they lack a paper that counts (fleet.md
    /// §5). Storage: such an entry cannot follow, and this is to be thrown away.
    Result<std::vector<std::string>> read(const Entry& entry, const Judge& judge);
    void hear(const Report& report, WallTime at) { rollout_.apply(report, at); }
    /// All is read, and this server leads: what the one before it may not have come to.
    std::vector<Effect> lead() const { return rollout_.lead(); }

    // The present.

    /// Devices that are meant from now on, each by its name and enrolment; at most `mostInDecision` of them.
    std::vector<Effect> join(const std::vector<Member>& devices, WallTime now);
    /// Returns the effects that may be done at once.
    std::vector<Effect> handle(const Event& event, WallTime now);
    /// An operator's, whose signature the caller has checked: true, it was said last. IllegalState: it is older than
    /// the last one, or a retry of another round than the next.
    Result<bool> isSaid(const Instruction& instruction) const;
    std::vector<Effect> handle(const Event& event, const Signed& paper, const Instruction& instruction, WallTime now);
    /// The entry that is to be appended as number(). nullptr: there is none, or it is under way.
    const Entry* begin();
    /// The one that is under way, which may be appended again. nullptr: there is none.
    const Entry* underWay() const { return isUnderWay_ ? &batches_.front().entry : nullptr; }
    /// It is in the log: what may be done now. Where somebody else's is there this is to be thrown away.
    std::vector<Effect> appended();

    /// The next entry's, or the one's that is under way; from 1 on.
    std::uint32_t number() const { return number_; }
    /// When a Tick has something to decide. nullopt: never, or not before appended().
    std::optional<WallTime> nextDeadline() const;

    const Rollout& rollout() const { return rollout_; }
    /// The paper by which that round was begun. nullptr: there is none.
    const Signed* retryOf(std::uint32_t round) const;
    /// The devices that the log lets take part: of an entry that was just read, or appended, the last ones.
    Device members() const { return members_; }
    /// The latest of that name. nullopt: the device is not meant.
    std::optional<Device> numberOf(std::string_view name) const;
    std::string_view nameOf(Device device) const { return {names_.at(device).data(), names_.at(device).size()}; }

private:
    /// Decisions that are appended as one.
    struct Batch {
        Entry entry;
        std::vector<Effect> effects;
        std::size_t weight = 0; ///< bytes of its text, or more
    };
    std::vector<Effect> gather(Decision decision, std::vector<std::string> names, std::string paper, WallTime now);
    Result<void> heed(const Record& record, const std::string* paper, const Judge& judge);
    void note(const Instruction& instruction, const Signed& paper);
    void add(const std::vector<std::string>& names);

    Rollout rollout_;
    std::vector<std::array<char, 26>> names_; ///< by the devices' numbers: a million has to have room
    std::vector<Device> byName_;              ///< the numbers, sorted by those
    Device members_ = 0;
    std::deque<Batch> batches_; ///< the first may be under way
    std::uint32_t number_ = 1;
    bool isUnderWay_ = false;
    std::optional<Instruction> said_;         ///< the last that counts
    std::map<std::uint32_t, Signed> retries_; ///< by the rounds that they begin
};

} // namespace stint::fleet
