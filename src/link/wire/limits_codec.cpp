// Quotas.
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"

namespace stint::wire {
namespace {

using Returns = std::vector<std::pair<WallTime, Duration>>;

void writeReturns(Writer& writer, const Returns& returns) {
    writer.openArray("(xx)");
    for (const auto& [when, length] : returns)
        writer.openStruct("xx").int64(wallNumber(when)).int64(length.count()).close();
    writer.close();
}

Result<void> readReturns(Reader& reader, Returns& returns) {
    return reader.array("(xx)", [&returns](Reader& items) {
        return items.structure("xx", [&returns](Reader& fields) -> Result<void> {
            const Duration since(STINT_TRY(fields.int64()));
            const WallTime when{since};
            const Duration length(STINT_TRY(fields.int64()));
            returns.emplace_back(when, length);
            return {};
        });
    });
}

constexpr auto quotaFields = [](auto& field, auto& quota) {
    field("used", quota.used);
    field("free", quota.free);
    field("allowed", quota.allowed);
    field("window", quota.window);
    field("left", quota.left);
    field("returns", quota.returns);
    field.other("comesBack", "a(xx)", quota.comesBack, writeReturns, readReturns);
};

} // namespace

void writeQuota(Writer& writer, const QuotaView& quota) { writeFields(writer, quota, quotaFields); }
Result<QuotaView> readQuota(Reader& reader) { return readFields<QuotaView>(reader, "quota", quotaFields); }

} // namespace stint::wire
