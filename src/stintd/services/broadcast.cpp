#include "stintd/services/broadcast.hpp"

#include <fmt/format.h>

#include "link/wire/session_bus.hpp"

namespace stint::services {
namespace {

constexpr std::size_t mostSayers = 16; // each has a match for its end

} // namespace

BooleanBroadcast::BooleanBroadcast(Bus& bus, std::string member, std::string interfaceEnd, const char* asking,
                                   std::vector<Question> questions, std::function<void()> changed)
    : home_(bus), member_(std::move(member)), interfaceEnd_(std::move(interfaceEnd)), asking_(asking),
      questions_(std::move(questions)), changed_(std::move(changed)) {
    home_.follow(*this);
}

BooleanBroadcast::~BooleanBroadcast() { home_.unfollow(*this); }

void BooleanBroadcast::connected(sd_bus* bus) {
    bus_ = bus;
    sd_bus_slot* slot = nullptr;
    const auto rule = fmt::format("type='signal',member='{}'", member_);
    sd_bus_add_match_async(bus, &slot, rule.c_str(), arrived, nullptr, this);
    match_.reset(slot);
    for (const Question& question : questions_)
        ask(question);
}

void BooleanBroadcast::disconnected() {
    match_.reset();
    calls_.clear();
    unanswered_ = 0;
    sayers_.clear();
    heard_ = false;
    bus_ = nullptr;
    changed_();
}

void BooleanBroadcast::ask(const Question& question) {
    sd_bus_message* made = nullptr;
    if (sd_bus_message_new_method_call(bus_, &made, question.name, question.path, question.interface, asking_) < 0)
        return;
    sd_bus_message_set_auto_start(made, 0);
    sd_bus_slot* slot = nullptr;
    unanswered_ += sd_bus_call_async(bus_, &slot, made, told, this, 0) >= 0 ? 1 : 0;
    sd_bus_message_unref(made);
    calls_.emplace_back(slot);
}

void BooleanBroadcast::take(sd_bus_message* message) {
    const char* const sender = sd_bus_message_get_sender(message);
    int says = 0;
    if (!sender || sd_bus_message_read(message, "b", &says) <= 0) return;
    heard_ = true;
    if (!says) {
        if (sayers_.erase(sender) > 0) changed_();
        return;
    }
    if (sayers_.contains(sender) || sayers_.size() >= mostSayers) return;
    const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", sender));
    sd_bus_slot* slot = nullptr;
    sd_bus_add_match_async(bus_, &slot, rule.c_str(), left, nullptr, this);
    sayers_[sender].reset(slot);
    changed_();
}

int BooleanBroadcast::arrived(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    const char* const interface = sd_bus_message_get_interface(signal);
    if (interface && std::string_view(interface).ends_with(broadcast.interfaceEnd_)) broadcast.take(signal);
    return 0;
}

int BooleanBroadcast::told(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    --broadcast.unanswered_;
    if (!sd_bus_message_is_method_error(answer, nullptr)) broadcast.take(answer);
    return 0;
}

int BooleanBroadcast::left(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& broadcast = *static_cast<BooleanBroadcast*>(self);
    const auto change = wire::ownerChangeIn(signal);
    if (change && broadcast.sayers_.erase(change->name) > 0) broadcast.changed_();
    return 0;
}

} // namespace stint::services
