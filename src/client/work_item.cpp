#include "client/work_item.hpp"

#include "rules/work_item.hpp"

namespace stint {

JobWorkItem JobWorkItemAccess::itemOf(WorkItem work) {
    JobWorkItem item;
    item.extras_ = std::move(work.extras);
    item.estimatedDown_ = work.estimatedDown;
    item.estimatedUp_ = work.estimatedUp;
    item.minimumChunk_ = work.minimumChunk;
    item.deliveries_ = work.deliveries;
    item.id_ = work.id;
    return item;
}

WorkItem JobWorkItemAccess::workOf(const JobWorkItem& item) {
    return {.extras = item.extras_,
            .estimatedDown = item.estimatedDown_,
            .estimatedUp = item.estimatedUp_,
            .minimumChunk = item.minimumChunk_};
}

JobWorkItem::Builder& JobWorkItem::Builder::setExtras(PersistableBundle extras) {
    item_.extras_ = std::move(extras);
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    item_.estimatedDown_ = download;
    item_.estimatedUp_ = upload;
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    item_.minimumChunk_ = chunk;
    return *this;
}

// The daemon asks the same rules again when the item arrives.
Result<JobWorkItem> JobWorkItem::Builder::build() const {
    if (auto error = brokenRule(JobWorkItemAccess::workOf(item_))) return *std::move(error);
    return item_;
}

} // namespace stint
