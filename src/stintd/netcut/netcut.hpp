// The calls to stint-netguard on the system bus: "this app may not use the network now" becomes a cut of the app's
// cgroup, and an alarm a time at which it wakes the machine. This decides nothing; where there is no helper, it keeps
// what one would be sent, and the bus reports the next one: nothing is polled. Its one timer asks again for what could
// not be done just then.
//
// A new helper gets everything; one that dies leaves nobody cut. An app is named to it when it is first cut off, or
// first started, and stays named: so the cut is in place before the app's next process. Its bytes are counted while it
// is named (counting.cpp), and reported when somebody asks, or when they have reached a mark.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text/app_id.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/timer.hpp"
#include "link/wire/names.hpp"
#include "stintd/services/bus.hpp"

namespace stint {

/// A call to stint-netguard, addressed to the process that has the name now: a later one does not know what this one
/// was told.
inline Result<wire::Message> guardCall(const services::Service& guard, const char* member) {
    auto call = wire::newCall(guard.bus(), wire::netguardInterface, member);
    if (call && sd_bus_message_set_destination(call->get(), guard.owner().c_str()) < 0)
        return Error{Errc::SYSTEM, "cannot address stint-netguard"};
    return call;
}

/// The error of an answer; Busy where none came in time.
inline Error guardError(const wire::Message& answer) {
    if (sd_bus_message_is_method_error(answer.get(), SD_BUS_ERROR_NO_REPLY) > 0)
        return {Errc::BUSY, "stint-netguard has not answered in time"};
    return answer.error();
}

/// The one time at which stint-netguard is to have this machine awake, for a daemon that may not wake it itself. Each
/// new helper is asked; one that refuses is not asked again until askAgain().
class Waker {
public:
    /// A time, in µs since the boot, suspended time included, and its reason.
    struct Wake {
        std::uint64_t when = 0;
        std::string reason; ///< for the journal
        bool operator==(const Wake&) const = default;
    };
    using Tell = std::function<void(const std::string&)>;
    using Refused = std::function<void(const Error&)>;

    /// `refused`: is called with each refusal, to see to it that askAgain() is called when the answer may be another.
    Waker(const services::Service& guard, Tell tell, Refused refused)
        : guard_(guard), tell_(std::move(tell)), refused_(std::move(refused)) {}

    void want(std::optional<Wake> wish);
    const std::optional<Wake>& wants() const { return wish_; }
    /// To be called when there is another helper, or none.
    void servedAnew();
    /// Asks again after a refusal.
    void askAgain();
    /// The reason that the helper refuses; empty where it has not.
    const std::string& refusal() const { return refusal_; }

private:
    void pump();
    void disarm();
    Result<void> arm();
    void refuse(const Error& error);
    static int armed(sd_bus_message* answer, void* self, sd_bus_error*);

    const services::Service& guard_;
    Tell tell_;
    Refused refused_;
    std::optional<Wake> wish_;
    std::optional<Wake> told_; ///< the wish the helper was sent last
    std::uint32_t alarm_ = 0;  ///< the helper's number for it; 0: none
    std::string refusal_;
    wire::Slot arming_;
};

class Netcut {
public:
    /// Opens an app's cgroup as a directory, made where there is none.
    using CgroupOf = std::function<Result<Fd>(const AppId&)>;
    using Tell = std::function<void(const std::string&)>;

    /// No: the app's bytes are not counted from now on. Asked: they are. Told: they are, and marks work.
    enum class Counting { No, Asked, Told };
    using Counted = std::function<void(const AppId&, Counting)>;
    /// Gets the bytes that an app has received and sent since the last report.
    using Used = std::function<void(std::uint64_t received, std::uint64_t sent)>;

    /// `tell`: gets lines for the log.
    Netcut(sd_event* loop, CgroupOf cgroupOf, Tell tell, Counted counted);

    /// Begins to look for the helper. Without it nothing is enforced, and no bus is looked for.
    void open();

    /// Lets the app use the network from now on, or not.
    void set(const AppId& app, bool allowed);
    /// To be called when a process of the app is about to be started.
    void starting(const AppId& app);
    void uninstalled(const AppId& app);
    /// Calls Counted for each app that is counted, after the receiver was reset.
    void tellCounted();
    /// Asks for the app's use; `used` is never called for an app that is not counted.
    void count(const AppId& app, Used used);
    /// Calls `used` once, when the app's use since Counted has reached `at`; nullopt: never. Replaces the mark before.
    void mark(const AppId& app, std::optional<std::uint64_t> at, Used used);
    /// Has the machine be awake then; nullopt: it may sleep.
    void wakeAt(std::optional<Waker::Wake> wish);

    /// The state of things, for `stint doctor`.
    struct State {
        bool serves = false;
        bool installed = true;
        std::string problem;  ///< the reason that it does not work; empty: none
        std::size_t cut = 0;  ///< apps that are cut
        std::string noWake;   ///< the reason that the machine is not woken; empty: none
        std::string noMarks;  ///< the reason that marks do not work; empty: none
        bool refused = false; ///< polkit does not let this user do all of it
        std::string version;  ///< the helper's; empty until it has told, and where it is too old to tell
        std::string commit;
    };
    State state() const;

private:
    struct App {
        Netcut* owner = nullptr;
        AppId name;
        bool allowed = true;
        std::uint64_t cgroup = 0;   ///< the helper's number for it; 0: it does not watch it
        std::uint64_t inode = 0;    ///< the inode of the directory that was sent
        std::uint64_t received = 0; ///< the helper's last answer
        std::uint64_t sent = 0;
        std::uint64_t before = 0; ///< received and sent when Counted was called last
        std::uint64_t mark = 0;   ///< received and sent at which `used` is called; 0: none
        std::uint64_t marked = 0; ///< the mark that the helper has
        Used used;
        bool tells = true;               ///< the helper reports passed marks
        bool tellsLater = false;         ///< it has refused the mark for now
        std::optional<bool> cut = false; ///< the helper has it cut; nullopt: the last call failed, so nobody knows
        bool telling = false;            ///< it is in the call that is under way
        std::string refusal;             ///< the reason that it is not watched, or not cut, until something changes
        wire::Slot watching;             ///< the call of Watch
        wire::Slot marking;              ///< the call of TellAt
    };

    void guardChanged();
    void servedAnew();
    void askVersion();
    void failed(const Error& error, bool installed);

    struct Question {
        AppId app;
        std::uint64_t cgroup = 0; ///< the cgroup that was asked about
        Used used;
    };

    App& appOf(const AppId& name);
    void unwatch(App& app);
    void tellCounting(App& app);
    void tellUsed(App& app, std::uint64_t received, std::uint64_t sent, const Used& used);
    void tellMarks();
    void askInstead(App& app, const Error& error);
    void passed(const wire::Message& signal);
    static int marked(sd_bus_message* answer, void* app, sd_bus_error*);
    bool isWatched(const Question& question) const;
    void askCounters();
    using Counters = std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>; ///< received and sent, by cgroup
    void answerCounters(const wire::Message& answer);
    void answerAsked(const Counters& counters);
    static int countersTold(sd_bus_message* answer, void* self, sd_bus_error*);
    void connected();
    void wake();
    void pump();
    void watch(App& app);
    void tellBlocked();
    void settleBlocked(const Result<void>& done);
    void refuse(App& app, const Error& error);
    void complain(const std::string& problem);
    void askLater(const Error& refusal);
    void awaitAuthority();
    void askAgain();
    static int watched(sd_bus_message* answer, void* app, sd_bus_error*);
    static int blocked(sd_bus_message* answer, void* self, sd_bus_error*);
    static int versionTold(sd_bus_message* answer, void* self, sd_bus_error*);
    static int authorityChanged(sd_bus_message* signal, void* self, sd_bus_error*);

    CgroupOf cgroupOf_;
    Tell tell_;
    Counted counted_;
    services::Bus bus_;
    services::Service guard_;
    services::Signal passed_;
    std::string servedBy_;          ///< the guard's owner that servedAnew() was called for
    std::uint64_t servedSince_ = 0; ///< µs of CLOCK_MONOTONIC
    unsigned starts_ = 0;           ///< starts in a row of helpers that did not last
    sd_event* loop_;                ///< bus_ holds a reference to it
    Timer again_;                   ///< for what was refused for now
    Backoff pause_;                 ///< anew with each helper
    // Declared after the bus, so that its calls are destroyed before it.
    std::map<AppId, App> apps_;
    Waker waker_;
    std::vector<Question> questions_; ///< for the next call of Counters
    std::vector<Question> asked_;     ///< those in the call that is under way
    wire::Slot counting_;             ///< that call
    wire::Slot blocking_;             ///< the call of SetBlocked
    wire::Slot authority_;            ///< the match of polkit's signal that it may answer otherwise
    std::string problem_;             ///< the reason that no helper serves
    std::string told_;                ///< the last problem that was logged
    wire::Slot asking_;               ///< the call of Version
    std::string version_;             ///< the helper's answer
    std::string commit_;
    std::string noMarks_; ///< the reason that marks do not work
    bool wanted_ = false;
    bool installed_ = true;
};

} // namespace stint
