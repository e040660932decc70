#include <algorithm>
#include <array>

#include "contract/model/reasons.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {

// scenario.md, expectations of state.

namespace {

std::set<PendingReason> readReasons(Yaml& yaml, const Node& node) {
    std::vector<std::string_view> known;
    for (const PendingRow& row : pendingRows())
        if (row.reason >= PENDING_JOB_REASON_UNDEFINED) known.push_back(row.name);
    std::set<PendingReason> reasons;
    for (const auto& name : readWords(yaml, node, "a pending reason", known)) {
        const auto row = std::ranges::find(pendingRows(), name, &PendingRow::name);
        if (row != pendingRows().end()) reasons.insert(row->reason);
    }
    return reasons;
}

Action readExpectJob(Yaml& yaml, const Node& node) {
    action::ExpectJob expect;
    yaml.map(node, "expect",
             {{"job", [&](const Node& value) { expect.job = readJobKey(yaml, value); }},
              {"is",
               [&](const Node& value) {
                   using enum action::Is;
                   expect.is = yaml.word<action::Is>(value, "is",
                                                     {{"running", Running}, {"pending", Pending}, {"absent", Absent}});
               }},
              {"why", [&](const Node& value) { expect.why = readReasons(yaml, value); }},
              {"next",
               [&](const Node& value) {
                   expect.nextUnknown = value.IsScalar() && value.Scalar() == "unknown";
                   if (!expect.nextUnknown) expect.next = readDuration(yaml, value, "next");
               }},
              {"failures", [&](const Node& value) { expect.failures = yaml.number(value, "failures", 0, many); }},
              {"keeps_awake", [&](const Node& value) { expect.keepsAwake = yaml.flag(value, "keeps_awake"); }}});
    if (!expect.is && !expect.why && !expect.next && !expect.nextUnknown && !expect.failures && !expect.keepsAwake)
        yaml.complain(locationOf(node), "nothing is expected of the job; write is, why, next, failures or keeps_awake");
    return expect;
}

action::TaskManagerRow readTaskManager(Yaml& yaml, const Node& node) {
    action::TaskManagerRow row;
    yaml.map(node, "task_manager",
             {{"row", [&](const Node& value) { row.row = yaml.flag(value, "row"); }},
              {"stop", [&](const Node& value) { row.stop = yaml.flag(value, "stop"); }},
              {"jobs", [&](const Node& value) {
                   row.jobs.emplace();
                   yaml.list(value, "jobs",
                             [&](const Node& item) { row.jobs->push_back(yaml.text(item, "a job's id")); });
               }}});
    return row;
}

Action readExpectApp(Yaml& yaml, const Node& node) {
    action::ExpectApp expect;
    yaml.map(node, "expect",
             {{"app", [&](const Node& value) { expect.app = readAppId(yaml, value); }},
              {"bucket", [&](const Node& value) { expect.bucket = readBucket(yaml, value); }},
              {"network",
               [&](const Node& value) {
                   expect.networkAllowed = yaml.word<bool>(value, "network", {{"allowed", true}, {"blocked", false}});
               }},
              {"state", [&](const Node& value) { expect.state = readState(yaml, value); }},
              {"quota_left", [&](const Node& value) { expect.quotaLeft = readBalance(yaml, value, "quota_left"); }},
              {"expedited_left",
               [&](const Node& value) { expect.expeditedLeft = readBalance(yaml, value, "expedited_left"); }},
              {"task_manager", [&](const Node& value) { expect.taskManager = readTaskManager(yaml, value); }}});
    return expect;
}

Action readExpectDevice(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 5> states{"active", "light_idle", "light_maintenance", "idle",
                                                            "idle_maintenance"};
    action::ExpectDevice expect;
    yaml.map(node, "expect", {{"device", [&](const Node& device) {
                                   yaml.map(device, "device", {{"doze", [&](const Node& value) {
                                                                    expect.doze = readWord(yaml, value, "doze", states);
                                                                }}});
                               }}});
    return expect;
}

} // namespace

Action readExpect(Yaml& yaml, const Node& node) {
    if (node.IsMap() && node["job"]) return readExpectJob(yaml, node);
    if (node.IsMap() && node["app"]) return readExpectApp(yaml, node);
    if (node.IsMap() && node["work"]) return readExpectWork(yaml, node);
    if (node.IsMap() && node["device"]) return readExpectDevice(yaml, node);
    yaml.complain(locationOf(node),
                  "what is expected, and of whom? write {{job: …}}, {{work: …}}, {{app: …}} or {{device: …}}");
    return action::Tick{};
}

// scenario.md, trace and totals: the effects that must come, and their sums.

namespace {

std::vector<std::string_view> wordsOfEffects() {
    std::vector<std::string_view> words;
    for (const EffectWord& word : effectWords())
        words.push_back(word.what);
    return words;
}

FieldValue readField(Yaml& yaml, const Node& node, const EffectField& field) {
    switch (field.kind) {
    case FieldKind::Word:
        return readWord(yaml, node, field.key, field.words);
    case FieldKind::Words: {
        const auto given = readWords(yaml, node, field.key, field.words);
        std::string all;
        for (const std::string_view word : field.words)
            if (given.contains(word)) (all += all.empty() ? "" : ",") += word;
        return all;
    }
    case FieldKind::Truth:
        return yaml.flag(node, field.key);
    case FieldKind::Count:
        return yaml.number(node, field.key, -many, many);
    case FieldKind::Time:
        return readDuration(yaml, node, field.key);
    }
    return {};
}

void complainOfField(Yaml& yaml, const Node& name, const EffectWord* word) {
    std::vector<std::string_view> known{"at", "job", "app", "what", "never"};
    if (word)
        for (const EffectField& field : word->fields)
            known.push_back(field.key);
    yaml.complain(
        locationOf(name), "{}",
        Yaml::unknownWord(name.Scalar(), fmt::format("a field of {}", word ? word->what : "an effect"), known));
}

void checkWhom(Yaml& yaml, const Node& node, const ExpectedEffect& effect, const EffectWord& word) {
    if (word.whom == Whom::App && effect.job)
        yaml.complain(locationOf(node), "{} is about an app; write app in place of job", word.what);
    if (word.whom == Whom::Device && (effect.job || effect.app))
        yaml.complain(locationOf(node), "{} is about the device; leave out job and app", word.what);
    if (word.whom != Whom::Device && !effect.job && !effect.app)
        yaml.complain(locationOf(node), "whom is {} about? write {}", word.what,
                      word.whom == Whom::Job ? "job: com.example.mail/7" : "app: com.example.mail");
}

ExpectedEffect readEffect(Yaml& yaml, const Node& node, WallTime start) {
    ExpectedEffect effect{.location = locationOf(node)};
    const auto what = [&](const Node& value) { effect.what = readWord(yaml, value, "what", wordsOfEffects()); };
    // The word is read first: it determines the fields.
    if (!node.IsMap()) return yaml.map(node, "an entry of the trace", {}), effect;
    if (const Node given = node["what"]) what(given);
    if (const Node given = node["never"]) what(given), effect.never = true;
    if (node["what"] && node["never"]) yaml.complain(locationOf(node), "write one of what and never");
    if (!node["what"] && !node["never"])
        yaml.complain(locationOf(node),
                      "the entry lacks what, the effect that must come, or never, the one that may not");
    const EffectWord* word = effectNamed(effect.what);
    yaml.names(node, "an entry of the trace", [&](const Node& name, const Node& value) {
        const std::string& key = name.Scalar();
        if (key == "what" || key == "never") return;
        if (key == "at") {
            effect.at = readSpan(yaml, value, start);
        } else if (key == "job") {
            effect.job = readJobKey(yaml, value);
        } else if (key == "app") {
            effect.app = readAppId(yaml, value);
        } else if (const auto* field = word ? fieldOf(*word, key) : nullptr) {
            effect.fields.push_back({field->key, readField(yaml, value, *field)});
        } else {
            complainOfField(yaml, name, word);
        }
    });
    if (word) checkWhom(yaml, node, effect, *word);
    return effect;
}

// Reads a value, or two of them in a list.
template <class Read> Range<std::int64_t> readRange(Yaml& yaml, const Node& node, Read read) {
    if (!node.IsSequence()) {
        const std::int64_t value = read(node);
        return {value, value};
    }
    if (node.size() == 2) return {read(node[0]), read(node[1])};
    yaml.complain(locationOf(node), "a range has two ends, [9min, 10min]; this list has {}", node.size());
    return {};
}

ExpectedTotal readTotal(Yaml& yaml, const Node& node, WallTime start) {
    ExpectedTotal total{.location = locationOf(node)};
    const auto count = [&](std::string_view name, Measure measure) {
        return Key{name, [&yaml, &total, name, measure](const Node& value) {
                       total.measures[measure] =
                           readRange(yaml, value, [&](const Node& one) { return yaml.number(one, name, 0, many); });
                   }};
    };
    yaml.map(node, "an entry of the totals",
             {{"job", [&](const Node& value) { total.job = readJobKey(yaml, value); }},
              {"app", [&](const Node& value) { total.app = readAppId(yaml, value); }},
              {"run_time",
               [&](const Node& value) {
                   total.measures[Measure::RunTime] = readRange(
                       yaml, value, [&](const Node& one) { return readDuration(yaml, one, "run_time").count(); });
               }},
              count("starts", Measure::Starts),
              count("stops", Measure::Stops),
              count("alarms", Measure::Alarms),
              {"messages",
               [&](const Node& value) {
                   const Key delivered = count("delivered", Measure::Messages);
                   if (!value.IsMap()) return delivered.read(value);
                   yaml.map(value, "the messages",
                            {delivered, count("expired", Measure::Expired), count("replaced", Measure::Replaced)});
               }},
              {"within", [&](const Node& value) { total.within = readSpan(yaml, value, start); }}});
    if (!node.IsMap()) return total;
    if (total.job.has_value() == total.app.has_value())
        yaml.complain(locationOf(node), "a total is of a job or of an app; write one of the two");
    if (total.measures.empty())
        yaml.complain(locationOf(node), "what is summed up? write run_time, starts, stops, alarms or messages");
    return total;
}

} // namespace

std::vector<ExpectedEffect> readTrace(Yaml& yaml, const Node& node, WallTime start) {
    std::vector<ExpectedEffect> trace;
    yaml.list(node, "trace", [&](const Node& entry) { trace.push_back(readEffect(yaml, entry, start)); });
    return trace;
}

std::vector<ExpectedTotal> readTotals(Yaml& yaml, const Node& node, WallTime start) {
    std::vector<ExpectedTotal> totals;
    yaml.list(node, "totals", [&](const Node& entry) { totals.push_back(readTotal(yaml, entry, start)); });
    return totals;
}

} // namespace stint::sim
