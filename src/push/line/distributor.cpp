#include "push/line/distributor.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

constexpr const char* distributorName = "org.unifiedpush.Distributor.stint";
constexpr const char* distributorPath = "/org/unifiedpush/Distributor";
constexpr const char* distributor1 = "org.unifiedpush.Distributor1";
constexpr const char* distributor2 = "org.unifiedpush.Distributor2";
constexpr const char* connectorPath = "/org/unifiedpush/Connector";
constexpr const char* connector1 = "org.unifiedpush.Connector1";
constexpr const char* connector2 = "org.unifiedpush.Connector2";
constexpr Duration connectorPatience = 30s;
constexpr std::uint32_t taken = 1; ///< RequestName's answer: we own it; ReleaseName's: we do not any more

Result<Wish> wishIn(const wire::Message& call, int version) {
    Wish wish{.version = version};
    wire::Reader reader(call);
    if (version == 1) {
        wish.service = STINT_TRY(reader.string());
        wish.token = STINT_TRY(reader.string());
        if (call.signature() == "sss") wish.description = STINT_TRY(reader.string());
        return wish;
    }
    wire::DictionaryReader dictionary("arguments", wire::UnknownKeys::Ignore);
    dictionary.take("service", wish.service)
        .take("token", wish.token)
        .take("description", wish.description)
        .take("vapid", wish.vapid);
    STINT_TRY(dictionary.read(reader));
    return wish;
}

Result<std::string> tokenIn(const wire::Message& call, int version) {
    wire::Reader reader(call);
    if (version == 1) return reader.string();
    std::string token;
    wire::DictionaryReader dictionary("arguments", wire::UnknownKeys::Ignore);
    dictionary.take("token", token);
    STINT_TRY(dictionary.read(reader));
    return token;
}

std::span<const std::uint8_t> bytesIn(const std::string& text) {
    return {bytesOf(std::string_view(text)), text.size()};
}

} // namespace

Result<std::unique_ptr<Distributor>> Distributor::open(sd_event* loop, Gate& gate, const wire::LineView& line) {
    std::unique_ptr<Distributor> made(new Distributor(loop, gate, line));
    made->bus_ = STINT_TRY(wire::openSessionBus(loop));
    made->names_.use(made->bus_.get());
    STINT_TRY(made->add());
    return made;
}

Result<void> Distributor::add() {
    static const sd_bus_vtable first[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Register", "sss", "ss", called, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Unregister", "s", "", called, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
    };
    static const sd_bus_vtable second[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Register", "a{sv}", "a{sv}", called, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Unregister", "a{sv}", "a{sv}", called, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
    };
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_object(bus_.get(), &slot, distributorPath, calledShort, this);
    objects_[0].reset(std::exchange(slot, nullptr));
    if (result >= 0) result = sd_bus_add_object_vtable(bus_.get(), &slot, distributorPath, distributor1, first, this);
    objects_[1].reset(std::exchange(slot, nullptr));
    if (result >= 0) result = sd_bus_add_object_vtable(bus_.get(), &slot, distributorPath, distributor2, second, this);
    objects_[2].reset(slot);
    if (result < 0) return within("cannot be a distributor on the session bus", wire::errorFromErrno(-result));
    return {};
}

void Distributor::own(std::function<void(bool done)> then) {
    named_ = std::move(then);
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_request_name_async(bus_.get(), &slot, distributorName, 0, named, this);
    naming_.reset(slot);
    if (result < 0) std::exchange(named_, nullptr)(false);
}

void Distributor::leave(std::function<void(bool done)> then) {
    named_ = std::move(then);
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_release_name_async(bus_.get(), &slot, distributorName, named, this);
    naming_.reset(slot);
    if (result < 0) std::exchange(named_, nullptr)(true);
}

int Distributor::named(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& distributor = *static_cast<Distributor*>(self);
    const wire::Slot ended = std::move(distributor.naming_);
    const auto message = wire::Message::sharing(answer);
    const auto number = wire::Reader(message).uint32();
    const bool isDone = !message.isError() && number.ok() && *number == taken;
    std::exchange(distributor.named_, nullptr)(isDone);
    return 0;
}

// Register of version 1 without a description, which older connectors call.
int Distributor::calledShort(sd_bus_message* call, void* self, sd_bus_error*) {
    const bool isShort = sd_bus_message_is_method_call(call, distributor1, "Register") > 0 &&
                         sd_bus_message_has_signature(call, "ss") > 0;
    if (!isShort) return 0;
    static_cast<Distributor*>(self)->asked(wire::Message::sharing(call));
    return 1;
}

int Distributor::called(sd_bus_message* call, void* self, sd_bus_error*) {
    static_cast<Distributor*>(self)->asked(wire::Message::sharing(call));
    return 1;
}

void Distributor::asked(const wire::Message& call) {
    const int version = call.interface() == distributor1 ? 1 : 2;
    if (call.member() == "Register") {
        const auto wish = wishIn(call, version);
        if (wish.ok()) return askedToRegister(call, *wish);
        return registered(call, version, wish.error());
    }
    const auto token = tokenIn(call, version);
    if (token.ok()) return askedToUnregister(call, version, *token);
    (void)wire::replyError(call, token.error());
}

void Distributor::askedToRegister(const wire::Message& call, const Wish& wish) {
    if (const auto checked = checkWish(wish); !checked.ok()) return registered(call, wish.version, checked);
    if (const auto begun = waiting_.begin(call); !begun.ok()) return registered(call, wish.version, begun);
    const auto done = [this, call, version = wish.version](const Result<void>& result) {
        waiting_.end(call);
        registered(call, version, result);
    };
    callers_.ask(bus_.get(), senderOf(call), wish.service, [this, wish, done](const Result<Callers::Caller>& caller) {
        if (!caller.ok()) return done(caller.error());
        names_.hasCalled(wish.service);
        registrar_->registers(*caller, wish, done);
    });
}

void Distributor::registered(const wire::Message& call, int version, const Result<void>& done) {
    reply(call, [&](wire::Writer& writer) {
        if (version == 1) {
            writer.string(done.ok() ? "NEW_ENDPOINT" : "REGISTRATION_FAILED");
            writer.string(done.ok() ? "" : done.error().message);
            return;
        }
        wire::DictionaryWriter answer(writer);
        answer.put("success", std::string_view(done.ok() ? "REGISTRATION_SUCCEEDED" : "REGISTRATION_FAILED"));
        if (done.ok()) return;
        const bool isUnjoined = done.error().code == Errc::ILLEGAL_STATE;
        answer.put("reason", std::string_view(isUnjoined ? "ACTION_REQUIRED" : "INTERNAL_ERROR"));
    });
}

void Distributor::askedToUnregister(const wire::Message& call, int version, const std::string& token) {
    if (const auto begun = waiting_.begin(call); !begun.ok()) return (void)wire::replyError(call, begun.error());
    unregisterFirst(call, version, registrar_->named(token));
}

// A token is its connector's own choice: two of them may have the same. The caller's is that whose name it owns.
void Distributor::unregisterFirst(const wire::Message& call, int version, std::vector<wire::LineEntry> candidates) {
    if (candidates.empty()) {
        waiting_.end(call);
        return unregistered(call, version);
    }
    const wire::LineEntry first = candidates.back();
    candidates.pop_back();
    callers_.ask(bus_.get(), senderOf(call), first.connector,
                 [this, call, version, first, candidates](const Result<Callers::Caller>& caller) {
                     if (!caller.ok() || caller->app != first.app) return unregisterFirst(call, version, candidates);
                     registrar_->unregister(first.name, [this, call, version](const Result<void>& done) {
                         waiting_.end(call);
                         if (done.ok()) return unregistered(call, version);
                         (void)wire::replyError(call, done.error());
                     });
                 });
}

void Distributor::unregistered(const wire::Message& call, int version) {
    reply(call, [&](wire::Writer& writer) {
        if (version == 2) const wire::DictionaryWriter empty(writer);
    });
}

Result<wire::Message> Distributor::toConnector(const std::string& connector, const char* interface,
                                               const char* member) const {
    sd_bus_message* made = nullptr;
    const int result =
        sd_bus_message_new_method_call(bus_.get(), &made, connector.c_str(), connectorPath, interface, member);
    if (result < 0) return wire::errorFromErrno(-result);
    return wire::Message::owning(made);
}

// Version 1 wants no reply: `then` gets true once it is sent.
void Distributor::tell(const std::string& connector, const char* interface, const char* member, const Write& write,
                       std::function<void(bool answered)> then) {
    const auto message = toConnector(connector, interface, member);
    if (!message.ok()) return then(false);
    wire::Writer writer(*message);
    write(writer);
    if (!writer.done().ok()) return then(false);
    if (interface == connector2) return send(*message, connectorPatience, std::move(then));
    sd_bus_message_set_expect_reply(message->get(), 0);
    then(wire::send(bus_.get(), *message).ok());
}

void Distributor::send(const wire::Message& message, Duration patience, std::function<void(bool answered)> then) {
    Call& made = calls_.emplace_front();
    made.distributor = this;
    made.self = calls_.begin();
    made.then = std::move(then);
    sd_bus_slot* slot = nullptr;
    const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
    const int result =
        sd_bus_call_async(bus_.get(), &slot, message.get(), answered, &made, static_cast<std::uint64_t>(longest));
    made.slot.reset(slot);
    if (result >= 0) return;
    const auto failed = std::move(made.then);
    calls_.erase(made.self);
    failed(false);
}

int Distributor::answered(sd_bus_message* answer, void* it, sd_bus_error*) {
    Call& call = *static_cast<Call*>(it);
    Distributor& self = *call.distributor;
    const auto then = std::move(call.then);
    const auto message = wire::Message::sharing(answer);
    self.calls_.erase(call.self);
    then(!message.isError());
    return 0;
}

void Distributor::deliver(const wire::ConnectorCall& delivery) {
    if (delivery.deletedNote) return gate_.delivered(delivery.delivery, true); // UnifiedPush has no word for it
    const wire::LineEntry* const its = line_.find(delivery.registration);
    const auto details = its ? detailsIn(its->details) : std::nullopt;
    if (!details || its->connector.empty()) return gate_.delivered(delivery.delivery, false);
    if (details->version == 1) return deliverFirst(delivery, its->connector, *details);
    const auto write = [&](wire::Writer& writer) {
        wire::DictionaryWriter arguments(writer);
        arguments.put("token", details->of);
        arguments.put("message", "ay", [&](wire::Writer& value) { value.blob(bytesIn(delivery.data)); });
        arguments.put("id", delivery.id);
    };
    tell(its->connector, connector2, "Message", write,
         [this, number = delivery.delivery](bool isTaken) { handed(number, isTaken); });
}

void Distributor::handed(std::uint64_t delivery, bool isTaken) {
    if (!isTaken) names_.look();
    gate_.delivered(delivery, isTaken);
}

// Nobody answers, so the connector has to be there before it is told. The bus starts none that it has no file of, even
// if that runs.
void Distributor::deliverFirst(const wire::ConnectorCall& delivery, const std::string& connector, const Details& its) {
    const auto tellNow = [this, delivery, connector, token = its.of] {
        const auto write = [&](wire::Writer& writer) {
            writer.string(token).blob(bytesIn(delivery.data)).string(delivery.id);
        };
        tell(connector, connector1, "Message", write,
             [this, number = delivery.delivery](bool isTaken) { handed(number, isTaken); });
    };
    askBus("GetNameOwner", connector, [this, tellNow, number = delivery.delivery, connector](bool isThere) {
        if (isThere) return tellNow();
        askBus("StartServiceByName", connector, [this, tellNow, number](bool hasStarted) {
            if (hasStarted) return tellNow();
            handed(number, false);
        });
    });
}

void Distributor::askBus(const std::string& member, const std::string& name, std::function<void(bool answered)> then) {
    sd_bus_message* made = nullptr;
    const int result =
        sd_bus_message_new_method_call(bus_.get(), &made, wire::busName, wire::busPath, wire::busName, member.c_str());
    if (result < 0) return then(false);
    const auto question = wire::Message::owning(made);
    wire::Writer writer(question);
    writer.string(name);
    if (member == "StartServiceByName") writer.uint32(0);
    send(question, connectorPatience, std::move(then));
}

// The token, and the endpoint where there is one, in the words of the connector's version.
void Distributor::tellOf(const std::string& connector, const Details& its, const char* member,
                         const std::optional<std::string>& endpoint) {
    const auto ignored = [](bool) {};
    if (its.version == 1) {
        const auto write = [&](wire::Writer& writer) {
            writer.string(its.of);
            if (endpoint) writer.string(*endpoint);
        };
        return tell(connector, connector1, member, write, ignored);
    }
    const auto write = [&](wire::Writer& writer) {
        wire::DictionaryWriter arguments(writer);
        arguments.put("token", its.of);
        if (endpoint) arguments.put("endpoint", *endpoint);
    };
    tell(connector, connector2, member, write, ignored);
}

void Distributor::tellEndpoint(const std::string& connector, const Details& its, const std::string& endpoint) {
    tellOf(connector, its, "NewEndpoint", endpoint);
}

void Distributor::tellUnregistered(const std::string& connector, const Details& its) {
    tellOf(connector, its, "Unregistered", std::nullopt);
}

} // namespace stint::push
