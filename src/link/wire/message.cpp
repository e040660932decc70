#include "link/wire/message.hpp"

#include <cerrno>
#include <cstring>

#include "base/result/errors.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {
namespace {

std::string_view orEmpty(const char* text) { return text ? std::string_view(text) : std::string_view(); }

bool hasType(sd_bus_message* message, std::uint8_t wanted) {
    std::uint8_t type = 0;
    return sd_bus_message_get_type(message, &type) >= 0 && type == wanted;
}

Result<Message> made(int result, sd_bus_message* message, const char* what) {
    if (result < 0) return within(what, errorFromErrno(-result));
    return Message::owning(message);
}

} // namespace

Message Message::owning(sd_bus_message* message) { return Message(message); }
Message Message::sharing(sd_bus_message* message) { return Message(sd_bus_message_ref(message)); }

bool Message::isCall() const { return hasType(get(), SD_BUS_MESSAGE_METHOD_CALL); }
bool Message::isError() const { return hasType(get(), SD_BUS_MESSAGE_METHOD_ERROR); }
bool Message::isAnswer() const { return isError() || hasType(get(), SD_BUS_MESSAGE_METHOD_RETURN); }
bool Message::expectsReply() const { return isCall() && sd_bus_message_get_expect_reply(get()) > 0; }

std::uint64_t Message::cookie() const {
    std::uint64_t cookie = 0;
    return sd_bus_message_get_cookie(get(), &cookie) < 0 ? 0 : cookie;
}

std::uint64_t Message::replyCookie() const {
    std::uint64_t cookie = 0;
    return sd_bus_message_get_reply_cookie(get(), &cookie) < 0 ? 0 : cookie;
}

std::string_view Message::path() const { return orEmpty(sd_bus_message_get_path(get())); }
std::string_view Message::interface() const { return orEmpty(sd_bus_message_get_interface(get())); }
std::string_view Message::member() const { return orEmpty(sd_bus_message_get_member(get())); }
std::string_view Message::signature() const { return orEmpty(sd_bus_message_get_signature(get(), 1)); }

Error Message::error() const {
    const sd_bus_error* error = sd_bus_message_get_error(get());
    return error ? errorFrom(*error) : Error{Errc::SYSTEM, "the answer is not an error"};
}

Result<Message> newCall(sd_bus* bus, const char* interface, const char* member) {
    sd_bus_message* message = nullptr;
    const int result = sd_bus_message_new_method_call(bus, &message, nullptr, objectPath, interface, member);
    return made(result, message, "cannot make a call");
}

Result<Message> newSignal(sd_bus* bus, const char* interface, const char* member) {
    sd_bus_message* message = nullptr;
    const int result = sd_bus_message_new_signal(bus, &message, objectPath, interface, member);
    return made(result, message, "cannot make a signal");
}

Result<Message> newReply(const Message& call) {
    sd_bus_message* message = nullptr;
    const int result = sd_bus_message_new_method_return(call.get(), &message);
    return made(result, message, "cannot make a reply");
}

Result<void> replyError(const Message& call, const Error& error) {
    if (!call.expectsReply()) return {};
    const sd_bus_error wireError{wireNameOf(error.code), error.message.c_str(), 0};
    const int result = sd_bus_reply_method_error(call.get(), &wireError);
    if (result < 0) return within("cannot answer", errorFromErrno(-result));
    return {};
}

Result<void> replyDone(const Message& call) {
    if (!call.expectsReply()) return {};
    const int result = sd_bus_reply_method_return(call.get(), nullptr);
    if (result < 0) return within("cannot answer", errorFromErrno(-result));
    return {};
}

Result<std::uint64_t> send(sd_bus* bus, const Message& message) {
    std::uint64_t cookie = 0;
    const int result = sd_bus_send(bus, message.get(), &cookie);
    if (result < 0) return within("cannot send", errorFromErrno(-result));
    return cookie;
}

Result<Message> call(sd_bus* bus, const Message& message, std::optional<Duration> patience) {
    // sd-bus: 0 is its default of 25 s, the largest number is no end.
    const std::uint64_t microseconds =
        patience ? static_cast<std::uint64_t>(std::chrono::microseconds(*patience).count()) : UINT64_MAX;
    sd_bus_error wireError = SD_BUS_ERROR_NULL;
    sd_bus_message* answer = nullptr;
    const int result = sd_bus_call(bus, message.get(), microseconds, &wireError, &answer);
    if (result >= 0) return Message::owning(answer);
    Error error = sd_bus_error_is_set(&wireError) ? errorFrom(wireError) : errorFromErrno(-result);
    sd_bus_error_free(&wireError);
    return error;
}

} // namespace stint::wire
