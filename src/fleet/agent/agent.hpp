// The device's end of a fleet (fleet.md §4.2): orders that are pushed, and jobs that stintd starts, become what errands
// (fleet/errand) hear; what these want done is done once it is written down. Whatever dies, and whenever, the next job
// or message finds it as it was noted.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/agent/jobs.hpp"
#include "fleet/agent/wires.hpp"
#include "fleet/enrolment/identity.hpp"
#include "fleet/errand/errand.hpp"
#include "fleet/keeping/keeping.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/questions/state.hpp"
#include "push/joining/settings.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

class Agent {
public:
    struct Place {
        std::filesystem::path fleet;              ///< the device's place in its fleet, and its errands
        std::filesystem::path line;               ///< by which it has joined a server of push
        std::vector<std::filesystem::path> owner; ///< fleet.toml: the first that is there counts
        std::filesystem::path config;             ///< stint's in XDG_CONFIG_HOME, for the policy of the owner's budget
        std::string boot;                         ///< this boot's id
        std::string version;                      ///< of this Stint

        static Place usual();
    };

    Agent(Place place, Wires& wires) : place_(std::move(place)), wires_(wires) {}
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// The first: goes on with what was noted. Storage: another agent has it, or the disk is full; nothing was done.
    Result<void> open();

    void start(const AgentRun& run);
    /// The run is over; `isPersons`: a person has stopped it. True: its job is to run again.
    bool stop(std::uint64_t run, bool isPersons = false);
    /// A pushed message.
    void heard(std::string_view order);
    /// The server has something to tell, or is to be told something.
    void wantWork();
    void tick();
    std::optional<Instant> nextDeadline() const;

    /// It could not write down what happened, so it does nothing any more; the next agent goes on.
    const std::optional<Error>& fault() const { return fault_; }

private:
    /// A pause, and why.
    struct Halt {
        Duration time{0};
        std::string why;
        bool asks = false; ///< a person's yes alone ends it
    };
    /// A campaign that this device has to do with.
    struct Going {
        Assignment noted;
        Campaign campaign;
        std::optional<Errand> errand;
        Duration part{0};                 ///< of the spread
        std::optional<std::uint64_t> run; ///< of its job
        bool isLate = false;              ///< wait-max is over
        bool asks = false;                ///< its job stands, and asks a person
        bool wantsNews = false;           ///< its job runs, and waits for the server's statement
        bool hasNews = false;             ///< it has waited for it, in this run
        bool isCommandOn = false;         ///< a step that is one
        std::optional<Instant> hungAt;    ///< its time is over, and it has until then to end
        int unanswered = 0;               ///< questions for its slot, in this run
        std::optional<Halt> halt;         ///< of its job, which is stopped by the agent itself
    };
    /// A conversation with the server, from hello to the last report.
    struct Pass {
        std::uint64_t number = 0;
        std::set<std::string, std::less<>> looked;          ///< orders that it has looked at
        std::map<std::string, Signed, std::less<>> brought; ///< documents that came with its hello
        bool isTelling = false;
        bool hasLooked = false; ///< at what campaigns wait for
        bool isAgain = false;   ///< there is more since
        bool isLost = false;    ///< the server was not reached
        std::string words;      ///< why it did not end well
    };
    struct Retold {
        std::string campaign;
        Telling telling;
    };

    // agent.cpp: campaigns.
    Result<void> begin(std::vector<Standing> jobs);
    Result<void> openIdentity();
    Result<void> openKeeping();
    void beginErrand(Going& going);
    bool isPending(const Assignment& noted) const;
    void startErrand(const AgentRun& run);
    void tryToBegin(Going& going);
    void happen(const std::string& campaign, const Errand::Event& event);
    void take(Going& going, const std::vector<Errand::Effect>& effects);
    Result<void> keep(Going& going);
    bool note(const OrderMessage& order);
    void save(const Assignment& noted);
    void perform(Going& going, const Errand::Wait& wait);
    void perform(Going& going, const Errand::AskForSlot& question);
    void perform(Going& going, const Errand::BeginStep& step);
    void perform(Going& going, const Errand::StopStep&);
    void perform(Going& going, const Errand::Send&);
    void perform(Going& going, const Errand::Restart&);
    void perform(Going& going, const Errand::Over&);
    void rest(Going& going, Duration after, bool isFree);
    void finish(Going& going, bool again, stint::Outcome outcome);
    static std::optional<Instant> deadlineOf(const Going& going);
    void stepEnded(const std::string& campaign, Errand::StepEnded how);
    std::string sealedFor(const Going& going, std::string_view words) const;
    void halt(Going& going, Halt halt);
    void cancelledHere(const std::string& campaign);
    void refused(Going& going, const Judgement& judged, std::uint8_t round);
    Judgement judge(const Assignment& noted) const;
    WallTime fleetTime() const;
    void noteFleetTime();
    std::string fleetName() const;
    Going* find(std::string_view campaign);

    // news.cpp: what is said with the server.
    void startWork(const AgentRun& run);
    void beginPass();
    void endPass();
    void scheduleWork();
    void handOver();
    void askInPass(std::string_view word, std::string question, std::function<void(const std::string&)> answered);
    void sayHello();
    void heardHello(const std::string& text, const Trace& said);
    void rejectCloned();
    void takePapers(const std::optional<Signed>& operators, const std::optional<Signed>& certificate,
                    const std::optional<Signed>& statement);
    void obeyStatement();
    void lookAtOrders();
    void heardDocument(const std::string& campaign, const std::string& text);
    bool hasBegun(const Assignment& noted, const std::optional<Signed>& retry);
    void consider(Assignment noted, const std::optional<Signed>& retry);
    void forget(Assignment noted);
    void renew();
    void tellAll();
    void endTelling();
    void lookAtWaiting();
    bool hasUntold() const;
    bool runsCampaign() const;
    bool mayTalk() const;
    void tellNext();
    void told(const std::string& campaign, std::uint32_t sequence, const Result<std::string>& answer);
    void retell(const std::string& campaign);

    // desiring.cpp: what is desired of this device.
    void lookAtDesired(const std::optional<Signed>& given);
    std::optional<DeviceState> makeSo(const Signed& given);
    std::optional<DeviceState> lookAgain();
    bool stands(const Signed& paper) const;
    std::optional<DeviceState> stateNoted() const;
    void noteState(DeviceState state, const Signed& paper);
    void stateTold();
    std::optional<Signed> signedState();

    // joining.cpp
    void startJoin(const AgentRun& run);
    void heardJoin(const AgentRun& run, const JoinCode& code, const Result<std::string>& answer);
    Result<void> joinBy(const JoinCode& code, const JoinAnswer& answer);
    void hasJoined(std::uint64_t run);
    Result<JoinQuestion> ownWords() const;

    // owner.cpp
    Owner owner() const;
    bool asks(const Going& going, const Owner& owner) const;
    Halt ownersHalt(const Going& going, Duration after) const;
    void startAnswer(const AgentRun& run);

    // leaving.cpp
    void startLeave(const AgentRun& run);
    void leaveFleet(std::uint64_t run, const std::string& untold);

    Place place_;
    Wires& wires_;
    std::optional<push::LineSettings> settings_;
    std::optional<Identity> identity_;
    std::optional<Keeping> keeping_; ///< where there is an identity
    std::map<std::string, Going, std::less<>> going_;
    std::map<std::uint64_t, AgentJob::Kind> works_; ///< runs that end with the pass
    std::set<std::uint64_t> joins_;                 ///< runs that wait for the answer to join, or to leave
    std::optional<Pass> pass_;
    std::uint64_t passes_ = 0;
    bool isWorkDue_ = false; ///< stintd has that job
    bool isTelling_ = false; ///< a report has no answer yet
    bool isCloned_ = false;  ///< by the server's last word (§3.1)
    std::vector<Retold> retold_;
    std::string trouble_; ///< why this device is in no fleet that counts, though it may be in one
    std::optional<Error> fault_;
};

} // namespace stint::fleet
