// The Task Manager's rows, the installed apps, and the device's values.
#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/limits.hpp"
#include "wire/times.hpp"
#include "wire/views.hpp"

namespace stint::wire {
namespace {

/// architecture.md, what is visible: a person's word, else the foreground of a terminal; there is no other source so
/// far.
std::vector<std::string> whyVisible(const AppView& view) {
    if (view.state != ProcessState::Top && view.state != ProcessState::Visible) return {};
    return {view.pinned ? "pinned" : "terminal"};
}

void putLimits(DictionaryWriter& dictionary, const AppView& view) {
    dictionary.put("bucket", nameOf(view.bucket));
    dictionary.put("bucketReason", nameOf(view.bucketReason));
    dictionary.put("batteryUse", nameOf(view.batteryUse));
    dictionary.put("dataSaverExempt", view.dataSaverExempt);
    dictionary.put("networkAllowed", view.networkAllowed);
    dictionary.put("networkBecause", view.networkBecause);
    dictionary.put("importance", view.importance);
    dictionary.put("quota", "a{sv}", [&view](Writer& value) { writeQuota(value, view.quota); });
    dictionary.put("expedited", "a{sv}", [&view](Writer& value) { writeQuota(value, view.expedited); });
}

/// The words of putLimits().
struct LimitWords {
    std::string bucket{nameOf(Bucket::Never)};
    std::string reason{nameOf(BucketReason::Default)};
    std::string batteryUse{nameOf(BatteryUse::Optimized)};
};

DictionaryReader::Read quotaInto(QuotaView& quota) {
    return [&quota](Reader& value) -> Result<void> {
        quota = STINT_TRY(readQuota(value));
        return {};
    };
}

void takeLimits(DictionaryReader& dictionary, LimitWords& words, AppView& view) {
    dictionary.take("bucket", words.bucket).take("bucketReason", words.reason).take("batteryUse", words.batteryUse);
    dictionary.take("dataSaverExempt", view.dataSaverExempt).take("networkAllowed", view.networkAllowed);
    dictionary.take("networkBecause", view.networkBecause).take("importance", view.importance);
    dictionary.take("quota", "a{sv}", quotaInto(view.quota)).take("expedited", "a{sv}", quotaInto(view.expedited));
}

Result<void> setLimits(const LimitWords& words, AppView& view) {
    const auto bucket = bucketNamed(words.bucket);
    const auto reason = bucketReasonNamed(words.reason);
    const auto use = batteryUseNamed(words.batteryUse);
    if (!bucket) return fail(Errc::IllegalArgument, "app: bucket: unknown word \"{}\"", words.bucket);
    if (!reason) return fail(Errc::IllegalArgument, "app: bucketReason: unknown word \"{}\"", words.reason);
    if (!use) return fail(Errc::IllegalArgument, "app: batteryUse: unknown word \"{}\"", words.batteryUse);
    view.bucket = *bucket;
    view.bucketReason = *reason;
    view.batteryUse = *use;
    return {};
}

void writeSafeguards(Writer& writer, const SafeguardView& view) {
    DictionaryWriter dictionary(writer);
    dictionary.put("userInitiated", view.userInitiated);
    dictionary.put("expedited", view.expedited);
    dictionary.put("regular", view.regular);
    dictionary.put("unresponsive", view.unresponsive);
    dictionary.put("scheduled", view.scheduled);
    dictionary.put("buggy", view.buggy);
}

Result<SafeguardView> readSafeguards(Reader& reader) {
    SafeguardView view;
    DictionaryReader dictionary("safeguards", UnknownKeys::Ignore);
    dictionary.take("userInitiated", view.userInitiated).take("expedited", view.expedited);
    dictionary.take("regular", view.regular).take("unresponsive", view.unresponsive);
    dictionary.take("scheduled", view.scheduled).take("buggy", view.buggy);
    STINT_TRY(dictionary.read(reader));
    return view;
}

} // namespace

void writeNotificationView(Writer& writer, const NotificationView& view) {
    DictionaryWriter dictionary(writer);
    dictionary.put("id", view.id);
    dictionary.put("title", view.notification.getTitle());
    dictionary.put("text", view.notification.getText());
    dictionary.put("progressMaximum", view.notification.getProgress().maximum);
    dictionary.put("progressValue", view.notification.getProgress().value);
    dictionary.put("userInitiated", view.userInitiated);
}

Result<NotificationView> readNotificationView(Reader& reader) {
    NotificationView view;
    std::string title, text;
    std::int64_t maximum = 0, value = 0;
    DictionaryReader dictionary("notification", UnknownKeys::Ignore);
    dictionary.take("id", view.id).take("title", title).take("text", text);
    dictionary.take("progressMaximum", maximum).take("progressValue", value);
    dictionary.take("userInitiated", view.userInitiated);
    STINT_TRY(dictionary.read(reader));
    Notification::Builder builder("");
    builder.setContentTitle(std::move(title)).setContentText(std::move(text)).setProgress(maximum, value, false);
    view.notification = builder.build();
    return view;
}

void writeTaskRow(Writer& writer, const TaskRow& row) {
    DictionaryWriter dictionary(writer);
    dictionary.put("package", row.app.name);
    dictionary.put("label", row.label);
    dictionary.put("started", wallNumber(row.started));
    dictionary.put("stop", row.stopButton);
    dictionary.put("jobs", "aa{sv}", [&row](Writer& value) { writeList(value, row.jobs, writeJobView); });
    dictionary.put("notifications", "aa{sv}",
                   [&row](Writer& value) { writeList(value, row.notifications, writeNotificationView); });
}

Result<TaskRow> readTaskRow(Reader& reader) {
    TaskRow row;
    std::int64_t started = -1;
    DictionaryReader dictionary("row", UnknownKeys::Ignore);
    dictionary.take("package", row.app.name).take("label", row.label).take("started", started);
    dictionary.take("stop", row.stopButton);
    dictionary.take("jobs", "aa{sv}", [&row](Reader& value) -> Result<void> {
        row.jobs = STINT_TRY(readList(value, readJobView));
        return {};
    });
    dictionary.take("notifications", "aa{sv}", [&row](Reader& value) -> Result<void> {
        row.notifications = STINT_TRY(readList(value, readNotificationView));
        return {};
    });
    STINT_TRY(dictionary.read(reader));
    row.started = wallFrom(started);
    return row;
}

void writeAppView(Writer& writer, const AppView& view) {
    const Manifest& manifest = view.manifest;
    std::vector<std::string> services;
    for (const auto& [name, service] : manifest.services)
        services.push_back(name);
    DictionaryWriter dictionary(writer);
    dictionary.put("package", manifest.package.name);
    dictionary.put("label", manifest.label);
    dictionary.put("version", manifest.version);
    dictionary.put("builtIn", manifest.builtIn);
    dictionary.put("system", manifest.system);
    dictionary.put("manifest", manifest.file);
    dictionary.put("services", services);
    dictionary.put("permissions", std::vector<std::string>(manifest.permissions.begin(), manifest.permissions.end()));
    dictionary.put("revoked", std::vector<std::string>(view.revoked.begin(), view.revoked.end()));
    dictionary.put("state", nameOf(view.state));
    dictionary.put("bias", view.bias);
    dictionary.put("safeguards", "a{sv}", [&view](Writer& value) { writeSafeguards(value, view.safeguards); });
    dictionary.put("pinned", view.pinned);
    dictionary.put("visibleBecause", whyVisible(view));
    dictionary.put("bad", view.bad);
    dictionary.put("jobs", view.jobs);
    dictionary.put("running", view.running);
    putLimits(dictionary, view);
}

Result<AppView> readAppView(Reader& reader) {
    AppView view;
    Manifest& manifest = view.manifest;
    std::vector<std::string> services, permissions, revoked;
    std::string state;
    LimitWords limits;
    DictionaryReader dictionary("app", UnknownKeys::Ignore);
    dictionary.take("package", manifest.package.name).take("label", manifest.label).take("version", manifest.version);
    dictionary.take("builtIn", manifest.builtIn).take("system", manifest.system).take("manifest", manifest.file);
    dictionary.take("services", services).take("permissions", permissions).take("state", state);
    dictionary.take("revoked", revoked);
    dictionary.take("pinned", view.pinned).take("bad", view.bad).take("jobs", view.jobs).take("running", view.running);
    takeLimits(dictionary, limits, view);
    dictionary.take("bias", view.bias).take("safeguards", "a{sv}", [&view](Reader& value) -> Result<void> {
        view.safeguards = STINT_TRY(readSafeguards(value));
        return {};
    });
    STINT_TRY(dictionary.read(reader));
    STINT_TRY(setLimits(limits, view));
    for (std::string& name : services) {
        Service& service = manifest.services[name];
        service.name = std::move(name);
    }
    manifest.permissions.insert(permissions.begin(), permissions.end());
    view.revoked.insert(revoked.begin(), revoked.end());
    const std::optional<ProcessState> known = processStateNamed(state);
    if (!known) return fail(Errc::IllegalArgument, "app: state: unknown word \"{}\"", state);
    view.state = *known;
    return view;
}

void writeDeviceRow(Writer& writer, const DeviceRow& row) {
    DictionaryWriter dictionary(writer);
    dictionary.put("key", row.key);
    dictionary.put("value", row.value);
    dictionary.put("source", row.source);
}

Result<DeviceRow> readDeviceRow(Reader& reader) {
    DeviceRow row;
    DictionaryReader dictionary("device", UnknownKeys::Ignore);
    dictionary.take("key", row.key).take("value", row.value).take("source", row.source);
    STINT_TRY(dictionary.read(reader));
    return row;
}

} // namespace stint::wire
