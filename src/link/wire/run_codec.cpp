// The messages of a running job: its parameters, its notification, its outcome.
#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "link/wire/codec.hpp"

namespace stint::wire {
namespace {

Result<std::vector<Notification::Action>> readActions(Reader& reader) {
    std::vector<Notification::Action> actions;
    STINT_TRY(reader.array("(ss)", [&actions](Reader& items) {
        return items.structure("ss", [&actions](Reader& fields) -> Result<void> {
            std::string key = STINT_TRY(fields.string());
            std::string label = STINT_TRY(fields.string());
            actions.push_back({std::move(key), std::move(label)});
            return {};
        });
    }));
    return actions;
}

Result<Notification::Progress> readProgress(Reader& reader) {
    Notification::Progress progress;
    STINT_TRY(reader.structure("xxb", [&progress](Reader& fields) -> Result<void> {
        STINT_TRY(fields.read(progress.maximum));
        STINT_TRY(fields.read(progress.value));
        return fields.read(progress.indeterminate);
    }));
    return progress;
}

} // namespace

void writeRunParameters(Writer& writer, const RunParameters& parameters) {
    DictionaryWriter dictionary(writer);
    dictionary.put("id", parameters.id.value);
    if (!parameters.space.empty()) dictionary.put("namespace", parameters.space);
    dictionary.put("extras", "a{sv}", [&](Writer& value) { writeBundle(value, parameters.extras); });
    if (parameters.clip) {
        dictionary.put("clipData", "a(sah)",
                       [&](Writer& value) { writeClip(value, *parameters.clip, ClipFiles::Included); });
        dictionary.put("clipGrantFlags", parameters.clipGrantFlags);
    }
    dictionary.put("userInitiated", parameters.userInitiated);
    if (parameters.network)
        dictionary.put("network", "a{sv}", [&](Writer& value) { writeNetwork(value, *parameters.network); });
    if (parameters.expedited) dictionary.put("expedited", true);
    if (parameters.overdue) dictionary.put("overrideDeadlineExpired", true);
    dictionary.put("timeLimit", std::int64_t{parameters.timeLimit.count()});
    if (!parameters.transientExtras.isEmpty())
        dictionary.put("transientExtras", "a{sv}",
                       [&](Writer& value) { writeBundle(value, parameters.transientExtras); });
    if (!parameters.triggeredUris.empty()) dictionary.put("triggeredContentUris", parameters.triggeredUris);
    if (!parameters.triggeredAuthorities.empty())
        dictionary.put("triggeredContentAuthorities", parameters.triggeredAuthorities);
}

Result<RunParameters> readRunParameters(Reader& reader) {
    RunParameters parameters;
    DictionaryReader dictionary("params", UnknownKeys::Ignore);
    dictionary.take("id", parameters.id.value)
        .take("namespace", parameters.space)
        .take("extras", "a{sv}",
              [&](Reader& value) -> Result<void> {
                  parameters.extras = STINT_TRY(readBundle(value));
                  return {};
              })
        .take("clipData", "a(sah)",
              [&](Reader& value) -> Result<void> {
                  parameters.clip = STINT_TRY(readClip(value));
                  return {};
              })
        .take("clipGrantFlags", parameters.clipGrantFlags)
        .take("userInitiated", parameters.userInitiated)
        .take("expedited", parameters.expedited)
        .take("overrideDeadlineExpired", parameters.overdue)
        .take("timeLimit", "x",
              [&](Reader& value) -> Result<void> {
                  const std::int64_t time = STINT_TRY(value.int64());
                  parameters.timeLimit = Duration{time};
                  return {};
              })
        .take("transientExtras", "a{sv}",
              [&](Reader& value) -> Result<void> {
                  parameters.transientExtras = STINT_TRY(readBundle(value));
                  return {};
              })
        .take("triggeredContentUris", parameters.triggeredUris)
        .take("triggeredContentAuthorities", parameters.triggeredAuthorities)
        .take("network", "a{sv}", [&](Reader& value) -> Result<void> {
            parameters.network = STINT_TRY(readNetwork(value));
            return {};
        });
    STINT_TRY(dictionary.read(reader));
    return parameters;
}

void writeWork(Writer& writer, const WorkItem& item) {
    DictionaryWriter dictionary(writer);
    if (!item.extras.isEmpty())
        dictionary.put("extras", "a{sv}", [&item](Writer& value) { writeBundle(value, item.extras); });
    const auto putSize = [&dictionary](const char* key, Bytes size) {
        if (size != NETWORK_BYTES_UNKNOWN) dictionary.put(key, size);
    };
    putSize("estimatedDownloadBytes", item.estimatedDown);
    putSize("estimatedUploadBytes", item.estimatedUp);
    putSize("minimumNetworkChunkBytes", item.minimumChunk);
    if (item.id == 0) return;
    dictionary.put("item", item.id);
    dictionary.put("deliveries", item.deliveries);
    if (item.active) dictionary.put("active", true);
}

Result<WorkItem> readWork(Reader& reader) {
    WorkItem item;
    DictionaryReader dictionary("work", UnknownKeys::Refuse);
    dictionary
        .take("extras", "a{sv}",
              [&item](Reader& value) -> Result<void> {
                  item.extras = STINT_TRY(readBundle(value));
                  return {};
              })
        .take("estimatedDownloadBytes", item.estimatedDown)
        .take("estimatedUploadBytes", item.estimatedUp)
        .take("minimumNetworkChunkBytes", item.minimumChunk)
        .take("item", item.id)
        .take("deliveries", item.deliveries)
        .take("active", item.active);
    STINT_TRY(dictionary.read(reader));
    return item;
}

void writeNotification(Writer& writer, const Notification& notification) {
    DictionaryWriter dictionary(writer);
    dictionary.put("channel", notification.getChannelId());
    dictionary.put("smallIcon", notification.getSmallIcon());
    dictionary.put("title", notification.getTitle());
    dictionary.put("text", notification.getText());
    const Notification::Progress& progress = notification.getProgress();
    dictionary.put("progress", "(xxb)", [&progress](Writer& value) {
        value.openStruct("xxb").int64(progress.maximum).int64(progress.value).boolean(progress.indeterminate).close();
    });
    dictionary.put("actions", "a(ss)", [&notification](Writer& value) {
        value.openArray("(ss)");
        for (const Notification::Action& action : notification.getActions())
            value.openStruct("ss").string(action.key).string(action.label).close();
        value.close();
    });
}

Result<Notification> readNotification(Reader& reader) {
    std::string channel, smallIcon, title, text;
    Notification::Progress progress;
    std::vector<Notification::Action> actions;
    DictionaryReader dictionary("notification", UnknownKeys::Ignore);
    dictionary.take("channel", channel)
        .take("smallIcon", smallIcon)
        .take("title", title)
        .take("text", text)
        .take("progress", "(xxb)",
              [&](Reader& value) -> Result<void> {
                  progress = STINT_TRY(readProgress(value));
                  return {};
              })
        .take("actions", "a(ss)", [&](Reader& value) -> Result<void> {
            actions = STINT_TRY(readActions(value));
            return {};
        });
    STINT_TRY(dictionary.read(reader));

    Notification::Builder builder(std::move(channel));
    builder.setSmallIcon(std::move(smallIcon))
        .setContentTitle(std::move(title))
        .setContentText(std::move(text))
        .setProgress(progress.maximum, progress.value, progress.indeterminate);
    for (Notification::Action& action : actions)
        builder.addAction(std::move(action.key), std::move(action.label));
    return builder.build();
}

void writeOutcome(Writer& writer, const Outcome& outcome) {
    DictionaryWriter dictionary(writer);
    dictionary.put("exitCode", outcome.exitCode);
    dictionary.put("text", outcome.text);
}

Result<Outcome> readOutcome(Reader& reader) {
    Outcome outcome;
    DictionaryReader dictionary("outcome", UnknownKeys::Ignore);
    dictionary.take("exitCode", outcome.exitCode).take("text", outcome.text);
    STINT_TRY(dictionary.read(reader));
    cut(outcome.text, longestOutcome);
    return outcome;
}

} // namespace stint::wire
