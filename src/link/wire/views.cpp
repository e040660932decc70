#include "link/wire/views.hpp"

#include <algorithm>
#include <array>

#include "link/wire/fields.hpp"

namespace stint::wire {
namespace {

using Grade = Finding::Grade;
constexpr std::array grades{Grade::Enforced, Grade::Advisory, Grade::Absent, Grade::Trouble};

} // namespace

std::string_view nameOf(Grade grade) {
    switch (grade) {
    case Grade::Enforced:
        return "enforced";
    case Grade::Advisory:
        return "advisory";
    case Grade::Absent:
        return "absent";
    case Grade::Trouble:
        return "trouble";
    }
    return "absent";
}

std::optional<Grade> Finding::gradeNamed(std::string_view name) {
    const auto* const found = std::ranges::find(grades, name, nameOf);
    return found == grades.end() ? Grade::Absent : *found;
}

// The scheduler as a whole, for a dump (dbus/org.stint.TaskManager1.xml, Overview).

namespace {

void writeConstants(Writer& writer, const std::map<std::string, std::string>& constants) {
    writer.openArray("(ss)");
    for (const auto& [key, value] : constants)
        writer.openStruct("ss").string(key).string(value).close();
    writer.close();
}

Result<void> readConstants(Reader& reader, std::map<std::string, std::string>& constants) {
    return reader.array("(ss)", [&constants](Reader& element) {
        return element.structure("ss", [&constants](Reader& fields) -> Result<void> {
            const std::string key = STINT_TRY(fields.string());
            constants[key] = STINT_TRY(fields.string());
            return {};
        });
    });
}

void writeTypes(Writer& writer, const std::vector<SlotView>& types) {
    writer.openArray("(sxxxx)");
    for (const SlotView& slot : types) {
        writer.openStruct("sxxxx").string(slot.type).int64(slot.reserved).int64(slot.most);
        writer.int64(slot.running).int64(slot.ready).close();
    }
    writer.close();
}

Result<void> readTypes(Reader& reader, std::vector<SlotView>& types) {
    return reader.array("(sxxxx)", [&types](Reader& element) {
        return element.structure("sxxxx", [&types](Reader& fields) -> Result<void> {
            SlotView& slot = types.emplace_back();
            STINT_TRY(fields.read(slot.type));
            STINT_TRY(fields.read(slot.reserved));
            STINT_TRY(fields.read(slot.most));
            STINT_TRY(fields.read(slot.running));
            return fields.read(slot.ready);
        });
    });
}

void writeQueue(Writer& writer, const std::vector<JobKey>& queue) {
    writer.openArray("(ssi)");
    for (const JobKey& job : queue)
        writer.openStruct("ssi").string(job.app.name).string(job.space).int32(job.id.value).close();
    writer.close();
}

Result<void> readQueue(Reader& reader, std::vector<JobKey>& queue) {
    return reader.array("(ssi)", [&queue](Reader& element) {
        return element.structure("ssi", [&queue](Reader& fields) -> Result<void> {
            JobKey& job = queue.emplace_back();
            STINT_TRY(fields.read(job.app.name));
            STINT_TRY(fields.read(job.space));
            return fields.read(job.id.value);
        });
    });
}

constexpr auto schedulerFields = [](auto& field, auto& view) {
    field.other("constants", "a(ss)", view.constants, writeConstants, readConstants);
    field("plugged", view.plugged);
    field("charging", view.charging);
    field("batteryPercent", view.batteryPercent);
    field("batteryLow", view.batteryLow);
    field("batteryMonitored", view.batteryMonitored);
    field("batterySequence", view.batterySequence);
    field("storageLow", view.storageLow);
    field("storageSequence", view.storageSequence);
    field("idle", view.idle);
    field("interactive", view.interactive);
    field("memory", view.memory);
    field("slots", view.slots);
    field("atOnce", view.atOnce);
    field.other("types", "a(sxxxx)", view.types, writeTypes, readTypes);
    field.other("queue", "a(ssi)", view.queue, writeQueue, readQueue);
    field("queued", view.queued);
    field("tracked", view.tracked);
    field("persisted", view.persisted);
    field("clockGood", view.clockGood);
    field("lastCommit", view.lastCommit);
};

} // namespace

void writeSchedulerView(Writer& writer, const SchedulerView& view) { writeFields(writer, view, schedulerFields); }
Result<SchedulerView> readSchedulerView(Reader& reader) {
    return readFields<SchedulerView>(reader, "overview", schedulerFields);
}

} // namespace stint::wire
