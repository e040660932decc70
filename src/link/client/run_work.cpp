// A run's work, and the loss of the last handle of it (jobs.md §2.5, §4.2).
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/client/connection_impl.hpp"
#include "link/client/run_handle.hpp"

namespace stint {
namespace {

Error gone() { return fail(Errc::UNAVAILABLE, "stintd, which runs this job, is gone"); }

} // namespace

JobParameters Connection::Impl::handOut(const client::RunKey& key, client::Run& run) {
    auto handle = run.handle.lock();
    if (!handle) handle = std::make_shared<client::RunHandle>(weak_from_this(), key);
    run.handle = handle;
    return JobParametersAccess::withHandle(run.params, std::move(handle));
}

void Connection::Impl::noteLost(const client::RunKey& key) {
    {
        const std::lock_guard hold(lostMutex_);
        lost_.push_back(key);
    }
    fd_.wake();
}

void Connection::Impl::abandonLost() {
    std::vector<client::RunKey> lost;
    {
        const std::lock_guard hold(lostMutex_);
        lost.swap(lost_);
    }
    for (const client::RunKey& key : lost) {
        const auto run = runs_.find(key);
        // A run that is starting is checked once it has started; a later callback may have handed out another handle.
        if (run == runs_.end() || run->second.state != client::Run::State::Executing) continue;
        if (run->second.handle.expired()) abandon(*run);
    }
}

void Connection::Impl::abandon(client::Runs::value_type& run) {
    auto& [key, state] = run;
    if (state.abandoned || state.finish || !isCurrent(key)) return;
    state.abandoned = true;
    (void)link_->tell("Abandoned", [number = key.run](wire::Writer& writer) { writer.uint64(number); });
    noticeLoss();
}

Result<std::optional<WorkItem>> Connection::Impl::dequeue(const client::RunKey& key) {
    const Hold hold(*this);
    if (!isCurrent(key)) return gone();
    if (const auto run = runs_.find(key); run != runs_.end()) sendRest(run->second, key); // its last reports
    std::optional<WorkItem> item;
    auto done = link_->call(
        "DequeueWork", [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.uint64(key.run)); },
        [&item](wire::Reader& reader) {
            return reader.array("a{sv}", [&item](wire::Reader& element) -> Result<void> {
                item = STINT_TRY(wire::readWork(element));
                return {};
            });
        });
    noticeLoss();
    STINT_TRY(std::move(done));
    const auto run = runs_.find(key);
    if (run == runs_.end()) return item;
    if (item) {
        run->second.working.insert(item->id);
    } else if (run->second.working.empty()) {
        runs_.erase(run); // the daemon has ended it
    }
    return item;
}

Result<void> Connection::Impl::complete(const client::RunKey& key, std::uint64_t item) {
    const Hold hold(*this);
    if (!isCurrent(key)) return gone();
    if (const auto run = runs_.find(key); run != runs_.end()) sendRest(run->second, key); // the item's last reports
    auto done = link_->call(
        "CompleteWork",
        [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.uint64(key.run).uint64(item)); },
        [](wire::Reader&) { return Result<void>(); });
    noticeLoss();
    STINT_TRY(std::move(done));
    if (const auto run = runs_.find(key); run != runs_.end()) {
        run->second.working.erase(item);
        run->second.items.erase(item);
    }
    return {};
}

} // namespace stint
