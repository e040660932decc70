// A daemon of the tests' own, which says Push1 over its socket and keeps what a real one would; an app on the session
// bus, which is a connector of UnifiedPush in both versions; and stint-push between them.
#pragma once
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/unix/fd.hpp"
#include "base/unix/paths.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/line.hpp"
#include "link/wire/message.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::test {

using namespace stint::push;

/// Turns the loop until it is so; false: it was not within 20 s.
inline bool until(sd_event* loop, const std::function<bool()>& isSo) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!isSo()) {
        if (std::chrono::steady_clock::now() > end) return false;
        sd_event_run(loop, 20'000);
    }
    return true;
}

class FakeDaemon {
public:
    FakeDaemon(sd_event* loop, const std::filesystem::path& directory) : loop_(loop) {
        const auto address = wire::addressOf(directory / "bus").value();
        listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_.get(), 8) == 0);
        sd_event_add_io(loop, nullptr, listener_.get(), EPOLLIN, accepted, this);
    }

    wire::LineView line{.place = {}, .network = "home", .stored = 100, .entries = {}};
    std::vector<std::string> texts; ///< messages that arrived, each id once
    std::map<std::string, int> ids;
    std::vector<Subject> missed;
    std::vector<bool> reports;
    std::vector<std::string> troubles; ///< theirs
    std::vector<std::pair<std::uint64_t, bool>> delivered;
    std::string caller = "org.example.app"; ///< the app by WhoCalls
    int refuses = 0;                        ///< Arrived, so often
    std::vector<bool> watches;
    std::vector<std::pair<std::uint32_t, std::string>> showed; ///< process and connector
    bool isConnected() const { return bus_ != nullptr; }

    const wire::LineEntry* only() const { return line.entries.empty() ? nullptr : &line.entries.front(); }
    void drop() { bus_.reset(); }
    void tellLine() {
        auto signal = wire::newSignal(bus_.get(), wire::pushInterface, "LineChanged").value();
        wire::Writer writer(signal);
        wire::writeLine(writer, line);
        REQUIRE(wire::send(bus_.get(), signal));
    }
    void deliver(std::uint64_t number, const std::string& registration, const std::string& text, bool isNote = false) {
        auto signal = wire::newSignal(bus_.get(), wire::pushInterface, "Deliver").value();
        wire::Writer writer(signal);
        wire::writeConnectorCall(writer, {number, registration, "id", text, isNote});
        REQUIRE(wire::send(bus_.get(), signal));
    }
    void check() {
        const auto signal = wire::newSignal(bus_.get(), wire::pushInterface, "CheckLine").value();
        REQUIRE(wire::send(bus_.get(), signal));
    }

private:
    static int accepted(sd_event_source*, int fd, std::uint32_t, void* self) {
        auto& daemon = *static_cast<FakeDaemon*>(self);
        if (daemon.bus_) daemon.others_.push_back(std::move(daemon.bus_));
        daemon.bus_ = wire::serverOver(Fd(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC))).value();
        sd_bus_add_filter(daemon.bus_.get(), nullptr, called, self);
        sd_bus_attach_event(daemon.bus_.get(), daemon.loop_, SD_EVENT_PRIORITY_NORMAL);
        return 0;
    }
    static int called(sd_bus_message* message, void* self, sd_bus_error*) {
        const auto call = wire::Message::sharing(message);
        if (!call.isCall() || call.interface() != wire::pushInterface) return 0;
        static_cast<FakeDaemon*>(self)->answer(call);
        return 1;
    }

    void answer(const wire::Message& call) {
        wire::Reader reader(call);
        if (call.member() == "Line" || call.member() == "WhoCalls") {
            auto reply = wire::newReply(call).value();
            wire::Writer writer(reply);
            if (call.member() == "Line")
                wire::writeLine(writer, line);
            else
                writer.string(caller);
            REQUIRE(wire::send(bus_.get(), reply));
            return;
        }
        if (call.member() == "Arrived" && refuses-- > 0) {
            REQUIRE(wire::replyError(call, Error{Errc::STORAGE, "the disk is full"}));
            return;
        }
        bool isChanged = false;
        if (call.member() == "Register") isChanged = registers(reader);
        if (call.member() == "Unregister") isChanged = unregisters(reader);
        if (call.member() == "Arrived") isChanged = take(wire::readBatch(reader).value());
        if (call.member() == "Report") {
            reports.push_back(reader.boolean().value());
            REQUIRE(reader.int64().ok()); // when it asks
            std::string server, trouble;
            std::int64_t roundTrip = 0;
            wire::DictionaryReader options("options", wire::UnknownKeys::Refuse);
            options.take("server", server).take("trouble", trouble).take("roundTrip", roundTrip);
            REQUIRE(options.read(reader));
            CHECK((roundTrip > 0) == reports.back());
            troubles.push_back(trouble);
        }
        if (call.member() == "Watches") watches.push_back(reader.boolean().value());
        if (call.member() == "Showed") {
            const auto pid = reader.uint32().value();
            CHECK(reader.uint64().value() > 0);
            showed.emplace_back(pid, reader.string().value());
        }
        if (call.member() == "Delivered") {
            const auto number = reader.uint64().value();
            delivered.emplace_back(number, reader.boolean().value());
        }
        REQUIRE(wire::replyDone(call));
        if (isChanged) tellLine();
    }

    wire::LineEntry* find(const std::string& name) {
        const auto found = std::ranges::find(line.entries, name, &wire::LineEntry::name);
        return found == line.entries.end() ? nullptr : &*found;
    }
    bool registers(wire::Reader& reader) {
        const Registered asked = wire::readRegistration(reader).value();
        wire::LineEntry made{.name = asked.name,
                             .app = asked.app.name,
                             .connector = asked.connector,
                             .details = asked.details,
                             .fetched = {}};
        made.fetched.set();
        if (wire::LineEntry* const known = find(made.name)) {
            made.cursors = known->cursors;
            *known = made;
        } else {
            line.entries.push_back(made);
        }
        return true;
    }
    bool unregisters(wire::Reader& reader) {
        const auto name = reader.string().value();
        bool everywhere = false;
        wire::DictionaryReader options("", wire::UnknownKeys::Refuse);
        options.take("everywhere", everywhere);
        REQUIRE(options.read(reader));
        wire::LineEntry* const known = find(name);
        if (known) known->ended = true;
        if (everywhere) std::erase_if(line.entries, [&](const wire::LineEntry& one) { return one.name == name; });
        return true;
    }
    void raise(const Subject& of, std::uint64_t sequence) {
        if (wire::LineEntry* const known = find(of.registration)) {
            auto& cursor = known->cursors.at(placeOf(of.urgency));
            cursor = std::max(cursor, sequence);
        }
    }
    bool take(const LineRead& batch) {
        const LinePlace before = line.place;
        if (batch.stream != line.place.stream) {
            line.place = {batch.stream, 0};
            for (wire::LineEntry& one : line.entries)
                one.cursors.fill(0);
        }
        for (const LineEpoch& epoch : batch.epochs) {
            line.place.epoch = std::max(line.place.epoch, epoch.number);
            for (wire::LineEntry& one : line.entries)
                for (auto& cursor : one.cursors)
                    cursor = std::min(cursor, epoch.from);
        }
        for (const LineMessage& message : batch.messages) {
            if (ids[message.id]++ == 0) texts.push_back(message.data);
            raise(message.of, message.sequence);
        }
        for (const LineCursor& cursor : batch.cursors)
            raise(cursor.of, cursor.sequence);
        missed.insert(missed.end(), batch.missed.begin(), batch.missed.end());
        return line.place != before;
    }

    sd_event* loop_;
    Fd listener_;
    wire::Bus bus_;
    std::vector<wire::Bus> others_; ///< connections before it
};

/// An app: a connector with a name on the session bus.
class App {
public:
    App(sd_event* loop, std::string name) : loop_(loop), name_(std::move(name)) {
        bus_ = wire::openSessionBus(loop).value();
        sd_bus_add_filter(bus_.get(), nullptr, called, this);
        sd_bus_request_name_async(bus_.get(), nullptr, name_.c_str(), 0, nullptr, nullptr);
    }

    std::vector<std::string> heard; ///< "Message token text", "NewEndpoint token endpoint", "Unregistered token"
    bool refuses = false;

    std::string last() const { return heard.empty() ? "" : heard.back(); }

    /// Register, and what it answers.
    std::string registers(int version, const std::string& service, const std::string& token) {
        return calls(version, "Register", service, token);
    }
    void unregisters(int version, const std::string& token) { calls(version, "Unregister", "", token); }

private:
    std::string calls(int version, const char* member, const std::string& service, const std::string& token) {
        sd_bus_message* made = nullptr;
        sd_bus_message_new_method_call(
            bus_.get(), &made, "org.unifiedpush.Distributor.stint", "/org/unifiedpush/Distributor",
            version == 1 ? "org.unifiedpush.Distributor1" : "org.unifiedpush.Distributor2", member);
        const auto call = wire::Message::owning(made);
        wire::Writer writer(call);
        if (version == 1) {
            if (!service.empty()) writer.string(service);
            writer.string(token);
        } else {
            wire::DictionaryWriter arguments(writer);
            if (!service.empty()) arguments.put("service", service);
            arguments.put("token", token);
        }
        answer_.reset();
        sd_bus_call_async(bus_.get(), nullptr, made, answered, this, 10'000'000);
        REQUIRE(until(loop_, [this] { return answer_.has_value(); }));
        if (answer_->isError()) return answer_->error().message;
        if (answer_->signature().empty()) return "";
        wire::Reader reader(*answer_);
        if (version == 1) return reader.string().value();
        std::string success, reason;
        wire::DictionaryReader dictionary("", wire::UnknownKeys::Refuse);
        dictionary.take("success", success).take("reason", reason);
        REQUIRE(dictionary.read(reader));
        return success + reason;
    }
    static int answered(sd_bus_message* answer, void* self, sd_bus_error*) {
        static_cast<App*>(self)->answer_ = wire::Message::sharing(answer);
        return 0;
    }
    static int called(sd_bus_message* message, void* self, sd_bus_error*) {
        const auto call = wire::Message::sharing(message);
        if (!call.isCall() || call.path() != "/org/unifiedpush/Connector") return 0;
        static_cast<App*>(self)->hear(call);
        return 1;
    }
    void hear(const wire::Message& call) {
        wire::Reader reader(call);
        std::string token, endpoint, id;
        std::vector<std::uint8_t> data;
        if (call.interface() == "org.unifiedpush.Connector1") {
            token = reader.string().value();
            if (call.member() == "Message") data = reader.blob().value();
            if (call.member() == "NewEndpoint") endpoint = reader.string().value();
            CHECK_FALSE(call.expectsReply());
        } else {
            wire::DictionaryReader dictionary("", wire::UnknownKeys::Refuse);
            dictionary.take("token", token).take("endpoint", endpoint).take("id", id);
            dictionary.take("message", "ay", [&](wire::Reader& value) -> Result<void> {
                data = value.blob().value();
                return {};
            });
            REQUIRE(dictionary.read(reader));
        }
        heard.push_back(
            fmt::format("{} {} {}", call.member(), token, endpoint + std::string(data.begin(), data.end())));
        if (!call.expectsReply()) return;
        if (refuses) {
            (void)wire::replyError(call, Error{Errc::SYSTEM, "not now"});
            return;
        }
        auto reply = wire::newReply(call).value();
        wire::Writer writer(reply);
        { const wire::DictionaryWriter empty(writer); }
        (void)wire::send(bus_.get(), reply);
    }

    sd_event* loop_;
    std::string name_;
    wire::Bus bus_;
    std::optional<wire::Message> answer_;
};

/// stint-push, as it is built.
class Program {
public:
    explicit Program(sd_event* loop) : loop_(loop) {
        const std::string path = ownDirectory() / "stint-push";
        std::array<const char*, 2> words{path.c_str(), nullptr};
        REQUIRE(::posix_spawn(&pid_, path.c_str(), nullptr, nullptr, const_cast<char* const*>(words.data()), environ) ==
                0);
    }
    ~Program() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void kill(int signal) const { ::kill(pid_, signal); }
    /// Waits for its end; -1: it goes on.
    int exitCode() {
        int status = -1;
        const bool hasEnded = until(loop_, [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
        if (!hasEnded) return -1;
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    sd_event* loop_;
    pid_t pid_ = 0;
};

} // namespace stint::test
