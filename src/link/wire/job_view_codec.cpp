// The state of a job.
#include "link/wire/fields.hpp"
#include "link/wire/reasons.hpp"
#include "link/wire/times.hpp"
#include "link/wire/views.hpp"

namespace stint::wire {
namespace {

/// The enumerator of `all` whose name is `name`.
template <class E, std::size_t n>
Result<E> named(std::string_view key, std::string_view name, const E (&all)[n], std::string_view (*nameOfOne)(E)) {
    for (const E one : all)
        if (nameOfOne(one) == name) return one;
    return fail(Errc::ILLEGAL_ARGUMENT, "state: {}: unknown word \"{}\"", key, name);
}

void writeBytes(DictionaryWriter& dictionary, const JobView& view) {
    dictionary.put("transferredDown", view.transferredDown);
    dictionary.put("transferredUp", view.transferredUp);
    dictionary.put("estimatedDown", view.estimatedDown);
    dictionary.put("estimatedUp", view.estimatedUp);
}

void writeShown(DictionaryWriter& dictionary, const Notification& notification) {
    dictionary.put("title", notification.getTitle());
    dictionary.put("text", notification.getText());
    dictionary.put("progressMaximum", notification.getProgress().maximum);
    dictionary.put("progressValue", notification.getProgress().value);
    dictionary.put("progressIndeterminate", notification.getProgress().indeterminate);
}

void writeCompleted(DictionaryWriter& dictionary, const Completed& completed) {
    dictionary.put("ended", wallNumber(completed.ended));
    dictionary.put("stopReason", static_cast<std::int32_t>(completed.ending.reason));
    dictionary.put("internalReason", static_cast<std::int32_t>(completed.ending.internal));
    dictionary.put("exitCode", completed.outcome.exitCode);
    dictionary.put("text", completed.outcome.text);
    dictionary.put("url", completed.url);
    dictionary.put("path", completed.path);
}

void writeClocks(DictionaryWriter& dictionary, const RunClocks& clocks) {
    dictionary.put("guaranteed", wallNumber(clocks.guaranteed));
    dictionary.put("limit", wallNumber(clocks.limit));
    dictionary.put("timer", wallNumber(clocks.timer));
    dictionary.put("slot", clocks.slot);
    if (!clocks.stop) return;
    dictionary.put("stopReason", static_cast<std::int32_t>(clocks.stop->reason));
    dictionary.put("internalReason", static_cast<std::int32_t>(clocks.stop->internal));
}

Result<RunClocks> readClocks(Reader& reader) {
    RunClocks clocks;
    std::int64_t guaranteed = -1, limit = -1, timer = -1;
    std::optional<std::int32_t> reason, internal;
    DictionaryReader dictionary("clocks", UnknownKeys::Ignore);
    dictionary.take("guaranteed", guaranteed).take("limit", limit).take("timer", timer).take("slot", clocks.slot);
    dictionary.take("stopReason", reason).take("internalReason", internal);
    STINT_TRY(dictionary.read(reader));
    clocks.guaranteed = wallFrom(guaranteed).value_or(WallTime{});
    clocks.limit = wallFrom(limit).value_or(WallTime{});
    clocks.timer = wallFrom(timer).value_or(WallTime{});
    if (reason && internal)
        clocks.stop = Ending{static_cast<StopReason>(*reason), static_cast<InternalReason>(*internal)};
    return clocks;
}

/// What only a dump shows of a job (jobs.md §9.3); what is not known is left out.
void writeDetails(DictionaryWriter& dictionary, const JobView& view) {
    const auto put = [&dictionary](const char* key, const std::optional<WallTime>& time) {
        if (time) dictionary.put(key, wallNumber(time));
    };
    put("latest", view.latest);
    put("lastSuccess", view.lastSuccess);
    put("lastFailure", view.lastFailure);
    if (view.workItems > 0) dictionary.put("workItems", view.workItems);
    if (view.held) dictionary.put("held", true);
    if (view.keepsAwake) dictionary.put("keepsAwake", true);
    if (!view.guarded.empty()) dictionary.put("guarded", view.guarded);
    if (view.terms != StartTerms{})
        dictionary.put("terms", "a{sv}", [&view](Writer& value) { writeRow(value, view.terms); });
    if (view.lastRun) dictionary.put("lastRun", "a{sv}", [&view](Writer& value) { writeRow(value, *view.lastRun); });
    if (view.network)
        dictionary.put("network", "a{sv}", [&view](Writer& value) { writeNetwork(value, *view.network); });
    if (view.clocks)
        dictionary.put("clocks", "a{sv}", [&view](Writer& value) {
            DictionaryWriter inner(value);
            writeClocks(inner, *view.clocks);
        });
}

void takeDetails(DictionaryReader& dictionary, JobView& view) {
    const auto take = [&dictionary](std::string_view key, std::optional<WallTime>& into) {
        dictionary.take(key, "x", [&into](Reader& value) -> Result<void> {
            const std::int64_t time = STINT_TRY(value.int64());
            into = wallFrom(time);
            return {};
        });
    };
    take("latest", view.latest);
    take("lastSuccess", view.lastSuccess);
    take("lastFailure", view.lastFailure);
    dictionary.take("workItems", view.workItems)
        .take("want", view.want)
        .take("waitsFor", view.waitsFor)
        .take("held", view.held);
    dictionary.take("waitsAlso", view.waitsAlso);
    dictionary.take("keepsAwake", view.keepsAwake).take("guarded", view.guarded);
    dictionary.take("terms", "a{sv}", [&view](Reader& value) -> Result<void> {
        view.terms = STINT_TRY(readRow<StartTerms>(value));
        return {};
    });
    dictionary.take("lastRun", "a{sv}", [&view](Reader& value) -> Result<void> {
        view.lastRun = STINT_TRY(readRow<PastRun>(value));
        return {};
    });
    dictionary.take("network", "a{sv}", [&view](Reader& value) -> Result<void> {
        view.network = STINT_TRY(readNetwork(value));
        return {};
    });
    dictionary.take("clocks", "a{sv}", [&view](Reader& value) -> Result<void> {
        view.clocks = STINT_TRY(readClocks(value));
        return {};
    });
}

JobClass requestedKind(const JobInfo& job) {
    if (job.isUserInitiated()) return JobClass::UserInitiated;
    return job.isExpedited() ? JobClass::Expedited : JobClass::Regular;
}

/// What a state dictionary said, before it is a view.
struct StateWords {
    std::string package, space, label, kind, state, runState, title, text, url, path;
    std::int32_t id = 0;
    std::vector<PendingReason> reasons;
    std::int64_t enqueued = -1, earliest = -1, started = -1, ended = -1;
    std::int64_t progressMaximum = 0, progressValue = 0;
    bool progressIndeterminate = false;
    std::int32_t stopReason = 0, internalReason = 0, exitCode = 0;
    std::optional<JobInfo> info;
};

Result<void> readWords(Reader& reader, StateWords& words, JobView& view) {
    DictionaryReader dictionary("state", UnknownKeys::Ignore);
    dictionary.take("package", words.package).take("namespace", words.space).take("id", words.id);
    dictionary.take("label", words.label).take("kind", words.kind).take("state", words.state);
    dictionary.take("runState", words.runState).take("failures", view.failures).take("systemStops", view.systemStops);
    takeReasons(dictionary, words.reasons);
    dictionary.take("enqueued", words.enqueued).take("earliest", words.earliest).take("started", words.started);
    dictionary.take("transferredDown", view.transferredDown).take("transferredUp", view.transferredUp);
    dictionary.take("estimatedDown", view.estimatedDown).take("estimatedUp", view.estimatedUp);
    dictionary.take("title", words.title).take("text", words.text);
    dictionary.take("progressMaximum", words.progressMaximum).take("progressValue", words.progressValue);
    dictionary.take("progressIndeterminate", words.progressIndeterminate);
    dictionary.take("demoted", view.demoted).take("ended", words.ended).take("stopReason", words.stopReason);
    dictionary.take("internalReason", words.internalReason).take("exitCode", words.exitCode);
    dictionary.take("url", words.url).take("path", words.path);
    dictionary.take("job", "a{sv}", [&](Reader& value) -> Result<void> {
        words.info = STINT_TRY(readJob(value));
        return {};
    });
    takeDetails(dictionary, view);
    return dictionary.read(reader);
}

Result<void> fillState(JobView& view, const StateWords& words) {
    using State = JobView::State;
    view.state = STINT_TRY(named("state", words.state, {State::Pending, State::Running, State::Finished},
                                 static_cast<std::string_view (*)(State)>(stint::nameOf)));
    view.kind = STINT_TRY(named("kind", words.kind, {JobClass::Regular, JobClass::Expedited, JobClass::UserInitiated},
                                static_cast<std::string_view (*)(JobClass)>(stint::nameOf)));
    if (!words.runState.empty())
        view.runState =
            STINT_TRY(named("runState", words.runState,
                            {RunState::Binding, RunState::Starting, RunState::Executing, RunState::Stopping},
                            static_cast<std::string_view (*)(RunState)>(stint::nameOf)));
    return {};
}

void fillNotification(JobView& view, const StateWords& words) {
    if (words.title.empty() && words.text.empty() && words.progressMaximum == 0) return;
    Notification::Builder builder("");
    builder.setContentTitle(words.title)
        .setContentText(words.text)
        .setProgress(words.progressMaximum, words.progressValue, words.progressIndeterminate);
    view.notification = builder.build();
}

void fillCompleted(JobView& view, const StateWords& words) {
    Completed& completed = view.completed.emplace();
    completed.key = view.key;
    completed.ended = wallFrom(words.ended).value_or(WallTime{});
    completed.ending = {static_cast<StopReason>(words.stopReason), static_cast<InternalReason>(words.internalReason)};
    completed.outcome = {words.exitCode, words.text};
    completed.transferredDown = view.transferredDown;
    completed.transferredUp = view.transferredUp;
    completed.label = view.label;
    completed.url = words.url;
    completed.path = words.path;
    completed.scheduled = view.scheduled;
    completed.began = view.started;
    completed.kind = view.kind;
    completed.last = true;
}

} // namespace

void writeJobView(Writer& writer, const JobView& view) {
    DictionaryWriter dictionary(writer);
    dictionary.put("package", view.key.app.name);
    dictionary.put("namespace", view.key.space);
    dictionary.put("id", view.key.id.value);
    dictionary.put("label", view.label);
    dictionary.put("kind", stint::nameOf(view.kind));
    dictionary.put("state", stint::nameOf(view.state));
    dictionary.put("demoted", view.demoted);
    dictionary.put("failures", view.failures);
    dictionary.put("systemStops", view.systemStops);
    dictionary.put("enqueued", wallNumber(view.scheduled));
    writeBytes(dictionary, view);
    if (view.runState) dictionary.put("runState", stint::nameOf(*view.runState));
    if (view.state == JobView::State::Pending || !view.guarded.empty()) {
        writeReasons(dictionary, view.reasons);
        dictionary.put("want", view.want);
        dictionary.put("waitsFor", view.waitsFor);
        if (!view.waitsAlso.empty()) dictionary.put("waitsAlso", view.waitsAlso);
        dictionary.put("earliest", wallNumber(view.earliest));
    }
    if (view.started) dictionary.put("started", wallNumber(view.started));
    writeDetails(dictionary, view);
    if (view.notification) writeShown(dictionary, *view.notification);
    if (view.completed) writeCompleted(dictionary, *view.completed);
    if (view.info) {
        dictionary.put("service", view.info->getService().name);
        dictionary.put("requested", stint::nameOf(requestedKind(*view.info)));
        dictionary.put("job", "a{sv}", [&view](Writer& value) { writeJob(value, *view.info, ClipFiles::LeftOut); });
    }
}

Result<JobView> readJobView(Reader& reader) {
    JobView view;
    StateWords words;
    STINT_TRY(readWords(reader, words, view));
    view.key = {AppId{words.package}, words.space, JobId(words.id)};
    view.label = words.label;
    view.scheduled = wallFrom(words.enqueued).value_or(WallTime{});
    view.reasons = words.reasons;
    view.earliest = wallFrom(words.earliest);
    view.started = wallFrom(words.started);
    if (words.info) view.info = std::move(*words.info);
    STINT_TRY(fillState(view, words));
    if (view.state == JobView::State::Finished)
        fillCompleted(view, words);
    else
        fillNotification(view, words);
    return view;
}

} // namespace stint::wire
