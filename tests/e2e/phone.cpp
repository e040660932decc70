// A device on the line, for the end-to-end tests: `stint-testphone URL DEVICE KEYS`, where KEYS is the file of the
// server's keys. A line of JSON on stdin is what it is to do, and a line on stdout what came of it:
//   {"do": "register", "vapid": "…", "encrypted": true} → {"token", "p256dh", "auth", "error"}
//   {"do": "unregister", "token"} → {"error"}
//   {"do": "read", "want": "hnlv"} → {"messages": [{"text", "urgency", "topic", "ttl", "id"}], "again"}: what it lacks,
//   each once; "again" counts those that it had
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/questions.hpp"
#include "push/mailbox/registrations.hpp"
#include "push/webpush/encryption.hpp"
#include "push/webpush/openssl.hpp"

namespace {

using namespace stint;
using namespace stint::push;
using Json = nlohmann::ordered_json;

constexpr auto betweenTries = std::chrono::milliseconds(20);

class Phone {
public:
    Phone(const std::string& url, std::string device, const std::string& keys)
        : device_(std::move(device)), server_(ServerKeys::open(keys).value()) {
        natsOptions* options = nullptr;
        natsOptions_Create(&options);
        natsOptions_SetURL(options, url.c_str());
        natsOptions_SetMaxReconnect(options, -1);
        natsOptions_SetReconnectWait(options, 50);
        natsOptions_SetCustomInboxPrefix(options, ("_INBOX." + device_).c_str());
        natsOptions_SetRetryOnFailedConnect(options, true, nullptr, nullptr); // the server may only be starting
        const natsStatus connected = natsConnection_Connect(&nats_, options);
        STINT_CHECK(connected == NATS_OK || connected == NATS_NOT_YET_CONNECTED);
        natsOptions_Destroy(options);
    }
    ~Phone() { natsConnection_Destroy(nats_); }
    Phone(const Phone&) = delete;
    Phone& operator=(const Phone&) = delete;

    Json registers(const Json& wish) {
        const std::string token = newToken(), auth = webpush::randomBytes(webpush::authSize);
        const std::string name = *registrationOf(token);
        apps_.emplace(name, App{webpush::KeyPair::random(), auth, wish.value("encrypted", true)});
        Json said{{"token", token}, {"p256dh", in64(apps_.at(name).keys.point())}, {"auth", in64(auth)}};
        said["error"] = changed({.registration = name,
                                 .vapid = wish.value("vapid", ""),
                                 .encrypted = wish.value("encrypted", true),
                                 .sealedKey = sealed(key_, server_.publicKey)});
        return said;
    }
    Json unregisters(const Json& wish) {
        const auto name = registrationOf(wish.at("token").get<std::string>());
        return Json{{"error", changed({.registration = name.value_or(""), .isWanted = false, .sealedKey = {}})}};
    }

    /// Asks until there is an answer that says that there is no more.
    Json reads(const Json& wish) {
        at_.wanted.reset();
        for (const char letter : wish.value("want", "hnlv"))
            at_.wanted.set(placeOf(*urgencyOf({&letter, 1})));
        Json messages = Json::array();
        int again = 0;
        for (bool more = true; more;) {
            const auto text = asked(Service::Box, textOf(at_));
            const auto answer = boxAnswerIn(text);
            if (!answer.ok()) {
                std::this_thread::sleep_for(betweenTries);
                continue;
            }
            take(*answer, messages, again);
            more = answer->more;
        }
        return Json{{"messages", messages}, {"again", again}};
    }

private:
    struct App {
        webpush::KeyPair keys;
        std::string auth;
        bool encrypted;
    };

    std::string asked(Service service, const std::string& question) const {
        const std::string subject = subjectOf(service, shardOf(device_), device_);
        natsMsg* answer = nullptr;
        if (natsConnection_RequestString(&answer, nats_, subject.c_str(), question.c_str(), 1'000) != NATS_OK)
            return {};
        std::string said(natsMsg_GetData(answer), static_cast<std::size_t>(natsMsg_GetDataLength(answer)));
        natsMsg_Destroy(answer);
        return said;
    }

    /// Asks until a server answers.
    std::string changed(const RegistrationQuestion& question) const {
        while (true) {
            const auto done = registrationAnswerIn(asked(Service::Registrations, textOf(question)));
            if (done.ok()) return "";
            if (done.error().code != Errc::UNAVAILABLE) return done.error().message;
            std::this_thread::sleep_for(betweenTries);
        }
    }

    /// push.md §4.1.
    void take(const BoxAnswer& answer, Json& messages, int& again) {
        if (answer.store != at_.place.stream) at_.cursors.clear();
        for (const Epoch& epoch : answer.epochs) {
            at_.place.epoch = epoch.number;
            for (auto& [prefix, cursors] : at_.cursors)
                for (auto& cursor : cursors)
                    cursor = std::min(cursor, epoch.from);
        }
        at_.place.stream = answer.store;
        for (const StoredMessage& message : answer.messages) {
            const auto envelope = envelopeIn(message.subject, message.headers, message.body, key_).value();
            const std::string& name = envelope.to.registration;
            at_.cursors[name.substr(0, prefixLength)].at(placeOf(envelope.to.urgency)) = message.sequence;
            if (!ids_.insert(envelope.id).second) {
                ++again;
                continue;
            }
            const App& app = apps_.at(name);
            const auto text =
                app.encrypted ? webpush::decrypt(envelope.body, app.keys, app.auth) : Result(envelope.body);
            messages.push_back({{"text", text.ok() ? *text : "cannot be read"},
                                {"urgency", nameOf(envelope.to.urgency)},
                                {"topic", envelope.topic},
                                {"ttl", envelope.ttl.count() / 1'000},
                                {"id", envelope.id}});
        }
    }

    std::string device_;
    ServerKeys server_;
    natsConnection* nats_ = nullptr;
    LineKey key_ = newLineKey();
    BoxQuestion at_;
    std::map<std::string, App> apps_;
    std::set<std::string> ids_;
};

} // namespace

int main(int count, char** words) {
    if (count != 4) return 64;
    Phone phone(words[1], words[2], words[3]);
    for (std::string line; std::getline(std::cin, line);) {
        const Json wish = Json::parse(line);
        const std::string what = wish.at("do");
        const Json said = what == "register"     ? phone.registers(wish)
                          : what == "unregister" ? phone.unregisters(wish)
                                                 : phone.reads(wish);
        std::cout << said.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    }
    return 0;
}
