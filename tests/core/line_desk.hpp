// A core beside a line (push.md §4.1), whose records are kept as a store keeps them.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "contract/core/scheduler.hpp"

namespace stint {

inline const AppId talk{"com.example.talk"}, letters{"com.example.letters"};

/// Each message is taken at once, if `takes` says so.
struct LineDesk {
    Constants constants;
    std::unique_ptr<Scheduler> core;
    Now now{Instant{1h}, WallTime{24h * 365 * 56}};
    Device device{.plugged = false, .charging = std::nullopt};
    std::map<std::string, Registration> registrations;
    std::map<AppId, StoredApp> memories;
    std::map<std::uint64_t, PushMessage> waiting;
    std::map<std::string, WallTime> seen;
    LinePlace place;
    std::vector<std::string> got;  ///< by the apps, since the last restart
    std::vector<std::string> told; ///< of registrations, in the trace's words
    std::vector<AppId> killed;
    std::vector<MessageStory> logged;
    std::vector<std::string> ended;   ///< in the trace's words, of messages that no app got
    std::optional<bool> takes = true; ///< nullopt: nobody answers
    std::optional<Error> error;       ///< of the last call
    std::optional<LineWanted> wanted;
    std::optional<WallTime> good; ///< when the wall clock was right last; nullopt: it is
    int checks = 0;
    std::uint32_t generation = 0;
    std::optional<Instant> died; ///< the machine was off since then; nullopt: it was not

    explicit LineDesk(Constants of = {}) : constants(std::move(of)) { restart(); }

    void restart(const std::string& boot = "first") {
        got.clear();
        wanted.reset();
        core = std::make_unique<Scheduler>(constants);
        Snapshot snapshot{.linePlace = place, .seenMessages = seen, .generation = ++generation};
        snapshot.stamp = {.alive = now.elapsed, .good = good.value_or(now.wall), .clockGood = !good};
        snapshot.sameBoot = !died;
        if (died) snapshot.stamp.alive = died;
        for (const auto& [app, memory] : memories)
            snapshot.apps.push_back(memory);
        for (const auto& [name, registration] : registrations)
            snapshot.registrations.push_back(registration);
        for (const auto& [id, message] : waiting)
            snapshot.messages.push_back({message, BootId{"first"}});
        take(core->restore(std::move(snapshot), BootId{boot}, device, now));
        event(DeviceChanged{{}, device});
        for (const AppId& app : {talk, letters})
            install(app);
    }
    void install(const AppId& app) {
        Manifest manifest{.package = app};
        manifest.receivers["Push"] = {.name = "Push"};
        event(AppInstalled{manifest});
    }
    void event(const Event& what) { take(core->handle(what, now)); }
    void pass(Duration length) {
        now.elapsed += length;
        now.wall += length;
        event(Tick{});
    }
    void doze(bool on) {
        device.dozeForce = on ? std::optional(DozeForce::Idle) : std::nullopt;
        event(DeviceChanged{{}, device});
    }
    bool registers(const std::string& name, const AppId& app = talk, const std::string& connector = {}) {
        error.reset();
        event(Registered{.call = {7}, .name = name, .app = app, .connector = connector});
        return !error;
    }
    LineMessage message(const std::string& name, std::uint64_t sequence, Urgency urgency = Urgency::Normal) const {
        return {.of = {name, urgency},
                .sequence = sequence,
                .id = fmt::format("{} {} {}", name, sequence, nameOf(urgency)),
                .sent = now.wall,
                .data = std::to_string(sequence)};
    }
    void reads(std::vector<LineMessage> messages, std::vector<LineEpoch> epochs = {}) {
        event(LineRead{.call = {7}, .stream = "stream", .epochs = std::move(epochs), .messages = std::move(messages)});
    }
    std::uint64_t cursor(const std::string& name, Urgency urgency = Urgency::Normal) const {
        return registrations.at(name).cursors.at(placeOf(urgency));
    }

private:
    void take(Step step) {
        for (const Record& record : step.records) {
            if (const auto* save = std::get_if<SaveMessage>(&record)) waiting[save->message.id] = save->message;
            if (const auto* drop = std::get_if<DropMessage>(&record)) waiting.erase(drop->id);
            if (const auto* save = std::get_if<SaveRegistration>(&record))
                registrations[save->registration.name] = save->registration;
            if (const auto* drop = std::get_if<DropRegistration>(&record)) registrations.erase(drop->name);
            if (const auto* past = std::get_if<SavePastMessage>(&record)) logged.push_back(past->story);
            if (const auto* save = std::get_if<SaveApp>(&record))
                memories.insert_or_assign(save->memory.app, StoredApp{save->memory, BootId{"first"}, save->written});
            if (const auto* save = std::get_if<SaveLinePlace>(&record)) place = save->place;
            if (const auto* save = std::get_if<SaveSeenMessage>(&record)) seen[save->id] = save->when;
            if (const auto* keep = std::get_if<KeepSeenMessages>(&record))
                std::erase_if(seen, [&](const auto& one) { return one.second < keep->from || one.second > keep->to; });
        }
        for (const Effect& effect : step.effects) {
            if (const auto* reply = std::get_if<Reply>(&effect)) error = reply->error;
            if (const auto* line = std::get_if<LineWanted>(&effect)) wanted = *line;
            checks += std::holds_alternative<CheckLine>(effect);
            if (const auto* kill = std::get_if<KillApp>(&effect)) killed.push_back(kill->app);
            const auto* trace = std::get_if<Trace>(&effect);
            if (trace && trace->what == Trace::What::Registration) told.push_back(trace->result);
            if (trace && trace->what == Trace::What::Message && !trace->urgency) ended.push_back(trace->result);
            if (const auto* deliver = std::get_if<DeliverMessage>(&effect)) {
                const std::string& data = deliver->message.data;
                if (deliver->news)
                    got.push_back(deliver->own + ": " + (data.empty() ? "gone" : data));
                else
                    got.push_back(deliver->message.deleted ? "note" : data);
                if (takes) event(DeliveryEnded{deliver->message.app, deliver->delivery, *takes});
            }
        }
    }
};

using LineTexts = std::vector<std::string>;

} // namespace stint
