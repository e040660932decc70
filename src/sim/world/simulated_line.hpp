// A push server elsewhere, with its store, and the device's line to it (push.md §4.1, §6): what stint-endpoint, the
// broker and stint-push are to a daemon. The line fetches what the core wants, from the places that the core has.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/effect.hpp"
#include "sim/scenario/action.hpp"
#include "sim/scenario/surroundings.hpp"

namespace stint::sim {

/// The name of the app's nth registration, from 1 on.
std::string registrationOf(const AppId& app, std::int64_t nth);

class SimulatedLine {
public:
    /// The server's clock says `start.wall` at `start.elapsed`, and is never set.
    SimulatedLine(Surroundings& world, const Constants& constants, Now start)
        : world_(world), constants_(constants), start_(start) {}

    /// An application server posts a message.
    void post(const action::Push& message);
    void change(const action::ChangeLine& change);
    void setServer(bool up);
    void want(const LineWanted& wanted);
    /// The core has it ask whether anything is missing.
    void check() { readSoon(); }
    /// The daemon is gone, or the device is off: nobody wants anything until it is told anew.
    void lose() {
        wanted_.clear();
        told_ = reads_ = false;
    }

private:
    void publish(LineMessage message);
    /// Without registrations there is no connection.
    bool isConnected() const { return up_ && serverUp_ && !wanted_.empty(); }
    void report();
    bool isWanted(const Subject& of) const;
    WallTime serverTime() const { return start_.wall + (world_.now().elapsed - start_.elapsed); }
    /// The server is told of registrations that have ended.
    void endSoon();
    void readSoon();
    void read();
    void raise(const Subject& of, std::uint64_t sequence);

    Surroundings& world_;
    const Constants& constants_;
    Now start_;
    std::map<Subject, std::deque<LineMessage>> store_; ///< of each the last push.stored
    std::deque<LineMessage> outbox_;                   ///< posted while the server was down
    std::uint64_t last_ = 0;                           ///< sequence
    std::uint64_t posts_ = 0;
    std::map<std::string, LineWanted::Of> wanted_;
    bool up_ = true;
    bool serverUp_ = true;
    bool reads_ = false; ///< soon
    bool told_ = false;  ///< that it is connected
    Duration keepAlive_{0};
};

} // namespace stint::sim
