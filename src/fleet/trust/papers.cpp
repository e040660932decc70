#include "fleet/trust/papers.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/signing/public_key.hpp"

namespace stint::fleet {

std::string_view publicKeyRule(std::string_view text) {
    return PublicKey::read(text).ok() ? "" : "a public key of minisign's, which has 56 characters";
}

namespace {

std::string_view queryRule(std::string_view text) {
    const auto query = Query::parse(text);
    return query.ok() && query->text() == text ? "" : "a query, in the form in which it is printed";
}
std::string_view lastingRule(std::string_view text) {
    const auto query = Query::parse(text);
    return query.ok() && query->text() == text && isLasting(*query)
               ? ""
               : "a query, in the form in which it is printed, without `seen`";
}
std::string_view instructionRule(std::string_view text) {
    constexpr std::array words{cancelWord, pauseWord, resumeWord, retryWord};
    return std::ranges::find(words, text) != words.end() ? "" : "one of cancel, pause, resume and retry";
}

constexpr std::size_t mostOperators = 64;
constexpr std::size_t mostLabels = 64;
constexpr Limits aKey{1, 64}, oneKind{1, stepKinds.size()}, campaigns{1, mostNamed}, aVersion{1, 1'000'000'000};

// clang-format off
constexpr auto operatorFields = std::to_array<Field<Operators::Operator>>({
    {.key = "name", .member = &Operators::Operator::name, .limits = {1, 128}, .must = true,
     .meaning = "a name for people", .rule = nameRule},
    {.key = "key", .member = &Operators::Operator::key, .limits = aKey, .must = true,
     .meaning = "the operator's public key", .rule = publicKeyRule},
    {.key = "kinds", .member = &Operators::Operator::kinds, .limits = oneKind, .must = true,
     .meaning = "what the operator's campaigns may do", .rule = kindRule},
    {.key = "targets", .member = &Operators::Operator::targets, .limits = {1, longestQuery},
     .meaning = "the devices that the operator may mean", .rule = queryRule},
});
constexpr auto listFields = std::to_array<Field<Operators>>({
    {.key = "version", .member = &Operators::version, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "counts up from one list to the next"},
    {.key = "made", .member = &Operators::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "enrolment", .member = &Operators::enrolment, .limits = aKey, .must = true,
     .meaning = "the key that signs certificates", .rule = publicKeyRule},
    {.key = "statement", .member = &Operators::statement, .limits = aKey, .must = true,
     .meaning = "the key that signs statements", .rule = publicKeyRule},
    {.key = "two", .member = &Operators::two, .limits = oneKind,
     .meaning = "the kinds for which two operators are to sign", .rule = kindRule},
});
constexpr auto certificateFields = std::to_array<Field<Certificate>>({
    {.key = "device", .member = &Certificate::device, .limits = {26, 26}, .must = true,
     .meaning = "the device", .rule = idRule},
    {.key = "key", .member = &Certificate::key, .limits = aKey, .must = true,
     .meaning = "the key that signs the device's reports", .rule = publicKeyRule},
    {.key = "user", .member = &Certificate::user, .limits = {1, 128}, .must = true,
     .meaning = "the device's name for the broker", .rule = nameRule},
    {.key = "enrolment", .member = &Certificate::enrolment, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "how often the device has joined"},
    {.key = "made", .member = &Certificate::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "until", .member = &Certificate::until, .limits = anyTime, .must = true, .meaning = "when it ends"},
});
constexpr auto statementFields = std::to_array<Field<Statement>>({
    {.key = "made", .member = &Statement::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "operators", .member = &Statement::operators, .limits = {1, 1'000'000'000}, .must = true,
     .meaning = "the newest version of the list of operators"},
    {.key = "alive", .member = &Statement::alive, .limits = campaigns,
     .meaning = "campaigns that may be begun", .rule = campaignRule},
    {.key = "cancelled", .member = &Statement::cancelled, .limits = campaigns,
     .meaning = "campaigns that were cancelled", .rule = campaignRule},
    {.key = "desired", .member = &Statement::desired, .limits = {1, mostDesired},
     .meaning = "the documents of desired state that stand", .rule = hashRule},
});
constexpr auto instructionFields = std::to_array<Field<Instruction>>({
    {.key = "campaign", .member = &Instruction::campaign, .limits = {17, 17}, .must = true,
     .meaning = "the campaign", .rule = campaignRule},
    {.key = "instruction", .member = &Instruction::word, .limits = {1, 16}, .must = true,
     .meaning = "what is to become of it", .rule = instructionRule},
    {.key = "made", .member = &Instruction::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "round", .member = &Instruction::round, .limits = {1, 255}, .meaning = "that a retry begins"},
});
constexpr auto desiredFields = std::to_array<Field<Desired>>({
    {.key = "version", .member = &Desired::version, .limits = aVersion, .must = true,
     .meaning = "counts up from one document to the next"},
    {.key = "made", .member = &Desired::made, .limits = anyTime, .must = true, .meaning = "when it was made"},
    {.key = "targets", .member = &Desired::targets, .limits = {1, longestQuery}, .must = true,
     .meaning = "the devices that it means", .rule = lastingRule},
    {.key = "policy", .member = &Desired::policy, .limits = oneText, .meaning = "a policy's file", .rule = wordRule},
    {.key = "settings", .member = &Desired::settings, .limits = oneText, .meaning = "settings of apps",
     .rule = wordRule},
});
// clang-format on

constexpr std::string_view operatorsKey = "operators", labelsKey = "labels";

Result<void> readOperators(const Origin& from, const Value& value, Operators& into) {
    if (!value.list() || value.list()->size() > mostOperators)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: operators is to be a list of at most {}", from.file, mostOperators);
    for (const Value& each : *value.list()) {
        STINT_TRY(checkKeys(from.file, operatorsKey, each, keysOf(operatorFields)));
        Operators::Operator made;
        STINT_TRY(readFields(from, "operators.", each, operatorFields, made));
        into.operators.push_back(std::move(made));
    }
    return {};
}

Result<void> readLabels(const Origin& from, const Value& value, Certificate& into) {
    if (!value.table() || value.table()->size() > mostLabels)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: labels is to be a table of at most {}", from.file, mostLabels);
    for (const auto& [name, text] : *value.table()) {
        if (!isLabelName(name) || !text.text() || !isLabelValue(*text.text()))
            return fail(Errc::ILLEGAL_ARGUMENT, "{}: labels has one that is none", from.file);
        into.labels.emplace(name, *text.text());
    }
    return {};
}

} // namespace

bool isLasting(const Query& query) {
    if (std::holds_alternative<Query::Seen>(query.held)) return false;
    const auto* const joined = std::get_if<Query::Joined>(&query.held);
    return !joined || std::ranges::all_of(joined->parts, isLasting);
}

std::string documentOf(const Operators& operators) {
    Value::Table table = tableOf(listFields, operators);
    Value::List list;
    for (const Operators::Operator& each : operators.operators) {
        Value::Table row;
        writeFields(operatorFields, each, row);
        list.push_back({std::move(row)});
    }
    if (!list.empty()) table.emplace(operatorsKey, Value{std::move(list)});
    return jsonOf({std::move(table)});
}

std::string documentOf(const Certificate& certificate) {
    Value::Table table = tableOf(certificateFields, certificate);
    Value::Table labels;
    for (const auto& [name, value] : certificate.labels)
        labels.emplace(name, give(value));
    if (!labels.empty()) table.emplace(labelsKey, Value{std::move(labels)});
    return jsonOf({std::move(table)});
}

std::string documentOf(const Statement& statement) { return jsonOf({tableOf(statementFields, statement)}); }
std::string documentOf(const Instruction& instruction) { return jsonOf({tableOf(instructionFields, instruction)}); }
std::string documentOf(const Desired& desired) { return jsonOf({tableOf(desiredFields, desired)}); }

Result<Operators> operatorsIn(std::string_view document) {
    return paperIn(document, "the list of operators", listFields, documentOf, {{operatorsKey, readOperators}});
}
Result<Certificate> certificateIn(std::string_view document) {
    return paperIn(document, "the certificate", certificateFields, documentOf, {{labelsKey, readLabels}});
}
Result<Statement> statementIn(std::string_view document) {
    return paperIn(document, "the statement", statementFields, documentOf);
}
Result<Instruction> instructionIn(std::string_view document) {
    auto instruction = STINT_TRY(paperIn(document, "the instruction", instructionFields, documentOf));
    if ((instruction.word == retryWord) != (instruction.round != 0))
        return fail(Errc::ILLEGAL_ARGUMENT, "the instruction: a retry has the round that it begins, and no other has");
    return instruction;
}
Result<Desired> desiredIn(std::string_view document) {
    return paperIn(document, "the desired state", desiredFields, documentOf);
}

} // namespace stint::fleet
