// A message bus that may come late, go, and come again; the services on it by their names, with their properties and
// signals; and broadcasts, which anybody on it may send.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint::services {

enum class Which { System, Session };

/// A message bus that may come late, go, and come again: the system's, or the session's. A follower is told when there
/// is a connection and when there is none. Nothing blocks here, and nothing is polled: the kernel reports the bus's
/// socket.
class Bus {
public:
    /// Called from the event loop, or from connect().
    class Follower {
    public:
        virtual ~Follower() = default;
        virtual void connected(sd_bus* bus) = 0;
        /// The follower must release what it has added to the connection.
        virtual void disconnected() = 0;
    };

    Bus(sd_event* loop, Which which) : loop_(sd_event_ref(loop)), which_(which) {}
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    /// Connects to DBUS_SYSTEM_BUS_ADDRESS or DBUS_SESSION_BUS_ADDRESS, else to the usual address, as soon as the bus
    /// is there.
    void connect();
    /// True while its socket is there and has not let us in yet.
    bool isAsking() const;

    /// Calls connected() at once where there is a connection.
    void follow(Follower& follower);
    void unfollow(Follower& follower);

private:
    void open();
    void close();
    static int greeted(sd_bus_message*, void* self, sd_bus_error*);
    static int ended(sd_bus_message*, void* self, sd_bus_error*);
    static int again(sd_event_source*, std::uint64_t, void* self);

    sd_event* loop_;
    Which which_;
    wire::Bus bus_;
    wire::Slot greeting_, end_;
    sd_event_source* again_ = nullptr; ///< connects anew
    unsigned tries_ = 0;               ///< tries to connect anew since the last connection that lasted
    std::uint64_t greetedAt_ = 0;      ///< µs of CLOCK_MONOTONIC
    bool connected_ = false;
    std::vector<Follower*> followers_;
};

class Followed;

/// A service on a bus, by its well-known name, with the properties of its objects and the signals that are followed.
/// Calls go to the unique name of its present owner, and only that one's signals are taken, so that another's are never
/// taken for its own; with a new owner all is read anew.
class Service : Bus::Follower {
public:
    /// Yes: the bus is asked to start it where it knows how.
    enum class Start { No, Yes };
    /// `changed`: called from the event loop when an owner came or went, or a followed property has changed.
    Service(Bus& bus, std::string name, Start start, std::function<void()> changed);
    ~Service() override;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    bool isThere() const { return !owner_.empty(); }
    /// True while it is not known whether it is there, or what its properties are.
    bool isAsking() const;
    /// Its owner's unique name; empty: nobody serves.
    const std::string& owner() const { return owner_; }
    /// The connection, for calls of other kinds than call(); nullptr where there is none.
    sd_bus* bus() const { return bus_; }

    /// Has the bus start it, where nobody serves and the bus has not been asked yet.
    void start();
    struct Failure {
        Error error;
        bool installed = false; ///< the bus knows how to start one
    };
    /// The reason that the bus could not start it, when it was last asked.
    const std::optional<Failure>& failure() const { return failure_; }

    /// Calls a method of the service, where it is there. `answered` is called unless the service, the bus or this
    /// object goes first. A newer call of the same `slot` replaces an older one.
    template <class... Arguments> void call(wire::Slot& slot, const char* path, const char* interface,
                                            const char* member, sd_bus_message_handler_t answered, void* self,
                                            const char* types, Arguments... arguments) {
        sd_bus_slot* made = nullptr;
        slot.reset();
        if (!isThere()) return;
        sd_bus_call_method_async(bus_, &made, owner_.c_str(), path, interface, member, answered, self, types,
                                 arguments...);
        slot.reset(made);
    }

private:
    friend class Followed;

    void connected(sd_bus* bus) override;
    void disconnected() override;
    void setOwner(std::string owner);
    static int ownerTold(sd_bus_message* answer, void* self, sd_bus_error*);
    static int started(sd_bus_message* answer, void* self, sd_bus_error*);
    static int ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*);

    Bus& home_;
    std::string name_;
    Start start_;
    std::function<void()> changed_;
    sd_bus* bus_ = nullptr;
    wire::Slot ownerWatch_, ownerCall_, startCall_;
    std::string owner_;
    std::optional<Failure> failure_;
    std::vector<Followed*> followed_;
};

/// Something that is followed of a service while it has an owner.
class Followed {
public:
    Followed(const Followed&) = delete;
    Followed& operator=(const Followed&) = delete;

protected:
    explicit Followed(Service& service);
    virtual ~Followed();
    /// To be called by the constructor of the most derived class.
    void beginNow();
    sd_bus* bus() const { return service_.bus_; }
    const std::string& owner() const { return service_.owner_; }
    void changed() const { service_.changed_(); }

private:
    friend class Service;
    virtual void begin() = 0;
    virtual void end() = 0;
    virtual bool isAsking() const { return false; }

    Service& service_;
};

/// The properties of one interface of one object.
class Properties final : Followed {
public:
    /// Once: they are read and not followed, where most changes are of no interest (the strength of a signal).
    enum class Read { Once, Always };
    Properties(Service& service, std::string path, std::string interface, Read read = Read::Always);

    /// True if they were read from the present owner.
    bool areKnown() const { return known_; }
    const std::string& path() const { return path_; }
    /// Reads all anew, for changes that the service does not report.
    void refresh();
    /// A property's value; nullopt where it is not known, is not there, or has another type. Paths and arrays of bytes
    /// are strings.
    template <class T> std::optional<T> get(std::string_view name) const {
        const auto found = values_.find(name);
        const T* const value = found == values_.end() ? nullptr : std::get_if<T>(&found->second);
        return value ? std::optional(*value) : std::nullopt;
    }

private:
    using Value = std::variant<bool, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string,
                               std::vector<std::string>>;

    void begin() override;
    void end() override;
    bool isAsking() const override { return call_ != nullptr; }
    void ask();
    Result<void> take(sd_bus_message* message);
    static std::optional<Value> valueIn(sd_bus_message* message);
    static int onAnswer(sd_bus_message* answer, void* self, sd_bus_error*);
    static int heard(sd_bus_message* signal, void* self, sd_bus_error*);

    std::string path_, interface_;
    Read read_;
    wire::Slot signals_, call_;
    std::map<std::string, Value, std::less<>> values_;
    bool known_ = false;
};

/// A signal of the service.
class Signal final : Followed {
public:
    using Heard = std::function<void(const wire::Message&)>;
    /// An empty `path` stands for any object.
    Signal(Service& service, std::string path, std::string interface, std::string member, Heard heard);

private:
    void begin() override;
    void end() override { slot_.reset(); }
    static int arrived(sd_bus_message* signal, void* self, sd_bus_error*);

    std::string path_, interface_, member_;
    Heard heard_;
    wire::Slot slot_;
};

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
    static int onAnswer(sd_bus_message* answer, void* self, sd_bus_error*);
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
