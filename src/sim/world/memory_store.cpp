#include "sim/world/memory_store.hpp"

#include <algorithm>

namespace stint::sim {

void MemoryStore::commit(std::vector<Record>&& records, const BootId& boot, const Stamp& stamp) {
    if (records.empty()) return;
    boot_ = boot;
    stamp_ = stamp;
    for (Record& record : records)
        std::visit([this](auto& one) { write(std::move(one)); }, record);
}

Snapshot MemoryStore::load(const BootId& boot) {
    Snapshot snapshot{.stamp = stamp_, .generation = ++generation_, .sameBoot = boot_ == boot};
    for (const auto& [key, stored] : jobs_) {
        StoredJob job = stored;
        for (WorkItem& item : job.job.details.edit().work) {
            item.active = false;
            job.job.details.edit().nextWork = std::max(job.job.details->nextWork, item.id + 1);
        }
        snapshot.jobs.push_back(std::move(job));
    }
    for (const auto& [key, stored] : content_)
        if (stored.second == boot) snapshot.content.emplace(key, stored.first);
    for (const auto& [app, stored] : apps_)
        snapshot.apps.push_back(stored);
    for (const auto& [key, stored] : alarms_)
        snapshot.alarms.push_back(stored);
    for (const auto& [id, stored] : messages_)
        snapshot.messages.push_back(stored);
    for (const auto& [name, registration] : registrations_)
        snapshot.registrations.push_back(registration);
    snapshot.linePlace = linePlace_;
    snapshot.seenMessages = seenMessages_;
    snapshot.usageTime = usageTime_;
    if (deviceState_ && deviceState_->second == boot) snapshot.deviceState = deviceState_->first;
    for (const auto& [app, history] : completed_)
        snapshot.completed.insert(snapshot.completed.end(), history.begin(), history.end());
    snapshot.highestIds = highestIds_;
    if (overrides_.second == boot) snapshot.overrides = overrides_.first;
    snapshot.networkMarks = networkMarks_;
    snapshot.digested = digested_;
    snapshot.lastDeviceChange = lastDeviceChange_;
    return snapshot;
}

void MemoryStore::write(SaveJob&& record) {
    StoredJob& stored = jobs_[record.job.key];
    record.job.details.edit().work = std::move(stored.job.details.edit().work); // has records of its own
    stored.job = std::move(record.job);
    stored.boot = boot_;
}

void MemoryStore::write(const DropJob& record) {
    jobs_.erase(record.key);
    content_.erase(record.key);
}

void MemoryStore::write(SaveWork record) {
    auto& work = jobs_[record.job].job.details.edit().work;
    const auto at = std::ranges::lower_bound(work, record.item.id, {}, &WorkItem::id);
    if (at != work.end() && at->id == record.item.id)
        *at = std::move(record.item);
    else
        work.insert(at, std::move(record.item));
}

void MemoryStore::write(const DropWork& record) {
    std::erase_if(jobs_[record.job].job.details.edit().work,
                  [&](const WorkItem& item) { return item.id == record.item; });
}

void MemoryStore::write(SaveContent record) {
    if (record.changes.uris.empty()) {
        content_.erase(record.job);
    } else {
        content_[record.job] = {std::move(record.changes), boot_};
    }
}

void MemoryStore::write(SaveCompleted record) {
    auto& history = completed_[record.completed.key.app];
    history.push_back(std::move(record.completed));
    while (std::ssize(history) > record.keep)
        history.pop_front();
}

void MemoryStore::write(const DropCompleted& record) {
    std::erase_if(completed_[record.job.app], [&](const Completed& one) { return one.key == record.job; });
}

void MemoryStore::write(const SavePastRun& record) {
    std::int32_t& highest = highestIds_[record.job.app];
    highest = std::max(highest, record.job.id.value);
}

void MemoryStore::write(SaveDeviceChange record) { lastDeviceChange_ = std::move(record.change); }

void MemoryStore::write(SaveApp&& record) {
    StoredApp& stored = apps_[record.memory.app];
    stored.memory = std::move(record.memory);
    stored.boot = boot_;
    stored.written = record.written;
}

void MemoryStore::write(const DropApp& record) {
    apps_.erase(record.app);
    completed_.erase(record.app);
}

void MemoryStore::write(const SaveUsageTime& record) { usageTime_ = {record, boot_}; }

void MemoryStore::write(const SaveDeviceState& record) { deviceState_ = {record.state, boot_}; }

void MemoryStore::write(const SaveAlarm& record) {
    alarms_[{record.alarm.app, record.alarm.tag}] = {record.alarm, boot_};
}

void MemoryStore::write(const DropAlarm& record) { alarms_.erase({record.app, record.tag}); }

void MemoryStore::write(const SaveMessage& record) { messages_[record.message.id] = {record.message, boot_}; }

void MemoryStore::write(const DropMessage& record) { messages_.erase(record.id); }

void MemoryStore::write(SaveRegistration record) {
    const std::string name = record.registration.name;
    registrations_[name] = std::move(record.registration);
}

void MemoryStore::write(const DropRegistration& record) { registrations_.erase(record.name); }

void MemoryStore::write(SaveLinePlace record) { linePlace_ = std::move(record.place); }

void MemoryStore::write(const SaveSeenMessage& record) { seenMessages_[record.id] = record.when; }

void MemoryStore::write(const KeepSeenMessages& record) {
    std::erase_if(seenMessages_,
                  [&](const auto& entry) { return entry.second < record.from || entry.second > record.to; });
}

void MemoryStore::write(SaveOverrides record) { overrides_ = {std::move(record.overrides), boot_}; }

void MemoryStore::write(const SaveDigest& record) { digested_ = record.shown; }

void MemoryStore::write(SaveNetworkMarks record) { networkMarks_ = std::move(record.marks); }

} // namespace stint::sim
