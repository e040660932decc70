// The fleet's server's file (fleet.md §5): its devices, campaigns and their targets, and what each device has told
// last, for whoever asks. Nothing in it is decided here, and nothing is only here: it can be made anew from the
// broker's buckets and the stream of reports, so a damaged file is set aside. Whoever calls has checked who signed a
// certificate or a campaign; reports are checked here.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "fleet/document/query.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/questions/report.hpp"
#include "fleet/questions/state.hpp"
#include "fleet/rollout/events.hpp"
#include "fleet/trust/seal.hpp"
#include "fleet/trust/signed.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

/// A message of the stream of reports: unchecked, but for its subject, which names the device.
struct StreamedReport {
    std::uint64_t sequence = 0;
    WallTime time{}; ///< the stream's
    std::string device;
    std::string text;
    const Stamps* sealed = nullptr; ///< of reports that were found signed before; nullptr: none is known
};

/// A report that does not count.
enum class Passed : std::uint8_t {
    NoReport,
    OtherDevice,
    NoDevice,
    OtherEnrolment,
    NotMeant,
    NoRound,
    Old,
    NotSigned,
};
struct PassedRow {
    Passed why;
    std::string_view word;    ///< in metrics
    std::string_view meaning; ///< for people
};
// clang-format off
inline constexpr auto passedRows = std::to_array<PassedRow>({
    {Passed::NoReport, "no-report", "it is none, or not in its one form"},
    {Passed::OtherDevice, "other-device", "it is of another device than the one that sent it"},
    {Passed::NoDevice, "no-device", "who sent it is no device of this fleet, or has left it"},
    {Passed::OtherEnrolment, "other-enrolment", "it is from before the device joined anew"},
    {Passed::NotMeant, "not-meant", "the device is no target of the campaign"},
    {Passed::NoRound, "no-round", "it is of a round that nobody has begun"},
    {Passed::Old, "old", "the device has told a newer one before"},
    {Passed::NotSigned, "not-signed", "its signature is not that of the device's key"},
});
// clang-format on

/// The reports of a batch that count, in their order; and how many do not.
struct Taken {
    struct Told {
        std::string campaign;
        Report report;
        WallTime at{}; ///< the stream's time
    };
    std::vector<Told> reports;
    std::array<std::uint32_t, passedRows.size()> passed{};
    /// By their sequences: found signed here, for no seal has them.
    std::vector<std::pair<std::uint64_t, Stamp>> verified;

    std::uint32_t count(Passed why) const { return passed[static_cast<std::size_t>(why)]; }
};

/// A device as it has joined, and what it said last.
struct DeviceEntry {
    std::string id;
    Enrolment enrolment = 0;
    std::string certificate; ///< as it is signed
    WallTime made{};         ///< the certificate
    std::map<std::string, std::string, std::less<>> labels;
    std::string endpoint;             ///< empty: it has said none
    std::string version;              ///< likewise
    std::optional<WallTime> seen;     ///< nullopt: it never was
    bool isGone = false;              ///< it has left, or was revoked
    bool isCloned = false;            ///< of that enrolment: it is there twice, or was put back (§3.1)
    std::optional<WallTime> daysKept; ///< when the broker was told of its days last; nullopt: it tells none
};

/// A device and its state, for who looks at all of them.
struct StateEntry {
    Facts facts;
    Enrolment enrolment = 0;
    std::string endpoint;
    std::optional<DeviceState> state; ///< nullopt: it has told none, of that enrolment
};

struct CampaignEntry {
    std::string id, name;
    std::string document; ///< as it is signed
    WallTime made{}, read{};
    std::uint8_t round = 0;
};

/// A target, and what its device has told, by which the campaign is made again: its last report but for those that
/// change nothing (§4.1), under the last one's sequence. Without one that is 0, and its phase Targeted.
struct ResultEntry {
    Device target = 0;
    std::string device;
    Enrolment enrolment = 0;
    Telling telling;
    WallTime made{}; ///< by the device's clock
    WallTime at{};   ///< the stream's time
};
struct ResultFilter {
    std::optional<Phase> phase;
    std::optional<Outcome> outcome;
    const Query* devices = nullptr; ///< that it says yes of
};
struct ResultCount {
    Phase phase = Phase::Targeted;
    Outcome outcome = Outcome::None;
    std::uint32_t targets = 0;

    bool operator==(const ResultCount&) const = default;
};

/// A reason's bit, by Android's number; 0: it has none.
std::uint32_t bitOf(PendingReason reason);
/// The bits of the reasons that this version knows.
std::uint32_t reasonsOf(const std::vector<ToldBlocker>& blockers);

class Roster {
public:
    struct Meaning {
        std::string device;
        Enrolment enrolment = 0;
    };
    /// Opens the file, or makes it; only one process has it open. A damaged one, and one of another version, is set
    /// aside under the same name with ".damaged" at its end, and made anew. Storage: it is another program's, not this
    /// user's alone, or the disk has no room.
    static Result<Roster> open(const std::filesystem::path& file);
    /// The file that was found was set aside, and why; empty: it was not.
    const std::string& setAside() const { return setAside_; }

    /// True: the file turned out damaged while it was open, and nothing more is to be had of it but beginAnew().
    static bool isDamage(const Error& error);
    /// Sets the file aside, whatever is in it, and goes on with a new one. Storage: the disk has no room.
    Result<void> beginAnew(const Error& why);

    /// A batch of the stream, in its order: one commit of what counts and of the sequence up to which it was read. What
    /// is taken a second time changes nothing. Storage: nothing of it is written.
    Result<Taken> take(const std::string& stream, std::span<const StreamedReport> batch);
    /// The sequence after which the stream is to be read on. The name of a stream says when it was made.
    Result<std::uint64_t> position(const std::string& stream);
    /// The stream goes on from that sequence, which is less than what was read: a power cut took the rest.
    Result<void> goBack(const std::string& stream, std::uint64_t sequence);

    /// Devices have joined, or have newer certificates: one commit. One that is older than what is known, or that came
    /// before its device left, changes nothing. Nor does what is no certificate, or not signed by `signer`; nullptr:
    /// this server has made them. Returns how many those were.
    Result<std::size_t> put(std::span<const Signed> certificates, const PublicKey* signer = nullptr);
    /// The device has left, or was revoked: its reports count no more, until it joins anew.
    Result<void> leave(const std::string& device);
    /// Devices said this of themselves before this file was made: it counts where nothing is known of one
    /// of that enrolment; of a trace, its number, where it is a later one.
    Result<void> recall(std::span<const std::pair<std::string, Hello>> hellos);
    /// The campaigns of which the device has told more than is known here. IllegalState: it is no device of this fleet.
    Result<std::vector<std::string>> hello(const std::string& device, const Hello& hello, WallTime now);
    /// The device has told what its last days were like, which the broker has had since `kept`. Empty: it tells none.
    Result<void> noteDays(const std::string& device, const std::string& days, WallTime kept);
    /// Devices told this before this file was made: it counts where nothing newer is known.
    Result<void> recallDays(std::span<const std::pair<std::string, std::string>> days);
    /// Empty: it tells none.
    Result<std::string> days(const std::string& device);
    Result<std::optional<DeviceEntry>> device(const std::string& id);
    /// nullopt: it is no device of this fleet.
    Result<std::optional<Facts>> facts(const std::string& device, WallTime now);
    /// Where orders are pushed to it; empty: nowhere, or it is no device of this fleet.
    Result<std::string> endpointOf(const std::string& device);
    /// From now on draws of traces count that are heard from now on: another server may have led, and heard others.
    void lead(WallTime since);
    /// The device has said hello with that trace, in its present enrolment: it is noted. False: no single device has
    /// said that and the one before.
    Result<bool> follow(const std::string& device, const Trace& said);
    /// The number of the last one; 0: none was heard in its present enrolment.
    Result<std::uint32_t> lastNumber(const std::string& device);
    /// Devices were found cloned, each in that enrolment.
    Result<void> markCloned(std::span<const Meaning> devices);
    /// Those that are, in their order.
    Result<std::vector<std::string>> cloned();
    /// Devices of this fleet: all; those that were not seen since then; those whose certificates were made before that.
    Result<std::int64_t> count();
    Result<std::int64_t> unseenSince(WallTime then);
    Result<std::int64_t> certifiedBefore(WallTime made);

    /// Devices tell of their states, as they have signed them: one commit. One that is none, another's, of another
    /// enrolment, not newer than what is known, or not signed by the key of the device's certificate changes nothing.
    /// Returns how many are new.
    Result<std::size_t> takeStates(std::span<const std::pair<std::string, Signed>> told);
    /// nullopt: it is no device of this fleet.
    Result<std::optional<StateEntry>> stateOf(const std::string& device, WallTime now);
    /// Hands on devices of the fleet after that id, in the order of ids, until `take` has had enough and says false.
    Result<void> eachState(const std::string& after, WallTime now, const std::function<bool(const StateEntry&)>& take);

    /// The campaign, which may be there. IllegalArgument: it is none; IllegalState: it is there, as another one.
    Result<void> putCampaign(const Signed& document, WallTime now);
    /// Devices that are meant, as the campaign's log has them: the first one's number, and on from there. Those that
    /// are there already change nothing. IllegalState: there is no such campaign.
    Result<void> addTargets(const std::string& campaign, Device first, std::span<const Meaning> devices);
    /// The campaign's log has no devices from that number on: a power cut took those that it had.
    Result<void> cutTargets(const std::string& campaign, Device end);
    /// An operator has begun that round.
    Result<void> beginRound(const std::string& campaign, std::uint8_t round);
    Result<std::vector<CampaignEntry>> campaigns();
    /// The ids of those that are there.
    std::vector<std::string> ids() const;
    /// The campaign is gone, with its targets: reports of it count no more.
    Result<void> dropCampaign(const std::string& campaign);

    /// A page of a campaign's targets, `most` at the most, from that number on; the last page has fewer.
    Result<std::vector<ResultEntry>> results(const std::string& campaign, const ResultFilter& filter, Device from,
                                             std::size_t most, WallTime now);
    /// The targets by what their devices told.
    Result<std::vector<ResultCount>> counts(const std::string& campaign);
    /// Hands on the targets whose devices have told last why they wait, with bits of the reasons that are known here.
    Result<void> eachWaiting(const std::string& campaign,
                             const std::function<void(Device, std::uint32_t reasons)>& take);
    /// Hands on when the stream got the end of each target whose device has told one; and of those that have told last
    /// why they wait, when they may begin, as they reckon.
    Result<void> eachTime(const std::string& campaign, const std::function<void(Device, WallTime)>& take);
    /// The device in the campaign, as it joined last. nullopt: it is no target.
    Result<std::optional<ResultEntry>> result(const std::string& campaign, const std::string& device);

private:
    struct Candidate;
    struct KeyEntry {
        Enrolment enrolment = 0;
        PublicKey key{};
    };
    struct Known {
        std::int64_t number = 0;
        std::uint8_t round = 0;
    };

    Roster(std::filesystem::path file, Database database) : file_(std::move(file)), database_(std::move(database)) {}
    static Result<Roster> openAsItIs(const std::filesystem::path& file);
    /// A new file, in place of one that is set aside.
    static Result<Roster> openAnew(const std::filesystem::path& file, const Error& why);
    Result<void> prepare();
    /// One commit of all that `work` writes, or nothing of it.
    Result<void> together(const std::function<Result<void>()>& work);
    Result<Known> known(const std::string& campaign) const;
    /// nullopt: it is no device of this fleet.
    Result<std::optional<KeyEntry>> keyOf(const std::string& device);

    Result<std::optional<Passed>> find(Candidate& candidate);
    Result<std::optional<Passed>> keep(const Candidate& candidate);

    std::filesystem::path file_;
    Database database_;
    std::string setAside_;
    std::int64_t lead_ = 0; ///< since when
    std::map<std::string, Known, std::less<>> campaigns_;
    stint::Statement findKey_, findTarget_, tell_, bump_, see_, advance_, findDevice_, findEndpoint_, findFacts_,
        findState_, greet_, findTrace_, putTrace_, findDays_, putDays_, dropDays_;
};

} // namespace stint::fleet
