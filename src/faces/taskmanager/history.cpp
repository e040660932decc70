#include "faces/taskmanager/history.hpp"

#include <fmt/format.h>

namespace stint::taskmanager {

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

} // namespace stint::taskmanager
