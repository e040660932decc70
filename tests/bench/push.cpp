// The quick hands of push.py: what has to cost little, or to be libnats, beside a server of `stint push serve` whose
// directory is DATA, and whose nats-server has the URL BROKER. One object of JSON comes of each.
//   bench_push register DATA BROKER COUNT         registrations of devices that are not there: their tokens
//   bench_push line DATA BROKER PORT COUNT        microseconds, over the line and over mosquitto at that port
//   bench_push box DATA BROKER COUNT TIMES        milliseconds of a mailbox's answer with as many messages, checked
//   bench_push store DATA BROKER COUNT MS         messages a second of the store alone, to as many subjects
//   bench_push devices DATA BROKER PORT HOST COUNT  connects as many, and keeps them until stdin ends
#include <chrono>
#include <cstdio>
#include <iostream>
#include <latch>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text/number.hpp"
#include "bench/push_devices.hpp"
#include "bench/push_line.hpp"
#include "bench/push_store.hpp"
#include "push/envelope/questions.hpp"

namespace {

using namespace stint;
using namespace stint::bench;
using Json = nlohmann::ordered_json;

constexpr int ofOneDevice = push::limits::registrations / 2;

int numberOf(const std::string& text) {
    const auto number = numberIn<int>(text);
    if (!number) giveUp(text + " is no number");
    return *number;
}

/// The token of a registration that the device has from now on.
std::string makeRegistration(const PushServer& server, const Device& device, const push::Broker& line) {
    const std::string token = push::newToken();
    const push::RegistrationQuestion question{.registration = *push::registrationOf(token),
                                              .vapid = "",
                                              .encrypted = false,
                                              .sealedKey = server.sealedKeyOf(device)};
    const auto subject = subjectOf(push::Service::Registrations, device.shard, device.name);
    must(push::registrationAnswerIn(must(line.ask(subject, textOf(question)))));
    return token;
}

Json registered(const PushServer& server, int count) {
    Json tokens = Json::array();
    while (std::ssize(tokens) < count) {
        const Device device = server.makeDevice();
        const push::Broker line = server.asDevice(device);
        for (int n = 0; n < ofOneDevice && std::ssize(tokens) < count; ++n)
            tokens.push_back(makeRegistration(server, device, line));
    }
    return {{"tokens", std::move(tokens)}};
}

/// Returns when the store has so many messages of the registration.
void fill(const PushServer& server, const push::Address& to, const push::LineKey& key, int count) {
    const push::Broker broker = server.asServer();
    std::latch kept(count);
    for (int n = 0; n < count; ++n) {
        const Message message = messageTo(to, key);
        broker.keep(message.subject, message.headers, message.body, [&kept](const Result<std::uint64_t>& sequence) {
            if (!sequence.ok()) giveUp(sequence.error().message);
            kept.count_down();
        });
    }
    kept.wait();
}

Json fetched(const PushServer& server, int count, int times) {
    const Device device = server.makeDevice();
    const push::Broker line = server.asDevice(device);
    const auto registration = *push::registrationOf(makeRegistration(server, device, line));
    fill(server, {device.shard, device.name, Urgency::Normal, registration}, device.lineKey, count);
    push::BoxQuestion question;
    question.wanted.set();
    const auto subject = subjectOf(push::Service::Box, device.shard, device.name);
    Json took = Json::array();
    for (int n = 0; n < times; ++n) {
        const auto begun = std::chrono::steady_clock::now();
        const auto answer = must(push::boxAnswerIn(must(line.ask(subject, textOf(question)))));
        for (const push::StoredMessage& message : answer.messages)
            must(push::envelopeIn(message.subject, message.headers, message.body, device.lineKey));
        const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begun;
        if (std::ssize(answer.messages) != count) giveUp(fmt::format("{} messages came", answer.messages.size()));
        took.push_back(time.count());
    }
    return {{"ms", std::move(took)}};
}

Json latencies(const PushServer& server, int port, int count) {
    const Latencies found = lineBesideMosquitto(server, port, count);
    return {{"line", found.line}, {"told", found.told}, {"mosquitto", found.mosquitto}};
}

void say(const Json& said) {
    fmt::print("{}\n", said.dump());
    std::fflush(stdout);
}

void connectMany(const PushServer& server, int port, const std::string& host, int count) {
    Crowd crowd;
    crowd.connect(server, port, host, count);
    say({{"connected", crowd.size()}, {"trouble", crowd.trouble()}});
    std::cin.get(); // nothing comes: its end
}

} // namespace

int main(int count, char** given) {
    const std::vector<std::string> words(given + 1, given + count);
    const auto is = [&](std::string_view what, std::size_t size) {
        return words.size() == size && words.front() == what;
    };
    if (words.size() < 3) return 64;
    const PushServer server(words[1], words[2]);
    if (is("register", 4))
        say(registered(server, numberOf(words[3])));
    else if (is("line", 5))
        say(latencies(server, numberOf(words[3]), numberOf(words[4])));
    else if (is("box", 5))
        say(fetched(server, numberOf(words[3]), numberOf(words[4])));
    else if (is("store", 5))
        say({{"rate", storeAlone(server, numberOf(words[3]), std::chrono::milliseconds(numberOf(words[4])))}});
    else if (is("devices", 6))
        connectMany(server, numberOf(words[3]), words[4], numberOf(words[5]));
    else
        return 64;
    return 0;
}
