// The fleet's diary in the broker (fleet.md §2.3): a stream of which nothing can be taken back, and to which each entry
// is appended after the one that its writer has read. So of two servers that write at once one reads, and writes anew.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fleet/audit/audit.hpp"
#include "push/broker/broker.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

inline constexpr const char* auditStream = "STINT_FLEET_AUDIT";
inline constexpr const char* auditSubject = "stint.audit"; ///< which no device may name

class AuditLog {
public:
    /// Makes the stream where it is not there, and gives it more replicas where it has less. The broker outlives it.
    static Result<AuditLog> open(const push::Broker& broker, int replicas = 1);

    /// It is durable where this succeeds; its number and the hash before it are set here. Unavailable: nobody knows
    /// whether it is there.
    Result<void> write(AuditEntry entry);
    struct Page {
        std::vector<std::string> texts;
        std::uint64_t next = 0; ///< where it goes on
    };
    /// The texts of entries, from that number on: so many at most.
    Result<Page> read(std::uint64_t from, std::size_t most) const;

private:
    explicit AuditLog(const push::Broker& broker) : broker_(&broker) {}
    Result<void> readLast();

    const push::Broker* broker_;
    int replicas_ = 1;
    bool isKnown_ = false; ///< the following is the stream's end
    std::uint64_t last_ = 0;
    std::string hash_;
};

} // namespace stint::fleet
