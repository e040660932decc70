#include "link/client/run_handle.hpp"

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/client/connection_impl.hpp"
#include "link/client/work_item.hpp"

namespace stint {
namespace client {
namespace {

Error overHere() { return fail(Errc::SECURITY, "these parameters belong to no run of this process"); }

} // namespace

RunHandle::~RunHandle() {
    if (const auto living = connection.lock()) living->noteLost(key);
}

Result<std::optional<JobWorkItem>> RunHandle::dequeueWork() const {
    const auto living = connection.lock();
    if (!living) return overHere();
    auto item = STINT_TRY(living->dequeue(key));
    if (!item) return std::optional<JobWorkItem>();
    return std::optional(JobWorkItemAccess::itemOf(*std::move(item)));
}

Result<void> RunHandle::completeWork(const JobWorkItem& item) const {
    const auto living = connection.lock();
    if (!living) return overHere();
    return living->complete(key, item.getWorkId());
}

} // namespace client

Result<std::optional<JobWorkItem>> JobParameters::dequeueWork() const {
    if (!handle_) return client::overHere();
    return handle_->dequeueWork();
}

Result<void> JobParameters::completeWork(const JobWorkItem& item) const {
    if (!handle_) return client::overHere();
    return handle_->completeWork(item);
}

} // namespace stint
