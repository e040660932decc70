// The line at work (push.md §4.1): it connects while there is a registration, fetches all that lacks, hears what comes
// live, and hands it to the daemon, one batch after another. It waits for events alone, but for tries after a failure.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/time/time.hpp"
#include "base/unix/timer.hpp"
#include "push/joining/settings.hpp"
#include "push/line/carrier.hpp"
#include "push/line/gate.hpp"
#include "push/line/reading.hpp"

namespace stint::push {

/// How long the line may be silent (push.md §4.1), learned for each network. Routers forget a connection that is silent
/// for longer than they like, and tell neither end. Pure.
class KeepAlive {
public:
    static constexpr Duration first = 4min, step = 4min, longest = 28min, shortest = 1min;

    /// The length for that network, by its name.
    Duration length(const std::string& network) const;
    /// A check was answered, after the line had been silent for so long: that was short enough, and longer is tried
    /// next if it was near to the present length.
    void answered(const std::string& network, Duration silence);
    /// A check was not answered, and the connection was dead.
    void died(const std::string& network);

private:
    void learn(const std::string& network, Duration length);

    std::map<std::string, Duration> learned_;
};

/// Messages that were left out, counted by reason, and told to the daemon at most once a minute, on stderr at most once
/// an hour: whoever sends them may send many.
class Troubles {
public:
    Troubles(sd_event* loop, Gate& gate) : gate_(gate), minute_(loop), hour_(loop) {}
    void add(const std::string& reason);

private:
    using Counts = std::map<std::string, std::int64_t>;
    void report();
    void tell();

    Gate& gate_;
    Counts unreported_, untold_; ///< to the daemon, and on stderr
    Timer minute_, hour_;        ///< each set for as long after it was told
};

class Fetching {
public:
    struct Follower {
        std::function<void()> caughtUp; ///< the store is known, and the server answers
        std::function<void()> connected = [] {};
        /// There is no connection, or no more; `isOver`: none comes by itself.
        std::function<void(const std::string& why, bool isOver)> lost = [](const auto&, bool) {};
    };
    static Result<std::unique_ptr<Fetching>> open(sd_event* loop, const LineSettings& settings, Gate& gate,
                                                  Follower follower);
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;

    /// The daemon's word.
    void replace(const wire::LineView& line);
    /// Asks now, and takes no answer for a dead connection.
    void check();

    /// True from the first complete answer of a connection until its end.
    bool isUp() const { return isReported_; }
    /// The store's name; empty: it is not known yet.
    const std::string& store() const { return reading_.line().place.stream; }
    /// Another number: what was asked before may never be answered.
    std::uint64_t connection() const { return connections_; }
    /// Asks the server about a registration. Unavailable: no answer; IllegalArgument: it refuses.
    void ask(const RegistrationQuestion& question, std::function<void(Result<void>)> then);

    // The connection is there for others, too.

    bool isConnected() const { return isConnected_; }
    /// It is wanted, whether anything is fetched or not, until letGo(). Unavailable: it was just tried, and is none.
    Result<void> hold();
    void letGo();
    /// Asks over it, beside what is fetched. `answered` is not called where it is lost first.
    void askBeside(std::string subject, std::string question, Duration patience, Carrier::Answered answered);
    /// Whoever asked had no answer: the server may be there no more.
    void doubt();

private:
    Fetching(sd_event* loop, const LineSettings& settings, Gate& gate, Follower follower);
    /// Anything is fetched, so that the daemon is told of the connection.
    bool fetches() const { return !reading_.line().entries.empty(); }

    void connect();
    void disconnect();
    void changed(bool up);
    void learned(const std::vector<std::string>& places);
    void ended(const std::string& why);
    void givenUp();
    void lost(const std::string& trouble, bool isOver = false);
    void reportUp();
    void go();
    void askBox();
    void answered(const Result<std::string>& text, Duration silence);
    void unanswered(bool wasSilent, bool wasCheck);
    void takeLive();
    void send(const LineRead& batch, std::function<void()> then);
    void later();
    void caughtUp();
    void learned(Duration before);

    LineSettings settings_;
    Gate& gate_;
    Follower follower_;
    Troubles troubles_;
    Reading reading_;
    KeepAlive keepAlive_;
    std::unique_ptr<Carrier> carrier_;
    Timer retry_;
    Timer trim_;                     ///< of the heap, when all of an answer has gone
    int tries_ = 0;                  ///< since the server has answered, or the connection was lost
    std::set<std::string> subjects_; ///< that are heard
    std::string trouble_;            ///< that the daemon was last told
    std::string why_;                ///< there is no connection
    bool isWanted_ = false;          ///< the connection
    bool isHeld_ = false;            ///< whatever is fetched
    bool isConnected_ = false;
    bool isReported_ = false;
    bool isBehind_ = false; ///< the mailbox has to be asked
    bool isOver_ = false;   ///< the connection is no more, and comes by itself no more
    bool isAsking_ = false;
    bool isSending_ = false;
    Duration begun_{0};               ///< when the connection was last begun, by the steady clock
    int silent_ = 0;                  ///< questions in a row that nobody answered
    std::uint64_t connections_ = 0;   ///< how often it came or went
    std::optional<Duration> checked_; ///< the next question is a check, after so long a silence
    Duration roundTrip_{0};           ///< of the last question that was answered
    Instant heard_;                   ///< the last answer or message
};

} // namespace stint::push
