#include "push/line/calls.hpp"

#include "base/result/errors.hpp"

namespace stint::push {
namespace {

constexpr std::size_t mostAsked = 64, mostOfOne = 8;

} // namespace

std::string senderOf(const wire::Message& call) {
    const char* sender = sd_bus_message_get_sender(call.get());
    return sender ? sender : "";
}

void reply(const wire::Message& call, const std::function<void(wire::Writer&)>& write) {
    if (!call.expectsReply()) return;
    auto made = wire::newReply(call);
    if (!made.ok()) return;
    wire::Writer writer(*made);
    write(writer);
    if (writer.done().ok()) (void)wire::send(sd_bus_message_get_bus(call.get()), *made);
}

Result<void> WaitingCalls::begin(const wire::Message& call) {
    const std::string sender = senderOf(call);
    const auto known = of_.find(sender);
    const std::size_t its = known == of_.end() ? 0 : known->second;
    if (its >= mostOfOne || all_ >= mostAsked)
        return fail(Errc::BUSY, "{} calls are waiting already, {} of them from here; ask again", all_, its);
    ++of_[sender];
    ++all_;
    return {};
}

void WaitingCalls::end(const wire::Message& call) {
    --all_;
    if (const auto its = of_.find(senderOf(call)); --its->second == 0) of_.erase(its);
}

} // namespace stint::push
