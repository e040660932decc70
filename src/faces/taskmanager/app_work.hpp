// The requests that apps' work layers show on the session bus (link/wire/work.hpp): which apps show any, and each
// app's answer when it is asked. An app is not trusted, and waited for briefly: one that is silent, floods or lies
// costs a page of its own and nobody else's. There is a connection to the bus only while somebody looks.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "faces/taskmanager/daemon_line.hpp"
#include "faces/taskmanager/paths.hpp"
#include "link/wire/message.hpp"
#include "link/wire/work.hpp"

namespace stint::taskmanager {

class AppWork {
public:
    using Answered = std::function<void(const Result<wire::WorkList>&)>;

    /// `changed` is called when topic() has changed.
    AppWork(sd_event* loop, std::function<void()> changed);
    ~AppWork();
    AppWork(const AppWork&) = delete;
    AppWork& operator=(const AppWork&) = delete;

    /// `on`: somebody looks at the page; false: nobody does any more.
    void follow(bool on);
    /// {"apps":[{"package":…,"changes":…}]}: the apps that show work, and how often it changed, as far as somebody
    /// looked in between.
    std::string topic() const;
    /// `answered` is called once, later or at once. Unavailable where no process of that app runs, or where it is
    /// silent.
    void ask(const std::string& package, Answered answered);

private:
    struct App {
        AppWork* home;
        std::string package;
        std::string owner = {}; ///< its unique name; empty: not known yet
        std::uint32_t changes = 0;
        wire::Slot naming = {}, change = {};
    };
    /// A question to one app. Callers that ask meanwhile get the same answer.
    struct Asked {
        AppWork* home;
        std::string package;
        wire::Slot call = {};
        std::vector<Answered> waiting = {};
    };

    Result<sd_bus*> bus();
    void forget();
    void setOwner(const std::string& package, const std::string& owner);
    void askOwner(const std::string& package);
    void listen(App& app);
    static int named(sd_bus_message* answer, void* self, sd_bus_error*);
    static int ownerTold(sd_bus_message* answer, void* app, sd_bus_error*);
    static int ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*);
    static int hasChanged(sd_bus_message* signal, void* app, sd_bus_error*);
    static int listed(sd_bus_message* answer, void* asked, sd_bus_error*);
    static int ended(sd_bus_message*, void* self, sd_bus_error*);

    sd_event* loop_;
    std::function<void()> changed_;
    wire::Bus bus_;
    bool isOver_ = false; ///< the bus has gone
    wire::Slot names_, owners_, end_;
    std::map<std::string, App> apps_;    ///< sd-bus holds pointers to its rows
    std::map<std::string, Asked> asked_; ///< likewise
};

/// Answers GET /api/work?package=PACKAGE: {"package":…,"requests":[as `stint work --json` prints them],"more":…}.
void answerWork(AppWork& work, DaemonLine& line, const Request& request, const Done& done);

} // namespace stint::taskmanager
