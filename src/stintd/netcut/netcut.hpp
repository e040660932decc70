// Turns "this app may not use the network now" into a cut of the app's cgroup, by stint-netguard on the system bus. It
// decides nothing and holds no timer; where there is no helper, it remembers what one is to be told, and the bus tells
// of the next one: nobody has to ask.
//
// A helper that is new is told everything; one that dies leaves nobody cut. An app is named to it when it is first cut
// off, or first started, and stays named: who is cut is so before its next process is there. While it is named its
// bytes are counted, and told when somebody asks, or when they have come to a mark.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text/app_id.hpp"
#include "base/unix/fd.hpp"
#include "stintd/netcut/waker.hpp"
#include "stintd/services/service.hpp"

namespace stint {

class Netcut {
public:
    /// An app's cgroup, made where there is none, opened as a directory.
    using CgroupOf = std::function<Result<Fd>(const AppId&)>;
    using Tell = std::function<void(const std::string&)>;

    /// Whether the app's bytes are counted from now on, and whether a mark is heeded.
    enum class Counting { No, Asked, Told };
    using Counted = std::function<void(const AppId&, Counting)>;
    /// What an app has received and sent since it was told before.
    using Used = std::function<void(std::uint64_t received, std::uint64_t sent)>;

    /// `tell`: the log.
    Netcut(sd_event* loop, CgroupOf cgroupOf, Tell tell, Counted counted);

    /// Where it is not called, nothing is enforced, and no bus is looked for.
    void open();

    /// From now on.
    void set(const AppId& app, bool allowed);
    /// A process of it is about to be started.
    void starting(const AppId& app);
    void uninstalled(const AppId& app);
    /// Tells of each that is counted, for whoever has forgotten.
    void tellCounted();
    /// Asks what it has used; of an app that is not counted nobody is told.
    void count(const AppId& app, Used used);
    /// Tells what it has used, once, when that has come to `at` since Counted; nothing: does not. In the place of the
    /// one before.
    void mark(const AppId& app, std::optional<std::uint64_t> at, Used used);
    /// The machine is to be awake then; nothing: it may sleep.
    void wakeAt(std::optional<Waker::Wish> wish);

    /// What was found, for `stint doctor`.
    struct State {
        bool serves = false;
        bool installed = true;
        std::string problem; ///< what stands in the way; empty: nothing
        std::size_t cut = 0; ///< apps
        std::string noWake;  ///< why the machine is not woken; empty: nobody said so
        std::string noMarks; ///< why marks are not heeded; empty: nobody said so
    };
    State state() const;

private:
    struct App {
        Netcut* owner = nullptr;
        AppId name;
        bool allowed = true;
        std::uint64_t cgroup = 0;   ///< as the helper calls it; 0: it does not watch it
        std::uint64_t inode = 0;    ///< of the directory that was named
        std::uint64_t received = 0; ///< as the helper said last
        std::uint64_t sent = 0;
        std::uint64_t before = 0; ///< of both, when Counted was told
        std::uint64_t mark = 0;   ///< of both, at which to tell `used`; 0: none
        std::uint64_t marked = 0; ///< as the helper was told
        Used used;
        bool tells = true;    ///< the helper, when a mark is passed
        bool cut = false;     ///< as the helper was told
        bool telling = false; ///< in the call that is under way
        std::string refusal;  ///< why it is not watched, or not cut, until something changes
        wire::Slot watching;  ///< the call of Watch
        wire::Slot marking;   ///< the call of TellAt
    };

    void guardChanged();
    void servedAnew();
    void failed(const Error& error, bool installed);

    struct Question {
        AppId app;
        std::uint64_t cgroup = 0; ///< the answer is of this one
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
    void askCounters();
    void answerCounters(const wire::Message& answer);
    static int countersTold(sd_bus_message* answer, void* self, sd_bus_error*);
    void connected();
    void wake();
    void pump();
    void watch(App& app);
    void tellBlocked();
    void refuse(App& app, const Error& error);
    void complain(const std::string& problem);
    void awaitAuthority();
    static int watched(sd_bus_message* answer, void* app, sd_bus_error*);
    static int blocked(sd_bus_message* answer, void* self, sd_bus_error*);
    static int authorityChanged(sd_bus_message* signal, void* self, sd_bus_error*);

    CgroupOf cgroupOf_;
    Tell tell_;
    Counted counted_;
    services::Bus bus_;
    services::Service guard_;
    services::Signal passed_;
    std::string servedBy_;          ///< the guard's owner, as servedAnew() knows it
    std::uint64_t servedSince_ = 0; ///< µs of CLOCK_MONOTONIC
    unsigned starts_ = 0;           ///< in a row, of helpers that did not last
    sd_event* loop_;                ///< the bus keeps it
    // Behind the bus, so that its calls go before it.
    std::map<AppId, App> apps_;
    Waker waker_;
    std::vector<Question> questions_; ///< for the next call of Counters
    std::vector<Question> asked_;     ///< in the one that is under way
    wire::Slot counting_;             ///< that call
    wire::Slot blocking_;             ///< the call of SetBlocked
    wire::Slot authority_;            ///< polkit's word that it may answer otherwise now
    std::string problem_;             ///< why nobody serves
    std::string told_;                ///< what was complained of last
    std::string noMarks_;             ///< why marks are not heeded
    bool wanted_ = false;
    bool installed_ = true;
};

} // namespace stint
