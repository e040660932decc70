// The Task Manager's rows, and the installed apps.
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/views.hpp"

namespace stint::wire {
namespace {

/// architecture.md, what is visible: a person's word, else the foreground of a terminal; there is no other source so
/// far.
std::vector<std::string> whyVisible(const AppView& view) {
    if (view.state != ProcessState::Top && view.state != ProcessState::Visible) return {};
    return {view.pinned ? "pinned" : "terminal"};
}

using Services = decltype(Manifest::services);
using Words = decltype(Manifest::permissions);

void writeNames(Writer& writer, const Services& services) {
    writer.openArray("s");
    for (const auto& [name, service] : services)
        writer.string(name);
    writer.close();
}

Result<void> readNames(Reader& reader, Services& services) {
    for (const std::string& name : STINT_TRY(reader.strings()))
        services[name].name = name;
    return {};
}

void writeWords(Writer& writer, const Words& words) {
    writer.openArray("s");
    for (const std::string& word : words)
        writer.string(word);
    writer.close();
}

Result<void> readWords(Reader& reader, Words& words) {
    for (std::string& word : STINT_TRY(reader.strings()))
        words.insert(std::move(word));
    return {};
}

constexpr auto appFields = [](auto& field, auto& view) {
    field("package", view.manifest.package.name);
    field("label", view.manifest.label);
    field("version", view.manifest.version);
    field("builtIn", view.manifest.builtIn);
    field("system", view.manifest.system);
    field("manifest", view.manifest.file);
    field.other("services", "as", view.manifest.services, writeNames, readNames);
    field.other("permissions", "as", view.manifest.permissions, writeWords, readWords);
    field.other("revoked", "as", view.revoked, writeWords, readWords);
    field.word("state", view.state, processStateNamed);
    field("bias", view.bias);
    field.inner("safeguards", view.safeguards, writeRow<SafeguardView>, readRow<SafeguardView>);
    field("pinned", view.pinned);
    field.told("visibleBecause", whyVisible(view));
    field("bad", view.bad);
    field("jobs", view.jobs);
    field("running", view.running);
    field.word("bucket", view.bucket, bucketNamed);
    field.word("bucketReason", view.bucketReason, bucketReasonNamed);
    field.word("batteryUse", view.batteryUse, batteryUseNamed);
    field("dataSaverExempt", view.dataSaverExempt);
    field("networkAllowed", view.networkAllowed);
    field("networkBecause", view.networkBecause);
    field("importance", view.importance);
    field.inner("quota", view.quota, writeQuota, readQuota);
    field.inner("expedited", view.expedited, writeQuota, readQuota);
    field.rows("days", view.days);
    field("bucketSince", view.bucketSince);
    field.inner("alarms", view.alarms, writeRow<AllotmentView>, readRow<AllotmentView>);
    field.inner("whileIdleAlarms", view.whileIdleAlarms, writeRow<AllotmentView>, readRow<AllotmentView>);
    field.inner("messages", view.messages, writeRow<MessagesView>, readRow<MessagesView>);
    field("maybeVisible", view.maybeVisible);
};

} // namespace

void writeAppView(Writer& writer, const AppView& view) { writeFields(writer, view, appFields); }
Result<AppView> readAppView(Reader& reader) { return readFields<AppView>(reader, "app", appFields); }

} // namespace stint::wire
