#include "entrance/broadcast.hpp"

#include <fmt/format.h>

#include "base/text/number.hpp"

namespace stint::entrance {

std::string eventText(std::uint64_t id, std::string_view topic, std::string_view data) {
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, topic, data);
}

EventText EventHistory::add(std::string_view topic, std::string_view data) {
    auto text = std::make_shared<const std::string>(eventText(++last_, topic, data));
    events_.push_back(text);
    bytes_ += text->size();
    while (events_.size() > mostEvents || bytes_ > mostBytes) {
        bytes_ -= events_.front()->size();
        events_.pop_front();
    }
    return text;
}

std::optional<std::vector<EventText>> EventHistory::since(std::uint64_t id) const {
    if (id > last_ || last_ - id > events_.size()) return std::nullopt;
    return std::vector<EventText>(events_.end() - static_cast<std::ptrdiff_t>(last_ - id), events_.end());
}

void EventHistory::breakOff() {
    events_.clear();
    bytes_ = 0;
    ++last_;
}

class Broadcast::Ticket final : public Viewer {
public:
    Ticket(Broadcast& home, std::list<Seat>::iterator seat, std::function<void()> left)
        : home_(home), seat_(seat), left_(std::move(left)) {}
    ~Ticket() override {
        home_.seats_.erase(seat_);
        left_();
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;

    std::string take() override { return home_.taken(*seat_); }

private:
    Broadcast& home_;
    std::list<Seat>::iterator seat_;
    std::function<void()> left_;
};

std::unique_ptr<Viewer> Broadcast::join(const std::string& lastEventId, std::function<void()> wake,
                                        std::function<void()> left) {
    const auto seat = seats_.insert(seats_.end(), Seat{std::move(wake)});
    const auto seen = numberIn<std::uint64_t>(lastEventId);
    const auto missed = seen ? history_.since(*seen) : std::nullopt;
    seat->owed = !missed;
    seat->anew = !missed && !lastEventId.empty();
    for (const EventText& text : missed.value_or(std::vector<EventText>{}))
        put(*seat, text);
    return std::make_unique<Ticket>(*this, seat, std::move(left));
}

void Broadcast::put(Seat& seat, const EventText& text) {
    seat.waiting.push_back(text);
    seat.bytes += text->size();
    if (seat.bytes <= mostWaiting) return;
    seat.waiting.clear();
    seat.bytes = 0;
    seat.owed = seat.anew = true;
}

std::string Broadcast::taken(Seat& seat) {
    std::string text;
    for (const EventText& one : seat.waiting)
        text += *one;
    seat.waiting.clear();
    seat.bytes = 0;
    const auto all = seat.owed ? everything_() : std::vector<TopicText>{};
    if (!all.empty()) {
        // These events all have the newest change's id: with the next change the browser goes on from here.
        if (seat.anew) text += eventText(history_.last(), "resync", "{}");
        for (const auto& [topic, data] : all)
            text += eventText(history_.last(), topic, data);
        seat.owed = seat.anew = false;
    }
    if (!seat.greeted && !text.empty()) text.insert(0, "retry: 2000\n\n");
    seat.greeted = seat.greeted || !text.empty();
    return text;
}

void Broadcast::send(std::string_view topic, std::string_view data) {
    const EventText text = history_.add(topic, data);
    for (Seat& seat : seats_) {
        if (seat.owed) continue; // everything includes it
        put(seat, text);
        seat.wake();
    }
}

void Broadcast::sendEverything() {
    history_.breakOff();
    for (Seat& seat : seats_)
        seat.owed = true;
    everythingIsKnown();
}

void Broadcast::everythingIsKnown() {
    for (const Seat& seat : seats_)
        if (seat.owed) seat.wake();
}

void Broadcast::sendPassing(const std::string& text) {
    const auto shared = std::make_shared<const std::string>(text);
    for (Seat& seat : seats_) {
        if (!seat.owed) put(seat, shared);
        seat.wake();
    }
}

} // namespace stint::entrance
