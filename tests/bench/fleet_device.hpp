// A device of stint-fleet-load: the line, the place in a fleet and the errands of a real one, with the rooms that
// stint-agent is made of, but for jobs. Its conditions hold always, what a step does is a drawn time, and nothing is
// written to a disk, so it does not die. All of them share a processor that each has for itself: so what one signs and
// verifies waits until what others are sent has been heard.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/fleet_line.hpp"
#include "bench/fleet_seen.hpp"
#include "fleet/enrolment/enroller.hpp"
#include "fleet/errand/errand.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/trust/trust.hpp"
#include "push/envelope/fleet.hpp"

namespace stint::bench {

/// How long a device is at a step, and which part of all fail.
struct Drawn {
    Duration least{0}, most{0};
    double failing = 0;
};

class FleetDevice {
public:
    FleetDevice(Loop& loop, const Place& place, Device device, const Drawn& drawn, SharedSeen& seen);
    FleetDevice(const FleetDevice&) = delete;
    FleetDevice& operator=(const FleetDevice&) = delete;

    // One after another; each is done when `done` is called, with what was wrong.
    using Done = std::function<void(Result<void>)>;
    void connect(Done done);
    /// Joins the fleet (fleet.md §3).
    void join(const fleet::JoinCode& code, Done done);
    /// Has orders pushed to it.
    void registerForPush(const push::PublicKey& server, const std::string& origin, Done done);
    void sayHello(Done done);

private:
    struct Going {
        fleet::Campaign campaign;
        fleet::Signed document;
        std::uint32_t enrolment = 0;
        std::optional<fleet::Errand> errand;
        std::uint64_t job = 0;   ///< the number of its last wait: others before it count no more
        std::uint32_t began = 0; ///< how often its first step did
        fleet::Telling last;     ///< that the server has acknowledged
        bool wantsNews = false, hasNews = false;
        bool hasToldEnd = false;
    };

    // The line.
    void up();
    void lost();
    void reconnect();
    void stayAlive(std::uint64_t connection);
    void catchUp();
    void heard(const push::StoredMessage& message);
    void take(push::Envelope envelope);
    /// A question waits for the connection as long as for its answer, and is sent again over the next one (push.md
    /// §4.2).
    void ask(push::FleetWord word, std::string question, FleetLine::Answered answered);
    void send(std::uint64_t which);

    // The agent does likewise (fleet/agent).
    Result<void> joinBy(const fleet::JoinCode& code, const std::string& text);
    void ordered(const fleet::OrderMessage& order);
    void wantWork();
    void hello(const Done& done);
    Result<void> heardHello(const std::string& text);
    void lookAtOrders();
    void heardDocument(const fleet::OrderMessage& order, Result<fleet::DocAnswer> document);
    void consider(const fleet::OrderMessage& order, fleet::Signed document);
    void endPass();
    void run(const std::string& id);
    void happen(const std::string& id, const fleet::Errand::Event& event);
    void perform(const std::string& id, const fleet::Errand::Wait& wait);
    void perform(const std::string& id, const fleet::Errand::AskForSlot& question);
    void perform(const std::string& id, const fleet::Errand::BeginStep& step);
    void perform(const std::string&, const fleet::Errand::StopStep&) {}
    void perform(const std::string&, const fleet::Errand::Send&) { tellLater(); }
    void perform(const std::string& id, const fleet::Errand::Restart&);
    void perform(const std::string&, const fleet::Errand::Over&) {}
    void setAlarm(const std::string& id);
    void tellLater();
    void tellNext();
    std::string reportOf(const std::string& id, const fleet::Telling& telling) const;
    Duration draw(Duration least, Duration most);

    Loop& loop_;
    Device device_;
    const Drawn& drawn_;
    SharedSeen& seen_;
    fleet::SecretKey key_;
    std::string token_, endpoint_;
    push::BoxQuestion box_; ///< with its cursors
    std::optional<fleet::Trust> trust_;
    std::map<std::string, fleet::OrderMessage, std::less<>> orders_; ///< to be looked at
    std::map<std::string, fleet::Signed, std::less<>> brought_;      ///< documents, by the last hello
    std::map<std::string, Going, std::less<>> going_;
    struct Asked {
        push::FleetWord word;
        std::string question;
        FleetLine::Answered answered;
        bool isSent = false; ///< over the connection that there is
        int times = 0;
    };
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t number_ = 0;
    std::uint64_t connections_ = 0; ///< that it has had
    std::minstd_rand random_;
    Done connecting_;
    int brokers_, tries_ = 0; ///< since the connection was there
    int fetches_ = 0;         ///< stint-push's tries, since one was answered
    int silent_ = 0;          ///< its questions in a row that nobody answered
    bool isPassing_ = false, isAgain_ = false, isTelling_ = false, isResting_ = false, isCatchingUp_ = false;
    Duration rest_{0}; ///< the last one
    FleetLine line_;   // last: what it calls back into is there
};

} // namespace stint::bench
