// scenario.md, work: an app's calls of its work layer (jobs.md §10), and expectations of a request.
#include <array>

#include "contract/model/reasons.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"
#include "work/engine/constraints.hpp"

namespace stint::sim {
namespace {

using AskedWork = action::EnqueueWork::Request;

void readRequirements(Yaml& yaml, const Node& node, work::Constraints::Builder& constraints) {
    using work::NetworkType;
    constexpr std::array networks{
        std::pair("connected", NetworkType::CONNECTED), std::pair("unmetered", NetworkType::UNMETERED),
        std::pair("not_roaming", NetworkType::NOT_ROAMING), std::pair("metered", NetworkType::METERED)};
    std::vector<std::string_view> requirements;
    for (const auto& [word, type] : networks)
        requirements.emplace_back(word);
    for (const work::ConstraintFlag& flag : work::constraintFlags)
        requirements.push_back(flag.word);
    const auto words = readWords(yaml, node, "a requirement", requirements);
    for (const auto& [word, type] : networks)
        if (words.contains(word)) constraints.setRequiredNetworkType(type);
    for (const work::ConstraintFlag& flag : work::constraintFlags)
        (constraints.*flag.set)(words.contains(std::string(flag.word)));
}

void readWorkBackoff(Yaml& yaml, const Node& node, work::Spec& spec) {
    spec.explicitBackoff = true;
    yaml.map(node, "backoff",
             {{"policy",
               [&](const Node& value) {
                   spec.backoffPolicy = yaml.word<work::BackoffPolicy>(
                       value, "back-off policy",
                       {{"exponential", work::BackoffPolicy::EXPONENTIAL}, {"linear", work::BackoffPolicy::LINEAR}});
               }},
              {"initial", [&](const Node& value) { spec.backoffDelay = readDuration(yaml, value, "initial"); }}});
}

/// Strings, and lists of them, by their keys.
work::Data readData(Yaml& yaml, const Node& node, std::string_view what) {
    work::Data::Builder data;
    yaml.names(node, what, [&](const Node& name, const Node& value) {
        const std::string key = yaml.text(name, "a key");
        if (!value.IsSequence()) {
            data.putString(key, yaml.text(value, key));
            return;
        }
        std::vector<std::string> texts;
        yaml.list(value, key, [&](const Node& item) { texts.push_back(yaml.text(item, key)); });
        data.putStringArray(key, std::move(texts));
    });
    const auto built = data.build();
    if (!built.ok()) yaml.complain(locationOf(node), "{}: {}", what, built.error().message);
    return built.ok() ? *built : work::Data();
}

/// The names of StopReason, and the two of a request that no reason stopped.
std::vector<std::string_view> stopReasonWords() {
    std::vector<std::string_view> words{"NOT_STOPPED", "UNKNOWN"};
    for (const auto& row : stopRows())
        words.push_back(row.name);
    return words;
}

AskedWork readRequest(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 3> answers{"success", "failure", "retry"};
    AskedWork asked;
    work::Spec& spec = asked.spec;
    spec.worker = "Worker";
    work::Constraints::Builder constraints;
    std::optional<Duration> every;
    std::optional<Duration> flex;
    yaml.map(
        node, "a work request",
        {{"id", [&](const Node& value) { asked.id = yaml.text(value, "id"); }},
         {"follows",
          [&](const Node& value) {
              yaml.list(value, "follows",
                        [&](const Node& item) { asked.follows.push_back(yaml.text(item, "a request's id")); });
          }},
         {"requires", [&](const Node& value) { readRequirements(yaml, value, constraints); }},
         {"triggers",
          [&](const Node& value) {
              yaml.list(value, "triggers",
                        [&](const Node& item) { constraints.addContentUriTrigger(yaml.text(item, "a path"), true); });
          }},
         {"user_initiated", [&](const Node& value) { spec.userInitiated = yaml.flag(value, "user_initiated"); }},
         {"keep_results", [&](const Node& value) { spec.keepResults = readDuration(yaml, value, "keep_results"); }},
         {"merger",
          [&](const Node& value) {
              spec.merger = yaml.word<work::InputMerger>(value, "merger",
                                                         {{"overwriting", work::InputMerger::OVERWRITING},
                                                          {"array_creating", work::InputMerger::ARRAY_CREATING}});
          }},
         {"input", [&](const Node& value) { spec.input = readData(yaml, value, "input"); }},
         {"output", [&](const Node& value) { asked.output = readData(yaml, value, "output"); }},
         {"progress", [&](const Node& value) { asked.progress = readData(yaml, value, "progress"); }},
         {"foreground", [&](const Node& value) { asked.foreground = yaml.flag(value, "foreground"); }},
         {"tags",
          [&](const Node& value) {
              yaml.list(value, "tags", [&](const Node& item) { spec.tags.insert(yaml.text(item, "a tag")); });
          }},
         {"expedited",
          [&](const Node& value) {
              spec.expedited = yaml.word<work::OutOfQuotaPolicy>(
                  value, "expedited",
                  {{"run_as_regular", work::OutOfQuotaPolicy::RUN_AS_NON_EXPEDITED_WORK_REQUEST},
                   {"drop", work::OutOfQuotaPolicy::DROP_WORK_REQUEST}});
          }},
         {"delay", [&](const Node& value) { spec.initialDelay = readDuration(yaml, value, "delay"); }},
         {"backoff", [&](const Node& value) { readWorkBackoff(yaml, value, spec); }},
         {"every", [&](const Node& value) { every = readDuration(yaml, value, "every"); }},
         {"flex", [&](const Node& value) { flex = readDuration(yaml, value, "flex"); }},
         {"for", [&](const Node& value) { asked.runsFor = readDuration(yaml, value, "for"); }},
         {"answers", [&](const Node& value) {
              yaml.list(value, "answers",
                        [&](const Node& item) { asked.answers.push_back(readWord(yaml, item, "an answer", answers)); });
          }}});
    spec.constraints = constraints.build();
    if (every) spec.period = work::Period{*every, flex.value_or(*every)};
    work::bringIntoRange(spec); // an app's builder does so, too
    if (asked.id.empty() && node.IsMap()) yaml.complain(locationOf(node), "a work request lacks id, its name here");
    return asked;
}

} // namespace

Action readWorkLayer(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 5> policies{"keep", "replace", "append", "append_or_replace",
                                                              "update"};
    action::EnqueueWork enqueue;
    action::CancelWork cancel;
    enqueue.policy = "keep";
    bool cancels = false;
    const auto cancelled = [&](std::string& by, const char* key) {
        return Key{key, [&, key](const Node& value) { cancels = true, by = yaml.text(value, key); }};
    };
    const auto flagged = [&](bool& is, const char* key) {
        return Key{key, [&, key](const Node& value) { cancels = true, is = yaml.flag(value, key); }};
    };
    yaml.map(node, "work",
             {{"app", [&](const Node& value) { enqueue.app = cancel.app = readAppId(yaml, value); }},
              {"enqueue",
               [&](const Node& value) {
                   yaml.list(value, "enqueue",
                             [&](const Node& item) { enqueue.requests.push_back(readRequest(yaml, item)); });
               }},
              {"unique", [&](const Node& value) { enqueue.unique = yaml.text(value, "unique"); }},
              {"policy", [&](const Node& value) { enqueue.policy = readWord(yaml, value, "policy", policies); }},
              {"update",
               [&](const Node& value) {
                   enqueue.updates = true;
                   enqueue.requests.push_back(readRequest(yaml, value));
               }},
              {"in_process", [&](const Node& value) { enqueue.inProcess = yaml.flag(value, "in_process"); }},
              cancelled(cancel.id, "cancel"),
              cancelled(cancel.tag, "cancel_tag"),
              cancelled(cancel.name, "cancel_unique"),
              flagged(cancel.all, "cancel_all"),
              flagged(cancel.prune, "prune")});
    if (enqueue.app.name.empty() && node.IsMap()) yaml.complain(locationOf(node), "work lacks app, whose it is");
    const bool enqueuesToo = enqueue.updates && enqueue.requests.size() > 1;
    if ((cancels == !enqueue.requests.empty() || enqueuesToo) && node.IsMap())
        yaml.complain(locationOf(node), "work either enqueues or cancels; write one of enqueue, update, cancel, "
                                        "cancel_tag, cancel_unique, cancel_all and prune");
    if (cancels) return cancel;
    return enqueue;
}

Action readExpectWork(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 7> states{"enqueued", "running",   "succeeded", "failed",
                                                            "blocked",  "cancelled", "absent"};
    static const std::vector<std::string_view> reasons = stopReasonWords();
    action::ExpectWork expect;
    yaml.map(
        node, "expect",
        {{"work",
          [&](const Node& value) {
              const std::string whose = yaml.text(value, "work");
              const auto slash = whose.find('/');
              if (slash == std::string::npos)
                  return yaml.complain(locationOf(value), "\"{}\" is not a request; write APP/ID", whose);
              expect.app = AppId{whose.substr(0, slash)};
              expect.id = whose.substr(slash + 1);
          }},
         {"is", [&](const Node& value) { expect.is = readWord(yaml, value, "is", states); }},
         {"attempts", [&](const Node& value) { expect.attempts = yaml.number(value, "attempts", 0, many); }},
         {"begun", [&](const Node& value) { expect.begun = yaml.number(value, "begun", 0, many); }},
         {"generation", [&](const Node& value) { expect.generation = yaml.number(value, "generation", 0, many); }},
         {"stop_reason", [&](const Node& value) { expect.stopReason = readWord(yaml, value, "stop_reason", reasons); }},
         {"input", [&](const Node& value) { expect.input = readData(yaml, value, "input"); }},
         {"output", [&](const Node& value) { expect.output = readData(yaml, value, "output"); }},
         {"progress", [&](const Node& value) { expect.progress = readData(yaml, value, "progress"); }},
         {"next", [&](const Node& value) { expect.next = readDuration(yaml, value, "next"); }}});
    const bool says = expect.is || expect.attempts || expect.begun || expect.next || expect.generation ||
                      expect.stopReason || expect.input || expect.output || expect.progress;
    if (!says && node.IsMap())
        yaml.complain(locationOf(node), "nothing is expected of the request; write is, attempts, begun or next");
    return expect;
}

} // namespace stint::sim
