// scenario.md, trace and totals: the effects that must come, and their sums.
#include "sim/scenario/parts.hpp"
#include "sim/scenario/vocabulary.hpp"

namespace stint::sim {
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
              count("messages", Measure::Messages),
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
