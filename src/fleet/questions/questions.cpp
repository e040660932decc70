#include "fleet/questions/questions.hpp"

#include <algorithm>
#include <limits>

#include "base/text/printable.hpp"
#include "fleet/document/days.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/paper.hpp"

namespace stint::fleet {
namespace {

struct Refusal {
    std::string error;
};
/// A reply's members, each as its row has it.
struct ReplyRow {
    std::string word, outcome;
    Duration time{0};
};
struct ReplyWord {
    Reply::Word word;
    std::string_view text;
};
constexpr ReplyWord replyWords[] = {
    {Reply::Word::Begin, "begin"}, {Reply::Word::Later, "later"}, {Reply::Word::Over, "over"}};

std::string_view replyRule(std::string_view text) {
    return std::ranges::find(replyWords, text, &ReplyWord::text) != std::end(replyWords)
               ? ""
               : "one of begin, later and over";
}
std::string_view endRule(std::string_view word) { return outcomeIn(word) ? "" : "an end"; }

constexpr std::size_t longestError = 1'024;
constexpr Limits campaignId{17, 17}, anEnrolment{1, 1'000'000'000}, aRound{0, 255};
constexpr Limits aCount{0, std::numeric_limits<std::uint32_t>::max()};

// clang-format off
constexpr auto orderFields = std::to_array<Field<OrderMessage>>({
    {.key = "campaign", .member = &OrderMessage::campaign, .limits = campaignId, .meaning = "the campaign",
     .rule = campaignRule},
    {.key = "enrolment", .member = &OrderMessage::enrolment, .limits = anEnrolment, .must = true,
     .meaning = "how often the device has joined"},
    {.key = "round", .member = &OrderMessage::round, .limits = aRound, .meaning = "counts an operator's retries"},
    {.key = "again", .member = &OrderMessage::again, .meaning = "there may be a slot now"},
    {.key = "desired", .member = &OrderMessage::desired, .limits = {1, 1'000'000'000},
     .meaning = "the desired state's version"},
});
constexpr auto helloFields = std::to_array<Field<Hello>>({
    {.key = "version", .member = &Hello::version, .limits = {1, 64}, .must = true,
     .meaning = "the device's version of Stint", .rule = nameRule},
    {.key = "endpoint", .member = &Hello::endpoint, .limits = {1, 1'024},
     .meaning = "where orders are pushed to it", .rule = urlRule},
    {.key = "operators", .member = &Hello::operators, .limits = {0, 1'000'000'000},
     .meaning = "the version of its list of operators"},
    {.key = "enrolment", .member = &Hello::enrolment, .limits = {0, 1'000'000'000},
     .meaning = "its certificate's enrolment"},
    {.key = "certificate", .member = &Hello::certificate, .limits = anyTime,
     .meaning = "when its certificate was made"},
    {.key = "statement", .member = &Hello::statement, .limits = anyTime, .meaning = "when its statement was made"},
    {.key = "days", .member = &Hello::days, .limits = {quartersTold, quartersTold}, .meaning = "its last 14 days",
     .rule = daysRule},
});
constexpr auto helloAnswerFields = std::to_array<Field<HelloAnswer>>({
    {.key = "missing", .member = &HelloAnswer::missing, .limits = {1, mostTold},
     .meaning = "campaigns of which the server lacks the last report", .rule = campaignRule},
    {.key = "number", .member = &HelloAnswer::number, .limits = {0, aCount.most},
     .meaning = "the number of the last trace that was heard of it"},
    {.key = "cloned", .member = &HelloAnswer::isCloned, .meaning = "it is there twice, or was put back"},
});
constexpr auto slotFields = std::to_array<Field<SlotQuestion>>({
    {.key = "campaign", .member = &SlotQuestion::campaign, .limits = campaignId, .must = true,
     .meaning = "the campaign", .rule = campaignRule},
    {.key = "enrolment", .member = &SlotQuestion::enrolment, .limits = anEnrolment, .must = true,
     .meaning = "how often the device has joined"},
    {.key = "round", .member = &SlotQuestion::round, .limits = aRound, .meaning = "counts an operator's retries"},
    {.key = "slot", .member = &SlotQuestion::slot, .limits = {1, aCount.most}, .must = true,
     .meaning = "counts the slots that the device has asked for"},
});
constexpr auto docFields = std::to_array<Field<DocQuestion>>({
    {.key = "campaign", .member = &DocQuestion::campaign, .limits = campaignId, .must = true,
     .meaning = "the campaign", .rule = campaignRule},
    {.key = "round", .member = &DocQuestion::round, .limits = aRound, .meaning = "counts an operator's retries"},
});
constexpr auto replyFields = std::to_array<Field<ReplyRow>>({
    {.key = "reply", .member = &ReplyRow::word, .limits = {1, 16}, .must = true, .meaning = "whether it may begin",
     .rule = replyRule},
    {.key = "time", .member = &ReplyRow::time, .limits = {0, in(longestLife)},
     .meaning = "until when it has ended, or after what time it asks again"},
    {.key = "outcome", .member = &ReplyRow::outcome, .limits = {1, 16}, .meaning = "what the server holds it for",
     .rule = endRule},
});
constexpr auto refusalFields = std::to_array<Field<Refusal>>({
    {.key = "error", .member = &Refusal::error, .limits = {1, longestError}, .must = true, .meaning = "what is wrong",
     .rule = nameRule},
});
// clang-format on

constexpr std::string_view openKey = "open", endedKey = "ended", reportedKey = "reported", traceKey = "trace",
                           ordersKey = "orders", documentsKey = "documents", retryKey = "retry";

template <auto member, class Into> Result<void> readPaper(const Origin&, const Value& value, Into& into) {
    into.*member = STINT_TRY(signedFrom(value));
    return {};
}
Result<void> readTrace(const Origin&, const Value& value, Hello& into) {
    into.trace = STINT_TRY(traceFrom(value));
    return {};
}
/// The papers of an answer, by their keys.
struct PaperRow {
    More<HelloAnswer> key;
    std::optional<Signed> HelloAnswer::*member;
};
constexpr PaperRow papers[] = {
    {{"operators", readPaper<&HelloAnswer::operators, HelloAnswer>}, &HelloAnswer::operators},
    {{"certificate", readPaper<&HelloAnswer::certificate, HelloAnswer>}, &HelloAnswer::certificate},
    {{"statement", readPaper<&HelloAnswer::statement, HelloAnswer>}, &HelloAnswer::statement},
    {{"desired", readPaper<&HelloAnswer::desired, HelloAnswer>}, &HelloAnswer::desired}};

// A table by campaigns' ids, of a number or a document each.
Result<void> readOne(const Origin& from, const std::string& campaign, const Value& value, std::uint32_t& into) {
    if (auto done = take(value, aCount, into); !done)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: the number of {} {}", from.file, campaign, done.error().message);
    return {};
}
Result<void> readOne(const Origin&, const std::string&, const Value& value, Signed& into) {
    into = STINT_TRY(signedFrom(value));
    return {};
}
Value valueOfOne(std::uint32_t number) { return give(number); }
Value valueOfOne(const Signed& document) { return valueOf(document); }

template <auto member, class Words> Result<void> readCampaigns(const Origin& from, const Value& value, Words& into) {
    if (!value.table() || value.table()->size() > mostTold)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: campaigns are to be a table of at most {}", from.file, mostTold);
    for (const auto& [campaign, told] : *value.table()) {
        if (!isCampaignId(campaign)) return fail(Errc::ILLEGAL_ARGUMENT, "{}: it has no campaign's id", from.file);
        STINT_TRY(readOne(from, campaign, told, (into.*member)[campaign]));
    }
    return {};
}
template <class Told>
void put(Value::Table& table, std::string_view key, const std::map<std::string, Told, std::less<>>& all) {
    Value::Table campaigns;
    for (const auto& [campaign, told] : all)
        campaigns.emplace(campaign, valueOfOne(told));
    if (!campaigns.empty()) table.emplace(key, Value{std::move(campaigns)});
}

std::string written(const ReplyRow& row) { return jsonOf({tableOf(replyFields, row)}); }
std::string written(const Refusal& refusal) { return jsonOf({tableOf(refusalFields, refusal)}); }

Result<Reply> plainReplyIn(std::string_view text) {
    const auto row = STINT_TRY(paperIn(text, "the reply", replyFields, written));
    const Reply reply{.word = std::ranges::find(replyWords, row.word, &ReplyWord::text)->word,
                      .time = row.time,
                      .outcome = outcomeIn(row.outcome).value_or(Outcome::None)};
    const bool isOver = reply.word == Reply::Word::Over;
    if (isOver ? reply.time != Duration(0) : reply.outcome != Outcome::None)
        return fail(Errc::ILLEGAL_ARGUMENT, "the reply: {} has {}", row.word, isOver ? "no time" : "no outcome");
    return reply;
}

Result<HelloAnswer> plainHelloAnswerIn(std::string_view text) {
    return paperIn(text, "the answer", helloAnswerFields, textOf,
                   {papers[0].key,
                    papers[1].key,
                    papers[2].key,
                    papers[3].key,
                    {ordersKey, readCampaigns<&HelloAnswer::orders, HelloAnswer>},
                    {documentsKey, readCampaigns<&HelloAnswer::documents, HelloAnswer>}},
                   (std::size(papers) + 1) * longestSigned);
}

Result<DocAnswer> plainDocAnswerIn(std::string_view text) {
    const Value whole = STINT_TRY(valueFromJson(text, longestSigned));
    DocAnswer answer;
    Value::Table table = *whole.table();
    if (auto retry = table.extract(std::string(retryKey)); !retry.empty())
        answer.retry = STINT_TRY(signedFrom(retry.mapped()));
    answer.document = STINT_TRY(signedFrom({std::move(table)}));
    if (textOf(answer) != text) return fail(Errc::ILLEGAL_ARGUMENT, "it is not in the one form that it has");
    return answer;
}

/// The answer, or the words with which the server refuses.
template <class Answer> Result<Answer> answerIn(std::string_view text, Result<Answer> (*read)(std::string_view)) {
    auto answer = read(text);
    if (answer.ok()) return answer;
    if (const auto refusal = paperIn(text, "the answer", refusalFields, written); refusal.ok())
        return fail(Errc::ILLEGAL_ARGUMENT, "{}", refusal->error);
    return fail(Errc::UNAVAILABLE, "the server's answer is none: {}", answer.error().message);
}

} // namespace

std::string textOf(const OrderMessage& order) { return jsonOf({tableOf(orderFields, order)}); }
std::string textOf(const SlotQuestion& question) { return jsonOf({tableOf(slotFields, question)}); }
std::string textOf(const DocQuestion& question) { return jsonOf({tableOf(docFields, question)}); }

std::string textOf(const DocAnswer& answer) {
    Value::Table table = *valueOf(answer.document).table();
    if (answer.retry) table.emplace(retryKey, valueOf(*answer.retry));
    return jsonOf({std::move(table)});
}

std::string textOf(const Hello& hello) {
    Value::Table table = tableOf(helloFields, hello);
    put(table, openKey, hello.open);
    put(table, endedKey, hello.ended);
    if (hello.reported) table.emplace(reportedKey, valueOf(*hello.reported));
    if (hello.trace != Trace{}) table.emplace(traceKey, valueOf(hello.trace));
    return jsonOf({std::move(table)});
}

std::string textOf(const HelloAnswer& answer) {
    Value::Table table = tableOf(helloAnswerFields, answer);
    for (const PaperRow& row : papers)
        if (const auto& paper = answer.*row.member) table.emplace(row.key.key, valueOf(*paper));
    put(table, ordersKey, answer.orders);
    put(table, documentsKey, answer.documents);
    return jsonOf({std::move(table)});
}

std::string textOf(const Reply& reply) {
    const auto* const word = std::ranges::find(replyWords, reply.word, &ReplyWord::word);
    return written({std::string(word->text), std::string(wordOf(reply.outcome)), reply.time});
}

std::string errorAnswer(std::string_view wrong) {
    Refusal refusal{printable(wrong)};
    cut(refusal.error, longestError);
    return written(refusal);
}

Result<OrderMessage> orderIn(std::string_view text) {
    auto order = STINT_TRY(paperIn(text, "the order", orderFields, textOf, {}, longestOrder));
    if (order.campaign.empty() == (order.desired == 0))
        return fail(Errc::ILLEGAL_ARGUMENT, "the order: a campaign is wanted, or a desired state");
    return order;
}
Result<Hello> helloIn(std::string_view text) {
    return paperIn(text, "the hello", helloFields, textOf,
                   {{openKey, readCampaigns<&Hello::open, Hello>},
                    {endedKey, readCampaigns<&Hello::ended, Hello>},
                    {reportedKey, readPaper<&Hello::reported, Hello>},
                    {traceKey, readTrace}});
}
Result<SlotQuestion> slotQuestionIn(std::string_view text) { return paperIn(text, "the question", slotFields, textOf); }
Result<DocQuestion> docQuestionIn(std::string_view text) { return paperIn(text, "the question", docFields, textOf); }

Result<HelloAnswer> helloAnswerIn(std::string_view text) { return answerIn(text, plainHelloAnswerIn); }
Result<Reply> replyIn(std::string_view text) { return answerIn(text, plainReplyIn); }
Result<DocAnswer> docAnswerIn(std::string_view text) { return answerIn(text, plainDocAnswerIn); }

} // namespace stint::fleet
