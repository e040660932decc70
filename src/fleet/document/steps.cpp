#include <algorithm>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {
namespace {

constexpr Limits commandWords{1, 64};

const StepRow& rowOf(StepKind kind) { return *std::ranges::find(stepKinds, kind, &StepRow::kind); }

/// The one kind that the step is of.
Result<const StepRow*> kindIn(const Value& step) {
    const StepRow* found = nullptr;
    for (const StepRow& row : stepKinds) {
        if (!step.table()->contains(row.key)) continue;
        if (found)
            return fail(Errc::ILLEGAL_ARGUMENT, "has {} and {}; each has a [[step]] of its own", found->key, row.key);
        found = &row;
    }
    if (!found)
        return fail(Errc::ILLEGAL_ARGUMENT, "does nothing; give it one of get, run, verify, policy, app and settings");
    return found;
}

Result<Source> sourceFrom(const Origin& from, const std::string& section, const Value& value, StepKind kind) {
    Source source;
    STINT_TRY(checkKeys(from.file, section, value, keysOf(sourceFields, only(kind))));
    STINT_TRY(readFields(from, section + ".", value, sourceFields, source));
    const auto wrong = [&](std::string_view why) {
        return at(from.file, value, fail(Errc::ILLEGAL_ARGUMENT, "{} {}", section, why));
    };
    if (source.text.empty() && (source.url.empty() || source.sha256.empty() || source.size == 0))
        return wrong(kind == StepKind::Get ? "needs url, sha256, size and to"
                                           : "needs its text, or url, sha256 and size");
    if (kind == StepKind::Get && source.to.empty()) return wrong("needs its name on the device: to = \"fw.img\"");
    if (!source.text.empty() && (!source.url.empty() || !source.sha256.empty() || source.size != 0))
        return wrong("has its text and a URL; leave one of them out");
    return source;
}

Result<void> readCommand(const Value& value, std::vector<std::string>& into) {
    STINT_TRY(take(value, commandWords, wordRule, into));
    if (into.front().starts_with('/')) return {};
    return fail(Errc::ILLEGAL_ARGUMENT,
                "begins with \"{}\"; write the program's whole path, as the device's list of "
                "commands has it",
                into.front());
}

} // namespace

Result<Step> stepFrom(const Origin& from, const Value& value, std::size_t number) {
    const std::string section = fmt::format("step {}", number);
    if (!value.table())
        return at(from.file, value,
                  fail(Errc::ILLEGAL_ARGUMENT, "{} is {}; it should be a table", section, value.shape()));
    const auto row = kindIn(value);
    if (!row.ok()) return at(from.file, value, fail(Errc::ILLEGAL_ARGUMENT, "{} {}", section, row.error().message));
    const StepRow& kind = **row;
    std::vector<std::string_view> keys = keysOf(stepFields, only(kind.kind));
    keys.push_back(kind.key);
    STINT_TRY(checkKeys(from.file, fmt::format("{} ({})", section, kind.key), value, keys));

    Step step;
    step.kind = kind.kind;
    const Value& content = value.table()->at(std::string(kind.key));
    if (!kind.isCommand)
        step.source = STINT_TRY(sourceFrom(from, fmt::format("{}: {}", section, kind.key), content, kind.kind));
    else if (auto done = readCommand(content, step.command); !done)
        return at(from.file, content,
                  fail(Errc::ILLEGAL_ARGUMENT, "{}: {} {}", section, kind.key, done.error().message));
    STINT_TRY(readFields(from, section + ": ", value, stepFields, step, only(kind.kind)));
    return step;
}

Value stepValue(const Step& step) {
    Value::Table table;
    const StepRow& kind = rowOf(step.kind);
    if (kind.isCommand) {
        table.emplace(kind.key, give(step.command));
    } else {
        Value::Table source;
        writeFields(sourceFields, step.source, source, only(step.kind));
        table.emplace(kind.key, Value{std::move(source)});
    }
    writeFields(stepFields, step, table, only(step.kind));
    return {std::move(table)};
}

Result<void> checkSteps(const Origin& from, const Value::List& values, const Campaign& campaign) {
    Duration sum{0};
    const Step* committed = nullptr;
    const auto& steps = campaign.steps;
    for (auto step = steps.begin(); step != steps.end(); ++step) {
        const auto place = static_cast<std::size_t>(step - steps.begin());
        const auto wrong = [&](std::string_view why) {
            return at(from.file, values[place], fail(Errc::ILLEGAL_ARGUMENT, "step {} {}", place + 1, why));
        };
        if (step->commit && committed)
            return wrong(fmt::format("has commit = true, as step {} has; there is one such point",
                                     committed - steps.data() + 1));
        if (step->commit) committed = &*step;

        // fleet.md §4.1: a device that verifies has run all else.
        if (step->kind == StepKind::Verify && step->afterRestart && place == 0)
            return wrong("waits for a restart before anything was done");
        if (step->kind == StepKind::Verify && place == 0)
            return wrong("verifies before anything was done; put it after the steps that it judges");
        if (step->kind != StepKind::Verify && place > 0 && (step - 1)->kind == StepKind::Verify)
            return wrong("comes after a verify, which is about all steps; put it before that");

        const bool isTwice = step->kind == StepKind::Get && std::any_of(steps.begin(), step, [&](const Step& other) {
                                 return other.source.to == step->source.to;
                             });
        if (isTwice)
            return wrong(fmt::format("gets \"{}\" for the second time; give it another name", step->source.to));

        sum += step->timeout;
        if (sum > campaign.plan.endWithin)
            return wrong(fmt::format("may end {} after the begin, and rollout.end-within is {}; make the steps' times "
                                     "shorter, or that longer",
                                     formatDuration(sum), formatDuration(campaign.plan.endWithin)));
    }
    return {};
}

} // namespace stint::fleet
