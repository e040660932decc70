// A signal that anybody on a bus may send.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "stintd/services/bus.hpp"

namespace stint::services {

/// A signal on a bus by its member's name alone, from any sender under any name, for something that each desktop offers
/// under a name of its own; and the value that each sender last sent by a signal with one boolean. Anybody on the bus
/// can send it, so it is believed only where a lie does no harm. A sender that leaves the bus takes its value with it.
class BooleanBroadcast : Bus::Follower {
public:
    /// The object of a sender that may be there already, which is asked for its value; none is started for that.
    struct Question {
        const char* name;
        const char* path;
        const char* interface;
    };

    /// `interfaceEnd`: the end of the signal's interface, such as ".ScreenSaver". `asking`: the method that answers
    /// with the boolean.
    BooleanBroadcast(Bus& bus, std::string member, std::string interfaceEnd, const char* asking,
                     std::vector<Question> questions, std::function<void()> changed);
    ~BooleanBroadcast() override;
    BooleanBroadcast(const BooleanBroadcast&) = delete;
    BooleanBroadcast& operator=(const BooleanBroadcast&) = delete;

    /// The unique name of a sender whose value is true; empty: none.
    std::string sayer() const { return sayers_.empty() ? std::string() : sayers_.begin()->first; }
    /// True if anybody has sent a value since the bus was there.
    bool wasHeard() const { return heard_; }
    /// True while senders that were asked have not answered.
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
    std::map<std::string, wire::Slot> sayers_; ///< each with the match for its end
    std::size_t unanswered_ = 0;
    bool heard_ = false;
};

} // namespace stint::services
