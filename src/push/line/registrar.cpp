#include "push/line/registrar.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/unix/ends.hpp"
#include "push/envelope/names.hpp"
#include "push/webpush/key_pair.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longestDetails = 1'024;

} // namespace

std::string textOf(const Details& details) {
    return Json{{"token", details.token},
                {"of", details.of},
                {"version", details.version},
                {"vapid", details.vapid},
                {"at", details.at}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Details> detailsIn(std::string_view text) {
    if (text.size() > longestDetails) return std::nullopt;
    const Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    const auto version = object.find("version");
    const auto token = textMember(object, "token"), of = textMember(object, "of"), vapid = textMember(object, "vapid"),
               at = textMember(object, "at");
    const bool isOurs = token && registrationOf(*token) && of && vapid && at && version != object.end() &&
                        (*version == 1 || *version == 2);
    if (!isOurs) return std::nullopt;
    return Details{.token = *token, .of = *of, .version = version->get<int>(), .vapid = *vapid, .at = *at};
}

namespace {

constexpr std::size_t longestToken = 100, longestDescription = 256, longestVapid = 87;

/// UTF-8 was checked by the bus.
std::size_t charactersIn(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool isPoint(const std::string& vapid) {
    if (vapid.size() != longestVapid) return false;
    const auto point = webpush::fromBase64Url(vapid, webpush::pointSize);
    return point && webpush::KeyPair::random().sharedWith(*point).ok();
}

/// True for what a receiver's app wants, which is not made yet.
bool isWish(const wire::LineEntry& entry) { return !entry.own.empty() && entry.details.empty() && !entry.ended; }

} // namespace

Result<void> checkWish(const Wish& wish) {
    if (wish.token.empty() || wish.token.size() > longestToken)
        return fail(Errc::ILLEGAL_ARGUMENT, "a token has 1 to {} bytes", longestToken);
    if (charactersIn(wish.description) > longestDescription)
        return fail(Errc::ILLEGAL_ARGUMENT, "a description has {} characters at most", longestDescription);
    if (sd_bus_service_name_is_valid(wish.service.c_str()) <= 0 || wish.service.starts_with(':'))
        return fail(Errc::ILLEGAL_ARGUMENT, "service is no well-known name of the bus");
    if (!wish.vapid.empty() && !isPoint(wish.vapid))
        return fail(Errc::ILLEGAL_ARGUMENT, "vapid is no point of P-256, {} characters of base64url", longestVapid);
    return {};
}

void Registrar::registers(const Callers::Caller& caller, const Wish& wish, Done done) {
    if (!settings_)
        return done(fail(Errc::ILLEGAL_STATE, "this device has joined no push server; `stint push join` does it"));
    requests_.push_back({caller, wish, std::move(done)});
    requestNext();
}

void Registrar::requestNext() {
    while (!isRequesting_ && !requests_.empty()) {
        isRequesting_ = true;
        Request next = std::move(requests_.front());
        requests_.pop_front();
        const Done done = std::move(next.done);
        next.done = [this, done](const Result<void>& made) {
            isRequesting_ = false;
            done(made);
            go();
            requestNext();
        };
        request(next);
    }
}

void Registrar::request(const Request& next) {
    const Wish& wish = next.wish;
    std::optional<wire::LineEntry> known;
    for (wire::LineEntry& its : line_.entries) {
        if (its.ended || its.app != next.caller.app || its.connector.empty()) continue;
        auto details = detailsIn(its.details);
        if (!details || details->of != wish.token) continue;
        if (details->vapid != wish.vapid) {
            // The server binds a token to the key that it was made with, so another key needs another token.
            its.ended = true;
            gate_.unregister(its.name, false, nullptr);
        } else if (its.replaced) { // what comes to the old endpoint is for whoever asks now
            its.connector = wish.service;
            details->version = wish.version;
            write(its, *details, {}, [](const Result<void>&) {});
        } else {
            known = its;
        }
    }
    if (known) return renew(next, *known, *detailsIn(known->details));
    make({next.caller.app, wish.service, {}, next.caller.process},
         {.token = {}, .of = wish.token, .version = wish.version, .vapid = wish.vapid, .at = {}}, "", next.done);
}

void Registrar::make(const Owner& owner, Details details, const std::string& replaces, const Done& done) {
    details.token = newToken();
    details.at.clear();
    wire::LineEntry made;
    made.name = *registrationOf(details.token);
    made.app = owner.app;
    made.connector = owner.connector;
    made.own = owner.own;
    write(made, details, {owner.process, replaces}, done);
}

// The same endpoint again. The daemon is told in any case, and tries again what its connector had not taken; the
// connector is told once the server has it, since it may have missed it.
void Registrar::renew(const Request& next, const wire::LineEntry& its, Details details) {
    wire::LineEntry renewed = its;
    renewed.connector = next.wish.service;
    const bool isPlaced =
        details.version == next.wish.version && fetching_ && !details.at.empty() && details.at == here();
    details.version = next.wish.version;
    if (!isPlaced) details.at.clear(); // the server learns the version, and then the connector is told
    const auto written = [this, renewed, details, isPlaced, done = next.done](const Result<void>& answer) {
        done(answer);
        if (isPlaced && answer.ok())
            teller_.newEndpoint(renewed.connector, details, settings_->endpointOf(details.token));
    };
    write(renewed, details, {next.caller.process, ""}, written);
}

void Registrar::write(const wire::LineEntry& entry, const Details& details, const Cause& cause, const Done& done) {
    wire::LineEntry written = entry;
    written.details = textOf(details);
    gate_.registers({.name = written.name,
                     .app = AppId{written.app},
                     .connector = written.connector,
                     .details = written.details,
                     .endpoint = details.at.empty() ? "" : settings_->endpointOf(details.token),
                     .own = written.own,
                     .replaces = cause.replaces,
                     .caller = cause.process},
                    [this, written, done](const Result<void>& answer) {
                        if (!answer.ok()) return done(answer);
                        // The daemon tells it, too, and which urgencies are fetched.
                        const auto known = std::ranges::find(line_.entries, written.name, &wire::LineEntry::name);
                        if (known == line_.entries.end()) {
                            line_.entries.push_back(written);
                        } else {
                            known->connector = written.connector;
                            known->details = written.details;
                        }
                        done({});
                    });
}

std::vector<wire::LineEntry> Registrar::named(const std::string& token) const {
    std::vector<wire::LineEntry> found;
    for (const wire::LineEntry& one : line_.entries) {
        if (one.ended || one.replaced || one.connector.empty()) continue; // one that was replaced ends with the other
        const auto details = detailsIn(one.details);
        if (details && details->of == token) found.push_back(one);
    }
    return found;
}

void Registrar::unregister(const std::string& name, const Done& done) {
    gate_.unregister(name, false, [this, name, done](const Result<void>& answer) {
        const auto known = std::ranges::find(line_.entries, name, &wire::LineEntry::name);
        if (answer.ok() && known != line_.entries.end()) known->ended = true;
        done(answer);
        go();
    });
}

bool Registrar::isToBePlaced(const wire::LineEntry& entry) const {
    if (passed_.contains(entry.name)) return false;
    if (entry.ended || (entry.closed && !closed_.contains(entry.name))) return true;
    if (isWish(entry)) return true;
    const auto details = detailsIn(entry.details);
    return details && (details->at != here() || entry.rotates) && !entry.closed;
}

// One after another, so that a device with many registrations does not crowd its line.
void Registrar::go() {
    for (auto* const names : {&passed_, &told_, &closed_})
        std::erase_if(*names, [this](const std::string& name) { return !line_.find(name); });
    tellRevoked();
    if (!fetching_ || !fetching_->isUp() || retry_.isSet()) return;
    if (placing_ == fetching_->connection()) return;
    const auto next = std::ranges::find_if(line_.entries, [this](const auto& one) { return isToBePlaced(one); });
    if (next == line_.entries.end()) return;
    placing_ = fetching_->connection();
    const wire::LineEntry& entry = *next;
    if (entry.ended || entry.closed) return end(entry);
    if (isWish(entry)) return fulfil(entry);
    const Details details = *detailsIn(entry.details);
    if (isOfAnotherDevice(details)) return remake(entry, details);
    if (details.at != here()) return place(entry, details);
    rotate(entry, details);
}

// The store, and the name that this device has there.
std::string Registrar::here() const { return fmt::format("{}@{}", settings_->device, fetching_->store()); }

bool Registrar::isOfAnotherDevice(const Details& details) const {
    const auto device = details.at.substr(0, details.at.find('@'));
    return isDevice(device) && device != settings_->device;
}

// This device has left a server, where its tokens are no longer any, and has joined one, perhaps the same. The new
// registration is there before the old one ends; where a kill came between the two, it is there already.
void Registrar::remake(const wire::LineEntry& entry, const Details& details) {
    const auto isNew = [&](const wire::LineEntry& one) {
        const auto its = detailsIn(one.details);
        const bool isSame = one.app == entry.app && one.own == entry.own && its && its->of == details.of;
        return !one.ended && isSame && !isOfAnotherDevice(*its);
    };
    const auto dropOld = [this, entry, details](const Result<void>& made) {
        if (!made.ok() && made.error().code == Errc::LIMIT_EXCEEDED)
            return refused(entry, details, made.error().message); // it counts until it has ended
        if (!made.ok()) return later();
        unregister(entry.name, [this](const Result<void>& ended) {
            if (!ended.ok()) return later();
            placing_.reset();
        });
    };
    if (std::ranges::any_of(line_.entries, isNew)) return dropOld({});
    make(ownerOf(entry), details, "", dropOld);
}

// push.md §4.4: the daemon has written down what a receiver's app wants. It gets a token here, and takes its place.
void Registrar::fulfil(const wire::LineEntry& wish) {
    const Details details{
        .token = {}, .of = wish.own, .version = wish.encrypted ? 2 : 1, .vapid = wish.vapid, .at = {}};
    make(ownerOf(wish), details, wish.name, [this, name = wish.name](const Result<void>& made) {
        if (!made.ok()) return later();
        std::erase_if(line_.entries, [&](const auto& one) { return one.name == name; });
        placing_.reset();
        go();
    });
}

// push.md §4.4: the old one goes on beside it, until some time after the connector was told of the new one.
void Registrar::rotate(const wire::LineEntry& entry, const Details& details) {
    make(ownerOf(entry), details, entry.name, [this, name = entry.name](const Result<void>& made) {
        if (!made.ok()) return later();
        const auto old = std::ranges::find(line_.entries, name, &wire::LineEntry::name);
        if (old != line_.entries.end()) {
            old->rotates = false;
            old->replaced = true;
        }
        placing_.reset();
        go();
    });
}

bool Registrar::hasAnother(const wire::LineEntry& entry, const Details& details) const {
    return std::ranges::any_of(line_.entries, [&](const wire::LineEntry& one) {
        if (one.name == entry.name || one.ended || one.app != entry.app || one.own != entry.own) return false;
        const auto its = detailsIn(one.details);
        return its && its->of == details.of;
    });
}

// One that has registered again meanwhile would take the word for that.
void Registrar::tellRevoked() {
    for (const wire::LineEntry& one : line_.entries) {
        if (!one.revoked || !told_.insert(one.name).second) continue;
        const auto details = detailsIn(one.details);
        if (details && !one.connector.empty() && !hasAnother(one, *details))
            teller_.unregistered(one.connector, *details);
        gate_.unregister(one.name, false, nullptr);
    }
}

void Registrar::place(const wire::LineEntry& entry, const Details& details) {
    const RegistrationQuestion question{.registration = entry.name,
                                        .isWanted = true,
                                        .vapid = details.vapid,
                                        .encrypted = details.version == 2,
                                        .sealedKey = sealed(settings_->lineKey, settings_->serverKey)};
    fetching_->ask(question, [this, entry, details, of = fetching_->connection()](const Result<void>& answer) {
        if (placing_ != of) return;
        placed(entry, details, answer);
    });
}

void Registrar::placed(const wire::LineEntry& entry, Details details, const Result<void>& answer) {
    if (!answer.ok() && answer.error().code == Errc::ILLEGAL_ARGUMENT)
        return refused(entry, details, answer.error().message);
    if (!answer.ok()) return later();
    details.at = here();
    const wire::LineEntry* const now = line_.find(entry.name);
    if (!now || now->ended || now->details != entry.details) { // it was changed meanwhile
        placing_.reset();
        return go();
    }
    // First: who is killed in between tells it again. One that was replaced, at a store that is another, is not told.
    if (!now->replaced && !now->connector.empty())
        teller_.newEndpoint(now->connector, details, settings_->endpointOf(details.token));
    write(*now, details, {}, [this](const Result<void>& written) {
        if (!written.ok()) return later();
        backoff_.reset();
        placing_.reset();
        go();
    });
}

void Registrar::refused(const wire::LineEntry& entry, const Details& details, const std::string& why) {
    complain("stint-push", fmt::format("the server refuses a registration of {}: {}", entry.app, why));
    passed_.insert(entry.name);
    placing_.reset();
    if (!entry.connector.empty() && !hasAnother(entry, details)) teller_.unregistered(entry.connector, details);
    gate_.unregister(entry.name, true, nullptr);
    go();
}

void Registrar::end(const wire::LineEntry& entry) {
    const RegistrationQuestion question{.registration = entry.name, .isWanted = false, .vapid = {}, .sealedKey = {}};
    const auto told = [this, name = entry.name, closed = !entry.ended,
                       of = fetching_->connection()](const Result<void>& answer) {
        if (placing_ != of) return;
        // One that the server does not know, or that is none to it, has ended there, too.
        if (!answer.ok() && answer.error().code != Errc::ILLEGAL_ARGUMENT) return later();
        backoff_.reset();
        placing_.reset();
        if (closed) {
            closed_.insert(name);
            return go();
        }
        passed_.insert(name);
        gate_.unregister(name, true, [this, name](const Result<void>& ended) {
            if (!ended.ok()) return void(passed_.erase(name));
            std::erase_if(line_.entries, [&](const auto& one) { return one.name == name; });
        });
        go();
    };
    fetching_->ask(question, told);
}

void Registrar::later() {
    placing_.reset();
    retry_.set(backoff_.next(), [this] { go(); });
}

} // namespace stint::push
