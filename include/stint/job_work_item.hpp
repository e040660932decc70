// JobWorkItem: a piece of work for a job (jobs.md §2.5). JobScheduler::enqueue() hands it in,
// JobParameters::dequeueWork() hands it out, oldest first, and again in a later run as long as it was not completed.
#pragma once
#include <cstdint>
#include <memory>

#include "stint/bundle.hpp"
#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

struct WorkItem; ///< libstint's form of it

/// May grow (decision 17).
class STINT_API JobWorkItem {
public:
    class Builder;

    const PersistableBundle& getExtras() const;
    Bytes getEstimatedNetworkDownloadBytes() const;
    Bytes getEstimatedNetworkUploadBytes() const;
    Bytes getMinimumNetworkChunkBytes() const;
    /// The number of times it was handed out, this time included; 0 before the first.
    std::int32_t getDeliveryCount() const;
    /// Its number among its job's items, in the order of the calls; 0 before it is enqueued.
    std::uint64_t getWorkId() const;

private:
    friend struct JobWorkItemAccess; ///< libstint fills it
    std::shared_ptr<const WorkItem> work_;
};

class STINT_API JobWorkItem::Builder {
public:
    Builder& setExtras(PersistableBundle extras);
    /// Sets this item's payload in bytes, which is added to its job's own; NETWORK_BYTES_UNKNOWN if it is not known.
    /// The job must require a network.
    Builder& setEstimatedNetworkBytes(Bytes download, Bytes upload = NETWORK_BYTES_UNKNOWN);
    Builder& setMinimumNetworkChunkBytes(Bytes chunk);

    /// IllegalArgument for a negative size, a chunk larger than the estimate, and extras of more than 64 KiB.
    Result<JobWorkItem> build() const;

private:
    JobWorkItem item_;
};

} // namespace stint
