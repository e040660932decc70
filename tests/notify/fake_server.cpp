#include "notify/fake_server.hpp"

#include <cstdarg>

#include <doctest/doctest.h>

#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint {
namespace {

constexpr const char* name = "org.freedesktop.Notifications";
constexpr const char* path = "/org/freedesktop/Notifications";

} // namespace

FakeServer::FakeServer(sd_event* loop) {
    sd_bus* made = nullptr;
    REQUIRE(sd_bus_open_user(&made) >= 0);
    bus_.reset(made);
    REQUIRE(sd_bus_add_object(made, nullptr, path, called, this) >= 0);
    REQUIRE(sd_bus_attach_event(made, loop, 0) >= 0);
}

void FakeServer::serve() {
    REQUIRE(sd_bus_request_name(bus_.get(), name, SD_BUS_NAME_ALLOW_REPLACEMENT | SD_BUS_NAME_REPLACE_EXISTING) >= 0);
}

void FakeServer::say(const char* member, const char* types, ...) const {
    sd_bus_message* made = nullptr;
    REQUIRE(sd_bus_message_new_signal(bus_.get(), &made, path, name, member) >= 0);
    const auto signal = wire::Message::owning(made);
    va_list values;
    va_start(values, types);
    REQUIRE(sd_bus_message_appendv(made, types, values) >= 0);
    va_end(values);
    REQUIRE(sd_bus_send(bus_.get(), made, nullptr) >= 0);
}

void FakeServer::closed(std::uint32_t which, std::uint32_t why) const { say("NotificationClosed", "uu", which, why); }
void FakeServer::pressed(std::uint32_t which, const std::string& action) const {
    say("ActionInvoked", "us", which, action.c_str());
}
void FakeServer::activated(std::uint32_t which) const { say("ActivationToken", "us", which, "token"); }

int FakeServer::called(sd_bus_message* call, void* self, sd_bus_error*) {
    auto& server = *static_cast<FakeServer*>(self);
    const auto message = wire::Message::sharing(call);
    if (message.member() == "Notify") {
        server.notify(message);
    } else if (message.member() == "CloseNotification") {
        server.withdrawn.push_back(*wire::Reader(message).uint32());
    } else if (message.member() == "GetServerInformation") {
        sd_bus_reply_method_return(call, "ssss", "fake", "tests", "1.2", "1.2");
    } else if (message.member() == "GetCapabilities") {
        const auto answer = *wire::newReply(message);
        wire::Writer(answer).strings(server.capabilities);
        sd_bus_send(server.bus_.get(), answer.get(), nullptr);
    }
    return 1;
}

void FakeServer::notify(const wire::Message& call) {
    wire::Reader reader(call);
    Notify notify;
    REQUIRE(reader.skip("s").ok());
    notify.replaces = *reader.uint32();
    REQUIRE(reader.skip("s").ok());
    notify.summary = *reader.string();
    notify.body = *reader.string();
    REQUIRE(reader.skip("asa{sv}").ok());
    notify.expires = *reader.int32();
    notified.push_back(std::move(notify));
    if (silent) {
        kept_.emplace_back(call, notified.size() - 1);
    } else {
        reply(call, notified.back());
    }
}

void FakeServer::answer() {
    REQUIRE_FALSE(kept_.empty());
    const auto [call, which] = kept_.front();
    kept_.pop_front();
    reply(call, notified[which]);
}

void FakeServer::reply(const wire::Message& call, Notify& to) {
    if (!refusal.empty()) {
        sd_bus_reply_method_errorf(call.get(), SD_BUS_ERROR_LIMITS_EXCEEDED, "%s", refusal.c_str());
    } else if (babbles) {
        sd_bus_reply_method_return(call.get(), "s", "one");
    } else {
        to.id = id ? *id : to.replaces ? to.replaces : next_++;
        sd_bus_reply_method_return(call.get(), "u", to.id);
    }
}

} // namespace stint
