#include "sim/memory_store.hpp"

#include <algorithm>

namespace stint::sim {

void MemoryStore::commit(std::span<const Record> records, const BootId& boot, WallTime now) {
    if (records.empty()) return;
    boot_ = boot;
    committed_ = now;
    for (const Record& record : records)
        std::visit([this](const auto& one) { write(one); }, record);
}

Snapshot MemoryStore::load(const BootId& boot) {
    Snapshot snapshot{.committed = committed_, .generation = ++generation_, .sameBoot = boot_ == boot};
    for (const auto& [key, stored] : jobs_) {
        StoredJob job = stored;
        for (WorkItem& item : job.job.work) {
            item.active = false;
            job.job.nextWork = std::max(job.job.nextWork, item.id + 1);
        }
        snapshot.jobs.push_back(std::move(job));
    }
    for (const auto& [app, stored] : apps_)
        snapshot.apps.push_back(stored);
    for (const auto& [key, stored] : alarms_)
        snapshot.alarms.push_back(stored);
    for (const auto& [id, stored] : messages_)
        snapshot.messages.push_back(stored);
    snapshot.usageTime = usageTime_;
    if (deviceState_ && deviceState_->second == boot) snapshot.deviceState = deviceState_->first;
    for (const auto& [app, history] : completed_)
        snapshot.completed.insert(snapshot.completed.end(), history.begin(), history.end());
    if (overrides_.second == boot) snapshot.overrides = overrides_.first;
    return snapshot;
}

void MemoryStore::write(const SaveJob& record) {
    StoredJob& stored = jobs_[record.job.key];
    auto work = std::move(stored.job.work); // has records of its own
    stored = {record.job, boot_};
    stored.job.work = std::move(work);
}

void MemoryStore::write(const DropJob& record) { jobs_.erase(record.key); }

void MemoryStore::write(const SaveWork& record) {
    auto& work = jobs_[record.job].job.work;
    const auto at = std::ranges::lower_bound(work, record.item.id, {}, &WorkItem::id);
    if (at != work.end() && at->id == record.item.id)
        *at = record.item;
    else
        work.insert(at, record.item);
}

void MemoryStore::write(const DropWork& record) {
    std::erase_if(jobs_[record.job].job.work, [&](const WorkItem& item) { return item.id == record.item; });
}

void MemoryStore::write(const SaveCompleted& record) {
    auto& history = completed_[record.completed.key.app];
    history.push_back(record.completed);
    while (std::ssize(history) > record.keep)
        history.pop_front();
}

void MemoryStore::write(const SaveApp& record) { apps_[record.memory.app] = {record.memory, boot_, record.written}; }

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

void MemoryStore::write(const SaveOverrides& record) { overrides_ = {record.overrides, boot_}; }

} // namespace stint::sim
