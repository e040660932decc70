// A signal of a bus by its member alone, whoever sends it, under whatever name: for what each desktop offers under a
// name of its own. Anybody on the bus can send it, so it is believed only where a lie does no harm.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "stintd/services/bus.hpp"

namespace stint::services {

/// What each sender last said by a signal with one boolean. What a sender that has left the bus said holds no more.
class BooleanBroadcast : Bus::Follower {
public:
    /// Where a sender that is there already is asked for what it says; none is started for it.
    struct Question {
        const char* name;
        const char* path;
        const char* interface;
    };

    /// Of interfaces that end like this: ".ScreenSaver". `asking` is a method that answers with the boolean.
    BooleanBroadcast(Bus& bus, std::string member, std::string interfaceEnd, const char* asking,
                     std::vector<Question> questions, std::function<void()> changed);
    ~BooleanBroadcast() override;
    BooleanBroadcast(const BooleanBroadcast&) = delete;
    BooleanBroadcast& operator=(const BooleanBroadcast&) = delete;

    /// The unique name of one who says true; empty: nobody does.
    std::string sayer() const { return sayers_.empty() ? std::string() : sayers_.begin()->first; }
    /// Somebody has said something since the bus was there.
    bool wasHeard() const { return heard_; }
    /// It is not known yet what those say that were asked.
    bool isAsking() const { return bus_ ? unanswered_ > 0 : home_.isAsking(); }

private:
    void connected(sd_bus* bus) override;
    void disconnected() override;
    void ask(const Question& question);
    void take(sd_bus_message* message);
    static int arrived(sd_bus_message* signal, void* self, sd_bus_error*);
    static int told(sd_bus_message* answer, void* self, sd_bus_error*);
    static int left(sd_bus_message* signal, void* self, sd_bus_error*);

    Bus& home_;
    std::string member_, interfaceEnd_;
    const char* asking_;
    std::vector<Question> questions_;
    std::function<void()> changed_;
    sd_bus* bus_ = nullptr;
    wire::Slot match_;
    std::vector<wire::Slot> calls_;
    std::map<std::string, wire::Slot> sayers_; ///< each with the watch of its name
    std::size_t unanswered_ = 0;
    bool heard_ = false;
};

} // namespace stint::services
