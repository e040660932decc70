// scenario.md, work: an app's calls of its work layer (jobs.md §10), and expectations of a request.
#include <array>

#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"
#include "work/engine/constraints.hpp"

namespace stint::sim {
namespace {

using AskedWork = action::EnqueueWork::Request;

work::Constraints readRequirements(Yaml& yaml, const Node& node, work::Constraints::Builder constraints) {
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
    return constraints.build();
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

AskedWork readRequest(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 3> answers{"success", "failure", "retry"};
    AskedWork asked;
    work::Spec& spec = asked.spec;
    spec.worker = "Worker";
    std::optional<Duration> every;
    std::optional<Duration> flex;
    yaml.map(node, "a work request",
             {{"id", [&](const Node& value) { asked.id = yaml.text(value, "id"); }},
              {"follows",
               [&](const Node& value) {
                   yaml.list(value, "follows",
                             [&](const Node& item) { asked.follows.push_back(yaml.text(item, "a request's id")); });
               }},
              {"requires", [&](const Node& value) { spec.constraints = readRequirements(yaml, value, {}); }},
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
                   yaml.list(value, "answers", [&](const Node& item) {
                       asked.answers.push_back(readWord(yaml, item, "an answer", answers));
                   });
               }}});
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
    yaml.map(
        node, "work",
        {{"app", [&](const Node& value) { enqueue.app = cancel.app = readAppId(yaml, value); }},
         {"enqueue",
          [&](const Node& value) {
              yaml.list(value, "enqueue",
                        [&](const Node& item) { enqueue.requests.push_back(readRequest(yaml, item)); });
          }},
         {"unique", [&](const Node& value) { enqueue.unique = yaml.text(value, "unique"); }},
         {"policy", [&](const Node& value) { enqueue.policy = readWord(yaml, value, "policy", policies); }},
         {"cancel", [&](const Node& value) { cancels = true, cancel.id = yaml.text(value, "cancel"); }},
         {"cancel_tag", [&](const Node& value) { cancels = true, cancel.tag = yaml.text(value, "cancel_tag"); }},
         {"cancel_unique", [&](const Node& value) { cancels = true, cancel.name = yaml.text(value, "cancel_unique"); }},
         {"cancel_all", [&](const Node& value) { cancels = true, cancel.all = yaml.flag(value, "cancel_all"); }}});
    if (enqueue.app.name.empty() && node.IsMap()) yaml.complain(locationOf(node), "work lacks app, whose it is");
    if (cancels == !enqueue.requests.empty() && node.IsMap())
        yaml.complain(locationOf(node), "work either enqueues or cancels; write one of enqueue, cancel, cancel_tag, "
                                        "cancel_unique and cancel_all");
    if (cancels) return cancel;
    return enqueue;
}

Action readExpectWork(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 7> states{"enqueued", "running",   "succeeded", "failed",
                                                            "blocked",  "cancelled", "absent"};
    action::ExpectWork expect;
    yaml.map(node, "expect",
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
              {"next", [&](const Node& value) { expect.next = readDuration(yaml, value, "next"); }}});
    if (!expect.is && !expect.attempts && !expect.begun && !expect.next && node.IsMap())
        yaml.complain(locationOf(node), "nothing is expected of the request; write is, attempts, begun or next");
    return expect;
}

} // namespace stint::sim
