#include "link/client/work_item.hpp"

#include "base/result/parts.hpp"
#include "contract/rules/work_item.hpp"

namespace stint {

JobWorkItem JobWorkItemAccess::itemOf(WorkItem work) {
    JobWorkItem item;
    item.work_ = std::make_shared<const WorkItem>(std::move(work));
    return item;
}

const WorkItem& JobWorkItemAccess::workOf(const JobWorkItem& item) { return partsOf(item.work_); }

const PersistableBundle& JobWorkItem::getExtras() const { return partsOf(work_).extras; }
Bytes JobWorkItem::getEstimatedNetworkDownloadBytes() const { return partsOf(work_).estimatedDown; }
Bytes JobWorkItem::getEstimatedNetworkUploadBytes() const { return partsOf(work_).estimatedUp; }
Bytes JobWorkItem::getMinimumNetworkChunkBytes() const { return partsOf(work_).minimumChunk; }
std::int32_t JobWorkItem::getDeliveryCount() const { return partsOf(work_).deliveries; }
std::uint64_t JobWorkItem::getWorkId() const { return partsOf(work_).id; }

JobWorkItem::Builder& JobWorkItem::Builder::setExtras(PersistableBundle extras) {
    ownParts(item_.work_).extras = std::move(extras);
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setEstimatedNetworkBytes(Bytes download, Bytes upload) {
    ownParts(item_.work_).estimatedDown = download;
    ownParts(item_.work_).estimatedUp = upload;
    return *this;
}

JobWorkItem::Builder& JobWorkItem::Builder::setMinimumNetworkChunkBytes(Bytes chunk) {
    ownParts(item_.work_).minimumChunk = chunk;
    return *this;
}

// The daemon asks the same rules again when the item arrives.
Result<JobWorkItem> JobWorkItem::Builder::build() const {
    if (auto error = brokenRule(partsOf(item_.work_))) return *std::move(error);
    return item_;
}

} // namespace stint
