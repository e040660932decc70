// An agent, with its real files and a fleet's server that signs as it should, between a stintd, steps and a clock that
// the test moves. It dies at whatever word to the world a test names.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "enrolment/small_server.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/document/days.hpp"
#include "fleet/questions/report.hpp"

namespace stint::fleet {

/// The agent dies here.
struct Died {};

/// In memory: hundreds of lives are lived here, each of which writes down all that it does.
struct Memory {
    std::string path = "/dev/shm/stint-agent-XXXXXX";
    Memory() {
        if (::mkdtemp(path.data())) return;
        path = "/tmp/stint-agent-XXXXXX";
        if (!::mkdtemp(path.data())) throw std::runtime_error("no directory");
    }
    ~Memory() { std::filesystem::remove_all(path); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return std::filesystem::path(path) / name; }
};

class World : private Wires {
public:
    World();

    // The test's hands.

    /// The device joins by the code of an invitation, as a person has it.
    stint::Outcome join() { return join(sure(codeFor(invited()))); }
    JoinCode invited() { return server.code(SmallServer::invite(*enroller_)); }
    stint::Outcome join(const std::string& code);
    /// Has joined, and nothing is under way.
    void settle();
    /// An operator's campaign, of which the statement knows, and its order; the agent hears it.
    std::string order(const Campaign& campaign, bool isAlive = true);
    void hear(const OrderMessage& order);
    /// An operator's document of desired state: the server has it for this device, and its statement names it.
    Desired want(std::uint32_t version, const std::string& policy, const std::string& targets = "all");
    /// None means this device any more.
    void wantNothing();
    /// The agent says hello, and all goes on.
    void look();
    /// The device's agent, if none is there: it reads what was noted.
    void start();
    void die();
    void restartDevice();
    /// stintd runs that job.
    std::uint64_t run(const AgentJob& job, bool isDeadlineOver = false);
    std::uint64_t runErrand(const std::string& campaign, bool isDeadlineOver = false) {
        return run({AgentJob::Kind::Errand, campaign}, isDeadlineOver);
    }
    bool stopRun(std::uint64_t run, bool isPersons = false);
    /// A person says whether it may begin here, by a job whose end this is.
    stint::Outcome personSays(const std::string& campaign, bool isYes);
    /// A person cancels the campaign's job at stintd, which tells nobody unless it runs.
    void cancelHere(const std::string& campaign);
    /// The server answers the oldest question; its word.
    std::string answer();
    /// It answers all of them, those that follow, too.
    void answerAll();
    void lose(); ///< nobody answers the oldest
    void answerBy(const std::string& text);
    void endStep(const std::string& campaign, Errand::StepEnded how = {});
    void pass(Duration time);
    /// All goes on as it may, whatever dies, until nothing is left to do.
    void goOn();

    bool has(const AgentJob& job) const { return standing.contains(keyOf(job)); }
    bool hasErrand(const std::string& campaign) const { return has({AgentJob::Kind::Errand, campaign}); }
    const JobInfo& job(const AgentJob& job) const { return standing.at(keyOf(job)); }
    const JobInfo& errand(const std::string& campaign) const { return job({AgentJob::Kind::Errand, campaign}); }
    /// The last report that the server has of it.
    const Telling& told(const std::string& campaign) const { return reports.at(campaign).back(); }
    Assignment noted(const std::string& campaign) const;
    std::string words() { return std::exchange(did, {}); }
    /// A new statement, which has what the test has made of it.
    void sayNews();

    Result<std::string> codeFor(const JoinCode& code) const { return textOf(code, url); }
    static Campaign campaign(std::string_view steps, std::string_view more = {});
    static constexpr std::string_view file =
        "[[step]]\nget = { url = \"https://files.example/fw\", sha256 = "
        "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\", size = 9, to = \"fw\" }\n";

    SmallServer server;
    Memory place;
    Agent::Place agentPlace;
    Operators list;
    Statement newest;
    Known known;
    std::map<std::string, Signed> documents;
    std::map<std::string, Waiting> waits;                                ///< what stintd says of campaigns' jobs
    std::set<std::string> cancelled;                                     ///< by a person, there
    Result<std::string> lastDays{std::string(quartersTold, offQuarter)}; ///< likewise, of the device
    std::map<std::string, Reply> replies;                                ///< of slots; else it may begin, for a day
    std::vector<std::string> missing;
    std::map<std::string, std::uint32_t, std::less<>> orders; ///< likewise in the next answer to a hello
    std::map<std::string, Signed, std::less<>> brought;       ///< likewise, documents
    std::map<std::string, std::vector<Telling>> reports;
    int refusedReports = 0;
    std::optional<Signed> wanted;              ///< the desired state that the server has for the device
    std::vector<DeviceState> states;           ///< that it was told, each later than the one before
    std::vector<std::string> madeSo;           ///< policies, as the device had them one after another
    std::optional<Errand::StepEnded> cannotBe; ///< what comes of the next ones in place of that
    std::string changes;                       ///< what a person has changed there since
    bool hasLeft = false;                      ///< the device has said so
    bool lacksRetries = false;                 ///< it has no operator's word for a round
    bool isCloned = false;                     ///< the server has found it there twice (§3.1)
    std::vector<Hello> hellos;
    std::deque<std::pair<std::string, std::string>> questions() const;

    std::optional<Agent> agent;
    std::map<std::string, JobInfo> standing; ///< stintd's jobs
    std::map<std::uint64_t, AgentJob> runs;
    std::map<std::uint64_t, std::pair<bool, stint::Outcome>> ends;
    Duration mostTime{0};             ///< of the step that began last
    std::map<std::string, int> begun; ///< steps, "CAMPAIGN/2"
    std::vector<std::string> complaints;
    std::string did;
    std::optional<Error> keepsOn; ///< the machine does not restart
    bool hasRestarted = false;
    Instant time{std::chrono::hours(1)};
    WallTime today = then + 2h; ///< the server's
    int boots = 1;
    int spoken = 0;          ///< to the world, so far
    int diesAt = -1;         ///< this word is the last
    bool diesBefore = false; ///< it is not even said

private:
    struct Asked {
        std::string word, text;
        Answered answered;
    };
    static std::string keyOf(const AgentJob& job) {
        return nameOf(job).space + "#" + std::to_string(nameOf(job).id.value);
    }
    template <class Say> auto say(const std::string& word, Say said);
    template <class Do> void guarded(Do what);
    void afterTurn();
    Result<std::string> answerTo(const Asked& asked);
    bool goOnOnce();
    void hearState(const Signed& paper, const std::string& device);

    void ask(std::string_view word, std::string question, Answered answered) override;
    Result<std::vector<Standing>> jobs() override;
    void schedule(const AgentJob& job, const JobInfo& info) override;
    void cancel(const AgentJob& job) override;
    Result<Waiting> waiting(const AgentJob& job) override;
    Result<std::string> days() override { return lastDays; }
    void finish(std::uint64_t run, bool again, stint::Outcome outcome) override;
    Result<std::string> registerForPush() override;
    Result<void> unregisterForPush() override;
    void begin(Task task, const Owner& owner, Ended ended) override;
    void stop(const std::string& campaign) override;
    Result<void> clear(const std::string& campaign) override;
    Errand::StepEnded makeSo(const Desired& desired) override;
    Result<std::string> changedSince(const Desired& desired) override;
    void restart(std::function<void(const Error&)> refused) override;
    Instant now() override { return time; }
    Duration untilHours(const DayHours& hours, Duration after) override;
    void complain(const std::string& sentence) override { complaints.push_back(sentence); }

    std::deque<Asked> asked_;
    std::map<std::string, std::pair<Task, Ended>> steps_;
    std::deque<OrderMessage> orders_; ///< that the agent has not taken
    std::uint64_t lastRun_ = 0;
    std::uint64_t sequence_ = 0;
    std::optional<Enroller> enroller_;
};

} // namespace stint::fleet
