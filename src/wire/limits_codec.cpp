// Quotas, an app's standing, the policy, and Doze.
#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/limits.hpp"
#include "wire/times.hpp"

namespace stint::wire {
namespace {

Result<std::vector<std::pair<WallTime, Duration>>> readReturns(Reader& reader) {
    std::vector<std::pair<WallTime, Duration>> returns;
    STINT_TRY(reader.array("(xx)", [&returns](Reader& items) {
        return items.structure("xx", [&returns](Reader& fields) -> Result<void> {
            const WallTime when{Duration(STINT_TRY(fields.int64()))};
            const Duration length(STINT_TRY(fields.int64()));
            returns.emplace_back(when, length);
            return {};
        });
    }));
    return returns;
}

void put(DictionaryWriter& dictionary, const char* key, const std::optional<Duration>& length) {
    if (length) dictionary.put(key, std::int64_t{length->count()});
}
void put(DictionaryWriter& dictionary, const char* key, const std::optional<WallTime>& when) {
    if (when) dictionary.put(key, wallNumber(*when));
}

std::optional<Duration> lengthFrom(const std::optional<std::int64_t>& number) {
    return number ? std::optional(Duration(*number)) : std::nullopt;
}
std::optional<WallTime> timeFrom(const std::optional<std::int64_t>& number) {
    return number ? std::optional(WallTime(Duration(*number))) : std::nullopt;
}

} // namespace

void writeQuota(Writer& writer, const QuotaView& quota) {
    DictionaryWriter dictionary(writer);
    dictionary.put("used", std::int64_t{quota.used.count()});
    dictionary.put("free", quota.free);
    put(dictionary, "allowed", quota.allowed);
    put(dictionary, "window", quota.window);
    put(dictionary, "left", quota.left);
    put(dictionary, "returns", quota.returns);
    dictionary.put("comesBack", "a(xx)", [&quota](Writer& value) {
        value.openArray("(xx)");
        for (const auto& [when, length] : quota.comesBack)
            value.openStruct("xx").int64(wallNumber(when)).int64(length.count()).close();
        value.close();
    });
}

Result<QuotaView> readQuota(Reader& reader) {
    QuotaView quota;
    std::int64_t used = 0;
    std::optional<std::int64_t> allowed, window, left, returns;
    DictionaryReader dictionary("quota", UnknownKeys::Ignore);
    dictionary.take("used", used).take("free", quota.free).take("allowed", allowed).take("window", window);
    dictionary.take("left", left).take("returns", returns);
    dictionary.take("comesBack", "a(xx)", [&quota](Reader& value) -> Result<void> {
        quota.comesBack = STINT_TRY(readReturns(value));
        return {};
    });
    STINT_TRY(dictionary.read(reader));
    quota.used = Duration(used);
    quota.allowed = lengthFrom(allowed);
    quota.window = lengthFrom(window);
    quota.left = lengthFrom(left);
    quota.returns = timeFrom(returns);
    return quota;
}

void writeStanding(Writer& writer, const Standing& standing) {
    DictionaryWriter dictionary(writer);
    dictionary.put("bucket", nameOf(standing.bucket));
    dictionary.put("bucketValue", valueOf(standing.bucket));
    dictionary.put("importance", standing.importance);
    dictionary.put("networkAllowed", standing.networkAllowed);
    dictionary.put("networkBecause", standing.networkBecause);
    dictionary.put("canScheduleExactAlarms", standing.canScheduleExactAlarms);
}

Result<Standing> readStanding(Reader& reader) {
    Standing standing;
    std::string bucket;
    DictionaryReader dictionary("standing", UnknownKeys::Ignore);
    dictionary.take("bucket", bucket).take("importance", standing.importance);
    dictionary.take("networkAllowed", standing.networkAllowed).take("networkBecause", standing.networkBecause);
    dictionary.take("canScheduleExactAlarms", standing.canScheduleExactAlarms);
    STINT_TRY(dictionary.read(reader));
    const auto known = bucketNamed(bucket);
    if (!known) return fail(Errc::IllegalArgument, "standing: unknown bucket \"{}\"", bucket);
    standing.bucket = *known;
    return standing;
}

void writePolicyRow(Writer& writer, const PolicyRow& row) {
    DictionaryWriter dictionary(writer);
    dictionary.put("key", row.key);
    dictionary.put("value", row.value);
    dictionary.put("default", row.standard);
    dictionary.put("source", row.source);
    dictionary.put("meaning", row.meaning);
}

Result<PolicyRow> readPolicyRow(Reader& reader) {
    PolicyRow row;
    DictionaryReader dictionary("constant", UnknownKeys::Ignore);
    dictionary.take("key", row.key).take("value", row.value).take("default", row.standard);
    dictionary.take("source", row.source).take("meaning", row.meaning);
    STINT_TRY(dictionary.read(reader));
    return row;
}

void writeDoze(Writer& writer, const DozeView& doze) {
    DictionaryWriter dictionary(writer);
    dictionary.put("deep", doze.deep);
    dictionary.put("light", doze.light);
    dictionary.put("force", doze.force);
    dictionary.put("screen", doze.screenOn);
    dictionary.put("locked", doze.locked);
    dictionary.put("plugged", doze.plugged);
    dictionary.put("charging", doze.charging);
    dictionary.put("network", doze.network);
    put(dictionary, "deepUntil", doze.deepUntil);
    put(dictionary, "lightUntil", doze.lightUntil);
    put(dictionary, "nextAlarmClock", doze.nextAlarmClock);
    put(dictionary, "chargingAt", doze.chargingAt);
}

Result<DozeView> readDoze(Reader& reader) {
    DozeView doze;
    std::optional<std::int64_t> deepUntil, lightUntil, nextAlarmClock, chargingAt;
    DictionaryReader dictionary("doze", UnknownKeys::Ignore);
    dictionary.take("deep", doze.deep).take("light", doze.light).take("force", doze.force);
    dictionary.take("screen", doze.screenOn).take("locked", doze.locked).take("plugged", doze.plugged);
    dictionary.take("charging", doze.charging).take("network", doze.network);
    dictionary.take("deepUntil", deepUntil).take("lightUntil", lightUntil).take("nextAlarmClock", nextAlarmClock);
    dictionary.take("chargingAt", chargingAt);
    STINT_TRY(dictionary.read(reader));
    doze.deepUntil = timeFrom(deepUntil);
    doze.lightUntil = timeFrom(lightUntil);
    doze.nextAlarmClock = timeFrom(nextAlarmClock);
    doze.chargingAt = timeFrom(chargingAt);
    return doze;
}

void writeDeviceLimit(Writer& writer, const DeviceLimitView& limit) {
    DictionaryWriter dictionary(writer);
    dictionary.put("work", limit.work);
    dictionary.put("open", limit.open);
    dictionary.put("by", limit.by);
    dictionary.put("detail", limit.detail);
    dictionary.put("clears", limit.clears);
    dictionary.put("cell", limit.cell);
    put(dictionary, "since", limit.since);
    put(dictionary, "until", limit.until);
}

Result<DeviceLimitView> readDeviceLimit(Reader& reader) {
    DeviceLimitView limit;
    std::optional<std::int64_t> since, until;
    DictionaryReader dictionary("limit", UnknownKeys::Ignore);
    dictionary.take("work", limit.work).take("open", limit.open).take("by", limit.by).take("detail", limit.detail);
    dictionary.take("clears", limit.clears).take("cell", limit.cell).take("since", since).take("until", until);
    STINT_TRY(dictionary.read(reader));
    limit.since = timeFrom(since);
    limit.until = timeFrom(until);
    return limit;
}

} // namespace stint::wire
