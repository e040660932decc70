// The scheduler as a whole, as a dump tells it (dbus/org.stint.TaskManager1.xml, Overview).
#include "base/try.hpp"
#include "wire/times.hpp"
#include "wire/views.hpp"

namespace stint::wire {
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

} // namespace

void writeSchedulerView(Writer& writer, const SchedulerView& view) {
    DictionaryWriter dictionary(writer);
    dictionary.put("constants", "a(ss)", [&view](Writer& value) { writeConstants(value, view.constants); });
    dictionary.put("plugged", view.plugged);
    dictionary.put("charging", view.charging);
    dictionary.put("batteryPercent", view.batteryPercent);
    dictionary.put("batteryLow", view.batteryLow);
    dictionary.put("batteryMonitored", view.batteryMonitored);
    dictionary.put("batterySequence", view.batterySequence);
    dictionary.put("storageLow", view.storageLow);
    dictionary.put("storageSequence", view.storageSequence);
    dictionary.put("idle", view.idle);
    dictionary.put("interactive", view.interactive);
    dictionary.put("memory", view.memory);
    dictionary.put("slots", view.slots);
    dictionary.put("atOnce", view.atOnce);
    dictionary.put("types", "a(sxxxx)", [&view](Writer& value) { writeTypes(value, view.types); });
    dictionary.put("queue", "a(ssi)", [&view](Writer& value) { writeQueue(value, view.queue); });
    dictionary.put("queued", view.queued);
    dictionary.put("tracked", view.tracked);
    dictionary.put("persisted", view.persisted);
    dictionary.put("clockGood", view.clockGood);
    dictionary.put("lastCommit", wallNumber(view.lastCommit));
}

Result<SchedulerView> readSchedulerView(Reader& reader) {
    SchedulerView view;
    std::int64_t lastCommit = 0;
    DictionaryReader dictionary("overview", UnknownKeys::Ignore);
    dictionary.take("constants", "a(ss)", [&view](Reader& value) { return readConstants(value, view.constants); });
    dictionary.take("plugged", view.plugged).take("charging", view.charging);
    dictionary.take("batteryPercent", view.batteryPercent).take("batteryLow", view.batteryLow);
    dictionary.take("batteryMonitored", view.batteryMonitored).take("batterySequence", view.batterySequence);
    dictionary.take("storageLow", view.storageLow).take("storageSequence", view.storageSequence);
    dictionary.take("idle", view.idle).take("interactive", view.interactive).take("memory", view.memory);
    dictionary.take("slots", view.slots).take("atOnce", view.atOnce);
    dictionary.take("types", "a(sxxxx)", [&view](Reader& value) { return readTypes(value, view.types); });
    dictionary.take("queue", "a(ssi)", [&view](Reader& value) { return readQueue(value, view.queue); });
    dictionary.take("queued", view.queued).take("tracked", view.tracked).take("persisted", view.persisted);
    dictionary.take("clockGood", view.clockGood).take("lastCommit", lastCommit);
    STINT_TRY(dictionary.read(reader));
    view.lastCommit = WallTime(Duration(lastCommit));
    return view;
}

} // namespace stint::wire
