#include "push/line/known_names.hpp"

#include <fmt/core.h>

#include "link/wire/connect.hpp"
#include "link/wire/reader.hpp"

namespace stint::push {

void KnownNames::follow(const wire::LineView& line) {
    std::set<std::string> wanted, doubted;
    for (const wire::LineEntry& entry : line.entries) {
        if (entry.ended || sd_bus_service_name_is_valid(entry.connector.c_str()) <= 0) continue;
        wanted.insert(entry.connector);
        if (entry.doubted) doubted.insert(entry.connector);
    }
    std::erase_if(followed_, [&](const auto& one) { return !wanted.contains(one.first); });
    std::erase_if(told_, [&](const auto& one) { return !wanted.contains(one.first); });
    bool isNew = false;
    for (const std::string& name : doubted)
        isNew = !doubted_.contains(name) || isNew;
    doubted_ = std::move(doubted);
    if (!files_ && !wanted.empty())
        listen(files_, fmt::format("type='signal',sender='{0}',interface='{0}',path='{1}',"
                                   "member='ActivatableServicesChanged'",
                                   wire::busName, wire::busPath));
    for (const std::string& name : wanted) {
        const auto [place, isOne] = followed_.try_emplace(name);
        if (!isOne) continue;
        listen(place->second, wire::ownerChanges(fmt::format("arg0='{}'", name)));
        isNew = true;
    }
    if (isNew) look();
}

void KnownNames::listen(wire::Slot& slot, const std::string& rule) {
    // Where the bus takes no more rules, it is asked when something else happens.
    const auto added = [](sd_bus_message*, void*, sd_bus_error*) { return 0; };
    sd_bus_slot* made = nullptr;
    sd_bus_add_match_async(bus_, &made, rule.c_str(), changed, added, this);
    slot.reset(made);
}

int KnownNames::changed(sd_bus_message*, void* it, sd_bus_error*) {
    auto& self = *static_cast<KnownNames*>(it);
    if (!self.soon_.isSet()) self.soon_.set(1s, [&self] { self.look(); });
    return 0;
}

// Everything is asked at once, and not a question for each name: it costs the same, however many there are.
void KnownNames::look() {
    isToAskAgain_ = isAsking_;
    if (isAsking_ || followed_.empty()) return;
    there_.clear();
    ask("ListNames", owned);
}

void KnownNames::ask(const char* member, sd_bus_message_handler_t answered) {
    sd_bus_slot* made = nullptr;
    sd_bus_call_method_async(bus_, &made, wire::busName, wire::busPath, wire::busName, member, answered, this, "");
    asking_.reset(made);
    isAsking_ = made != nullptr;
}

// False: the bus does not say. Then nothing is known, and nothing is told.
bool KnownNames::take(sd_bus_message* answer) {
    const wire::Slot ended = std::move(asking_);
    isAsking_ = false;
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) return false;
    auto names = wire::Reader(message).strings();
    if (!names.ok()) return false;
    there_.insert(names->begin(), names->end());
    return true;
}

int KnownNames::owned(sd_bus_message* answer, void* it, sd_bus_error*) {
    auto& self = *static_cast<KnownNames*>(it);
    if (self.take(answer)) self.ask("ListActivatableNames", activatable);
    return 0;
}

int KnownNames::activatable(sd_bus_message* answer, void* it, sd_bus_error*) {
    auto& self = *static_cast<KnownNames*>(it);
    const bool isSaid = self.take(answer);
    if (self.isToAskAgain_) { // it may have changed between the two answers
        self.look();
    } else if (isSaid) {
        for (const auto& [name, slot] : self.followed_)
            self.tell(name, self.there_.contains(name));
        self.there_.clear();
    }
    return 0;
}

void KnownNames::tell(const std::string& name, bool isKnown) {
    const auto [told, isNew] = told_.try_emplace(name, isKnown);
    if (!isNew && told->second == isKnown && !doubted_.contains(name)) return;
    told->second = isKnown;
    gate_.seen(name, isKnown);
}

} // namespace stint::push
