#include "stintd/daemon/line_edge.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "link/wire/connect.hpp"

namespace stint {
namespace {

constexpr const char* distributor = "org.unifiedpush.Distributor.stint";
constexpr Duration longEnough = 5min; ///< a line that was there so long is started again as if it were the first

/// The line knows what it has told: that a registration has ended everywhere, and that a connector knows it to be
/// revoked.
bool isNews(const wire::LineView& line, wire::LineView told) {
    if (line.entries.empty()) return !told.entries.empty();
    for (wire::LineEntry& entry : told.entries)
        if (entry.ended && entry.revoked) {
            const wire::LineEntry* const now = line.find(entry.name);
            entry.revoked = now && now->revoked;
        }
    std::erase_if(told.entries, [&](const wire::LineEntry& entry) { return entry.ended && !line.find(entry.name); });
    return line != told;
}

} // namespace

LineEdge::LineEdge(sd_event* loop, Server& server, Arrived arrived, Say warn)
    : loop_(loop), server_(server), arrived_(std::move(arrived)), warn_(std::move(warn)), again_(loop) {}

void LineEdge::want(const wire::LineView& line) {
    isWanted_ = !line.entries.empty();
    if (line_) {
        untold_ = line;
        return;
    }
    if (isWanted_ && !starting_ && !again_.isSet()) start();
}

// It is all of it each time: of many that end in one commit it is told once.
void LineEdge::tell() {
    const auto line = std::exchange(untold_, std::nullopt);
    if (!line || !line_) return;
    if (!told_ || isNews(*line, *told_)) server_.tellLine(*line_, *line);
    told_ = line;
}

void LineEdge::check() {
    tell();
    if (line_) server_.checkLine(*line_);
}

void LineEdge::deliver(const DeliverMessage& message) {
    // One that was given up is tried again under another number.
    std::erase_if(given_, [&](const auto& given) { return given.second.message.id == message.message.id; });
    given_.emplace(message.delivery, message);
    tell();
    if (line_ && isTold_)
        server_.giveLine(*line_, message);
    else if (!line_ && !starting_ && !again_.isSet())
        start();
}

// The line knows no registration before it has its answer: then it is given what waits.
void LineEdge::begins(ConnectionId connection) {
    if (line_ == connection) return;
    if (line_) lost();
    line_ = connection;
    untold_.reset(); // it is in the answer
    told_.reset();
    isTold_ = false;
    began_ = bootNow();
    again_.clear();
    sd_event_source* made = nullptr;
    sd_event_add_defer(loop_, &made, giveAll, this);
    giving_.reset(made);
}

int LineEdge::giveAll(sd_event_source*, void* self) {
    auto& edge = *static_cast<LineEdge*>(self);
    if (!edge.line_) return 0;
    edge.isTold_ = true;
    for (const auto& [delivery, message] : edge.given_)
        edge.server_.giveLine(*edge.line_, message);
    return 0;
}

void LineEdge::closed(ConnectionId connection) {
    if (line_ != connection) return;
    line_.reset();
    lost();
    if (bootNow() - began_ > longEnough) pause_.reset();
    if (isWanted_) startLater();
}

void LineEdge::lost() {
    arrived_(LineReported{});
    arrived_(NotificationsWatched{});
}

void LineEdge::took(std::uint64_t delivery, bool taken) {
    const auto given = given_.extract(delivery);
    if (!given.empty()) arrived_(DeliveryEnded{given.mapped().message.app, delivery, taken});
}

void LineEdge::startLater() {
    again_.set(pause_.next(), [this] {
        if (!line_ && isWanted_) start();
    });
}

void LineEdge::start() {
    auto bus = wire::openSessionBus(loop_);
    sd_bus_slot* slot = nullptr;
    if (bus.ok()) {
        bus_ = std::move(bus).value();
        sd_bus_call_method_async(bus_.get(), &slot, wire::busName, wire::busPath, wire::busName, "StartServiceByName",
                                 started, this, "su", distributor, 0U);
    }
    starting_.reset(slot);
    if (!slot) noteTrouble("there is no session bus to start it");
}

// Where it cannot be started it is tried anew when the core wants something else of the line: nothing is polled.
int LineEdge::started(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& edge = *static_cast<LineEdge*>(self);
    const auto message = wire::Message::sharing(answer);
    const wire::Slot ended = std::move(edge.starting_);
    const wire::Bus bus = std::move(edge.bus_);
    if (!message.isError()) {
        edge.trouble_.clear();
        if (!edge.line_) edge.startLater(); // it is there, or was about to go
        return 0;
    }
    edge.noteTrouble(message.error().message);
    return 0;
}

void LineEdge::noteTrouble(const std::string& trouble) {
    if (std::exchange(trouble_, trouble) != trouble)
        warn_("messages from elsewhere wait: stint-push cannot be started: " + trouble);
}

} // namespace stint
