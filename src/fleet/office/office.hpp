// The fleet's server behind its wires (fleet.md §5): what devices ask and tell, and what operators want, is taken in
// one thread of its own, one thing after another; the campaigns decide, their logs are written, and then answers and
// orders go out. Whatever waits for the broker waits there, so that many who ask meanwhile are one entry of a log.
#pragma once
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "fleet/audit/audit.hpp"
#include "fleet/enrolment/enroller.hpp"
#include "fleet/ledger/audit_log.hpp"
#include "fleet/ledger/ledger.hpp"
#include "fleet/office/desired.hpp"
#include "fleet/office/heard.hpp"
#include "fleet/office/lease.hpp"
#include "fleet/office/seals.hpp"
#include "fleet/office/steering.hpp"
#include "fleet/roster/roster.hpp"
#include "push/broker/broker.hpp"
#include "push/envelope/fleet.hpp"

namespace stint::fleet {

/// The audit's names for what the server does of itself, or who can read its directory; and for what a device does.
inline constexpr std::string_view theServer = "the server", theDevice = "the device";

/// The buckets of devices' certificates, by the devices' names, of what they said of themselves and of their state, and
/// in which enrolment they were found cloned, by these with those ends; and of what all servers of a fleet have to
/// know.
inline constexpr std::string_view devicesBucket = "STINT_FLEET_DEV", helloEnd = ".hello", reportedEnd = ".reported",
                                  clonedEnd = ".cloned", houseBucket = "STINT_FLEET_HOUSE";

/// The things that have become others while somebody looked on. PROPOSAL: 4,000 of them at most; more are everything.
struct News {
    bool isAll = false;                                ///< all was read anew
    bool fleet = false;                                ///< of it as a whole
    std::set<std::string> devices;                     ///< also those that are gone
    std::map<std::string, std::set<Device>> campaigns; ///< and which of their devices

    static constexpr std::size_t most = 4'000;
    std::size_t rows() const;
};

class Office {
public:
    struct Wires {
        /// An order is to be pushed to that endpoint; from the office's thread, and not waited for.
        std::function<void(const std::string& endpoint, const OrderMessage& order)> post;
        /// A sentence for who runs the server, when it is another than before; likewise.
        std::function<void(const std::string& sentence)> tell;
        /// All is read, and questions are answered from now on; likewise, each time.
        std::function<void()> opened = [] {};
        /// Another server leads, and this one follows it; likewise.
        std::function<void()> follows = [] {};
        /// Another server leads from now on, where this one did; likewise.
        std::function<void()> superseded = [] {};
    };

    /// Nothing is answered before the broker is there, and all is read.
    struct Settings {
        std::filesystem::path data; ///< the server's directory
        std::string member, route;  ///< its name and place in a cluster (push.md §3.3); empty: it is alone
        Duration leaseLife = Lease::usualLife;
    };
    Office(const push::Broker& broker, Settings settings, Roster roster, FleetKeys keys, Wires wires);
    ~Office();
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    // From any thread. What is called back is called from the office's, once, or never where the office ends first.

    /// The broker is there, again, or gone.
    void connected(bool up);
    /// The server that leads says what it has read of devices' reports.
    void leaderRead(std::string_view text);

    using Answered = std::function<void(std::string answer)>;
    /// PROPOSAL: a device's questions that wait at once; more are passed over, so that none takes the office from
    /// others.
    static constexpr std::size_t mostWaiting = 4;
    /// A device's question; no answer: it asks again. While it waits the same is one question, and who asked last has
    /// the answer.
    void ask(push::FleetWord word, std::string device, std::string question, Answered answered);

    struct Started {
        std::string id;
        std::uint32_t devices = 0;
    };
    /// An operator's campaign is to go. IllegalArgument: it is none, or means nobody; or everybody, and `all` does not
    /// say so. Security: too few who may have signed it. IllegalState: it is over. Unavailable: it is not known whether
    /// it goes: the same may be asked again.
    void start(Signed document, bool all, std::function<void(Result<Started>)> done);
    using Done = std::function<void(Result<void>)>;
    /// An operator's word for one that goes. Refused: there is no such campaign; errors as above.
    void instruct(Signed instruction, Done done);
    struct Set {
        std::uint32_t version = 0;
        std::uint32_t devices = 0; ///< that it means now
    };
    /// An operator's document of desired state is to stand. IllegalArgument: it is none, or means everybody, and `all`
    /// does not say so. Security: too few who may have signed it. IllegalState: its version is not the next one, or too
    /// many stand. Unavailable: it is not known whether it stands: the same may be asked again.
    void set(Signed document, bool all, std::function<void(Result<Set>)> done);
    /// Devices may join by a new invitation. Errors of Invitations::make().
    struct Wanted {
        std::vector<std::string> labels;
        std::uint32_t uses = 1;
        Duration expires{0};
    };
    void invite(Wanted wanted, std::function<void(Result<Invitation>)> done);
    /// Root's newer list of operators. Errors of FleetKeys::takeOperators().
    void takeOperators(Signed list, Done done);
    /// The device is none of the fleet any more, until it joins anew. Refused: it is none.
    void remove(std::string device, Done done);
    /// The device has other labels, by a new certificate. Refused: it is none; errors of Enroller::relabelled().
    void label(std::string device, std::vector<std::string> changes, Done done);

    /// A campaign as it stands.
    struct Standing {
        const Campaign& campaign;
        const Steering& steering;
    };
    class View {
    public:
        virtual ~View() = default;
        virtual Roster& roster() = 0;
        virtual const FleetKeys& keys() const = 0;
        virtual std::vector<std::string> campaigns() const = 0;
        /// nullopt: there is none of that id.
        virtual std::optional<Standing> campaign(std::string_view id) const = 0;
        virtual const DesiredState& desired() = 0;
        virtual bool isOpen() const = 0;
        /// It may be asked and told. IllegalState: another server leads; Unavailable: why not, yet.
        virtual Result<void> opened() const = 0;
        /// The last sentence that was told of it.
        virtual const std::string& told() const = 0;
        /// The stream of reports. Unavailable: the broker is away.
        virtual Result<push::StreamState> reportStore() = 0;
        /// The texts of the audit's entries, from that number on: so many at most. Unavailable: the broker is away.
        virtual Result<AuditLog::Page> audit(std::uint64_t from, std::size_t most) = 0;
        /// Reports that were read, since the office's beginning: that count, and that do not.
        virtual std::int64_t counted() const = 0;
        virtual std::int64_t passed(Passed why) const = 0;
        /// A look came to nothing.
        virtual void failed(const Error& why) = 0;
        /// From now on news are noted, of which all there is are the first; `hasNews` is called, from the office's
        /// thread, when there are some, and again after these were taken. nullptr: nobody looks on.
        virtual void watch(std::function<void()> hasNews) = 0;
        virtual News takeNews() = 0;
    };
    /// Somebody looks, on the office's thread.
    void look(std::function<void(View&)> looking);

private:
    struct Running {
        Campaign campaign;
        Signed document;
        Steering steering;
    };
    using Work = std::function<void()>;
    class Looking;
    // Parts of the house's keys: root's lists, documents of desired state, and nothing, where the broker had no room.
    static constexpr std::string_view listPart = "operators.", desiredPart = "desired.", roomKey = "room";

    static std::string keyOfList(std::uint32_t version);

    Enroller enrollerBy(FleetKeys keys);

    /// A device's question that waits.
    struct Asked {
        push::FleetWord word;
        std::string device, text;
        Answered answered;
    };
    void leave(Work work);
    void lookForReports();
    /// It waits no more, and nobody else asks it now.
    void taken(const std::shared_ptr<Asked>& asked);
    void answerNow(const std::shared_ptr<Asked>& asked);
    template <class Note> void note(Note note) {
        if (!watcher_) return;
        if (!news_.isAll) note(news_);
        if (news_.rows() > News::most) news_ = {.isAll = true};
        if (!std::exchange(hasNews_, true)) watcher_();
    }
    void note(const std::string& id, const Entry& entry, const Steering& steering);
    void run();
    std::chrono::milliseconds rest() const;
    void turn();

    /// Devices' reports are heard here from now on; their questions are answered; and neither any more.
    Result<void> hearReports();
    Result<void> answer();
    void shut();

    // Reading what is there.
    Result<void> open();
    Result<bool> stands();
    Result<void> readAll(bool leading);
    Result<int> replicas() const;
    Result<void> leadOn();
    Result<void> openStores();
    Result<void> readHouse();
    Result<void> takeList(std::string_view text);
    Result<void> keepList();
    Result<Instruction> judged(const std::string& id, const std::string& paper);
    Result<void> takeDesired(std::string_view text);
    Result<void> readDevices();
    Result<void> readCampaigns();
    /// False: their stream is another than it was, or has less.
    Result<bool> openReports();
    struct Reports {
        std::vector<push::Recorded> all;
        SealedReports sealed{};
    };
    Result<Reports> someReports(std::uint64_t from, std::size_t most);
    Result<void> takeReports(const Reports& some, bool leading);
    Result<void> readAllReports(bool leading);
    Result<bool> readReports();
    Result<void> noted(const std::string& id, const Running& running, const Entry& entry);
    Result<void> forgetOld();
    Result<void> hearKept(const std::string& id, Running& running);
    void lose(const Error& why);
    void interrupt(const Error& why);

    // It leads, and the broker does not answer.
    void hold(const Error& why);
    bool isHeld() const { return isOpen_ && triesAt_; }
    bool answers() const { return isOpen_ && !triesAt_; }
    bool leadsYet() const;
    void tryAgain();
    Result<bool> isThere();
    void goOn();
    void release();

    /// All is lost where the roster is damaged, or anything full.
    void heed(const Error& why);
    template <class Value> Result<Value> heeded(Result<Value> result) {
        if (!result.ok()) heed(result.error());
        return result;
    }
    void tellOnce(const std::string& sentence);
    Result<void> checkOpen() const;

    /// All up to `read` of a bucket was, and what this server has written there as `revision` is done here, too.
    static void knows(std::uint64_t& read, std::uint64_t revision);
    void knowsOfLog(std::uint64_t revision);

    // Answers.
    Result<std::string> left(const std::string& device, const std::string& question);
    std::string answerTo(push::FleetWord word, const std::string& device, const std::string& question);
    Result<std::string> joined(const std::string& device, const std::string& question);
    Result<std::string> hello(const std::string& device, const std::string& question);
    Result<bool> isCloned(const DeviceEntry& entry, const Hello& hello);
    void leaveCampaigns(const std::string& device);
    Result<std::string> document(const std::string& question) const;
    void askForSlot(const std::string& device, const std::string& question, Answered answered);

    /// Puts it into the audit. Unavailable: nobody knows whether it is there, so nothing is to be done.
    Result<void> enter(Act act, std::string by, std::string of, std::string words = "", const Signed* paper = nullptr);
    Result<Started> started(const Signed& document, bool all);
    Result<Set> setBy(const Signed& document, bool all);
    struct MeantBy {
        std::vector<StateEntry> devices;
        std::size_t others = 0;
    };
    Result<MeantBy> meantBy(const Query& targets);
    void tellOf(std::uint32_t version, const std::vector<StateEntry>& devices);
    void tellNewDesired();
    const DesiredState& desired();
    Result<Invitation> invited(const Wanted& wanted);
    Result<void> instructed(const Signed& instruction);
    Result<void> takenOperators(const Signed& list);
    Result<void> removed(const std::string& device);
    Result<void> takenOut(const std::string& device);
    Result<void> labelled(const std::string& device, const std::vector<std::string>& changes);
    Result<void> certified(const std::string& device, const Signed& certificate);
    Result<std::vector<Member>> membersOf(const Campaign& campaign, bool all);
    static Error meansAll(std::size_t devices);
    Result<void> letIn(const std::string& device);

    Result<void> append(const std::string& id, Running& running);
    Result<void> write(const std::string& id, Running& running, Entry entry);
    void carryOut(const std::string& id, const Running& running, const std::vector<Effect>& effects);
    void order(const std::string& id, const Running& running, const Order& order);
    const std::optional<Signed>& statement();

    const push::Broker& broker_;
    const Settings settings_;
    Roster roster_;
    Enroller enroller_;
    Wires wires_;

    // The office's thread's alone.
    std::optional<Ledger> ledger_;
    std::optional<AuditLog> audit_;
    std::map<std::string, Running, std::less<>> campaigns_;
    DesiredState desired_;
    WallTime sweptAt_{}; ///< when those were looked for that are to be forgotten
    // The revisions of buckets up to which all is known: it was read, or written here.
    std::uint64_t devicesRead_ = 0, houseRead_ = 0;
    std::uint32_t listKept_ = 0; ///< the newest version of root's list that is there
    Ledger::Place campaignsRead_;
    std::optional<Lease> lease_;        ///< nullopt: the server is alone
    bool follows_ = false;              ///< another server leads
    bool readsOn_ = false;              ///< it did when it lost the broker: what it has of the logs is as it read them
    bool goesOn_ = false;               ///< it led when it lost the broker, and has all campaigns as it had them then
    int copies_ = 1;                    ///< servers of the cluster that keep what is kept
    std::string reports_;               ///< the name of their stream's store
    std::uint64_t reportsRead_ = 0;     ///< its sequence up to which they are read
    std::uint64_t reportsLast_ = ~0ULL; ///< its newest one's, when it was opened; before that no bound
    std::uint64_t reportsBefore_ = 0;   ///< that, when it was opened the time before
    Seals seals_;
    /// When it is looked in the stream for what was not heard, or was heard before the stream had it, by steadyNow().
    std::optional<Duration> look_;
    // From any thread.
    HeardReports heard_;
    std::map<std::tuple<std::string, Device, std::uint32_t>, Answered> asking_; ///< by campaign and slot
    std::optional<Signed> statement_;                                           ///< which says the following
    Statement said_;
    std::int64_t counted_ = 0;
    std::array<std::int64_t, passedRows.size()> passed_{};
    std::string told_;
    std::optional<Error> damage_; ///< the roster's, which is to be made anew
    bool mayBeFull_ = false;      ///< the broker, or the disk, did not take something
    bool isOpen_ = false;
    std::optional<Instant> triesAt_; ///< the broker is asked again then, which does not answer; by bootNow()
    bool hasLost_ = false;           ///< the connection, since it answered last
    std::vector<Work> held_;         ///< devices' questions since then
    std::function<void()> watcher_;  ///< nullptr: nobody looks on
    News news_;
    bool hasNews_ = false; ///< that were told to be there

    std::mutex mutex_;
    std::condition_variable woken_;
    std::deque<Work> left_;
    std::map<std::string, std::vector<std::shared_ptr<Asked>>> waiting_; ///< questions in there or held, by device
    bool isUp_ = false, hasChanged_ = false, hasReports_ = false, ends_ = false;
    std::thread thread_;
};

/// An operator's word would change something. IllegalState: the reason why not (fleet.md §4.2); IllegalArgument: there
/// is no such word.
Result<void> checkWord(const std::string& id, const Rollout& campaign, std::string_view word, WallTime now);

} // namespace stint::fleet
