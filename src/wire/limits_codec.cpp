// Quotas, an app's standing, the policy, and Doze.
#include "wire/fields.hpp"
#include "wire/limits.hpp"

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
            const WallTime when{Duration(STINT_TRY(fields.int64()))};
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

constexpr auto standingFields = [](auto& field, auto& standing) {
    field.word("bucket", standing.bucket, bucketNamed);
    field.told("bucketValue", valueOf(standing.bucket));
    field("importance", standing.importance);
    field("networkAllowed", standing.networkAllowed);
    field("networkBecause", standing.networkBecause);
    field("canScheduleExactAlarms", standing.canScheduleExactAlarms);
};

constexpr auto policyRowFields = [](auto& field, auto& row) {
    field("key", row.key);
    field("value", row.value);
    field("default", row.standard);
    field("source", row.source);
    field("meaning", row.meaning);
};

constexpr auto dozeFields = [](auto& field, auto& doze) {
    field("deep", doze.deep);
    field("light", doze.light);
    field("force", doze.force);
    field("screen", doze.screenOn);
    field("locked", doze.locked);
    field("plugged", doze.plugged);
    field("charging", doze.charging);
    field("network", doze.network);
    field("deepUntil", doze.deepUntil);
    field("lightUntil", doze.lightUntil);
    field("nextAlarmClock", doze.nextAlarmClock);
    field("chargingAt", doze.chargingAt);
};

constexpr auto deviceLimitFields = [](auto& field, auto& limit) {
    field("work", limit.work);
    field("open", limit.open);
    field("by", limit.by);
    field("detail", limit.detail);
    field("clears", limit.clears);
    field("cell", limit.cell);
    field("since", limit.since);
    field("until", limit.until);
};

} // namespace

void writeQuota(Writer& writer, const QuotaView& quota) { writeFields(writer, quota, quotaFields); }
Result<QuotaView> readQuota(Reader& reader) { return readFields<QuotaView>(reader, "quota", quotaFields); }

void writeStanding(Writer& writer, const Standing& standing) { writeFields(writer, standing, standingFields); }
Result<Standing> readStanding(Reader& reader) { return readFields<Standing>(reader, "standing", standingFields); }

void writePolicyRow(Writer& writer, const PolicyRow& row) { writeFields(writer, row, policyRowFields); }
Result<PolicyRow> readPolicyRow(Reader& reader) { return readFields<PolicyRow>(reader, "constant", policyRowFields); }

void writeDoze(Writer& writer, const DozeView& doze) { writeFields(writer, doze, dozeFields); }
Result<DozeView> readDoze(Reader& reader) { return readFields<DozeView>(reader, "doze", dozeFields); }

void writeDeviceLimit(Writer& writer, const DeviceLimitView& limit) { writeFields(writer, limit, deviceLimitFields); }
Result<DeviceLimitView> readDeviceLimit(Reader& reader) {
    return readFields<DeviceLimitView>(reader, "limit", deviceLimitFields);
}

} // namespace stint::wire
