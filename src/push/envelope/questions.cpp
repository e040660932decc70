#include "push/envelope/questions.hpp"

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr int wordsVersion = 1;
constexpr std::array<std::string_view, 2> services{"stint.box.", "stint.reg."};
std::string_view nameOf(Service service) { return services[static_cast<std::size_t>(service)]; }

Error none(std::string_view what) { return fail(Errc::ILLEGAL_ARGUMENT, "it is no {}", what); }

/// The object in the text, if it is of our version.
Result<Json> objectIn(std::string_view text, std::string_view what) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return none(what);
    const auto its = object.find("v");
    if (its == object.end() || *its != wordsVersion)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is of an unknown version: this one is {}", wordsVersion);
    return object;
}

/// The member, which has to be there.
template <class Value> Result<Value> memberOf(const Json& object, const char* name) {
    const auto wrong = [&] { return fail(Errc::ILLEGAL_ARGUMENT, "its \"{}\" is missing, or wrong", name); };
    if (!object.is_object()) return wrong();
    const auto found = object.find(name);
    if (found == object.end()) return wrong();
    bool isRight = false;
    if constexpr (std::is_same_v<Value, bool>) isRight = found->is_boolean();
    if constexpr (std::is_same_v<Value, std::string>) isRight = found->is_string();
    if constexpr (std::is_same_v<Value, std::uint64_t>) isRight = found->is_number_unsigned();
    if (!isRight) return wrong();
    return found->get<Value>();
}

/// The member, an array or an object. It is not copied: a copy of what is nested 60,000 deep needs as deep a stack.
Result<const Json*> structureOf(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_structured())
        return fail(Errc::ILLEGAL_ARGUMENT, "its \"{}\" is missing, or wrong", name);
    return &*found;
}

Result<std::string> bytesIn(const Json& object, const char* name) {
    const auto text = STINT_TRY(memberOf<std::string>(object, name));
    auto bytes = from64(text);
    if (!bytes) return fail(Errc::ILLEGAL_ARGUMENT, "its \"{}\" is no base64url", name);
    return *std::move(bytes);
}

Result<std::vector<std::uint64_t>> numbersIn(const Json& list, std::size_t count, std::string_view what) {
    if (!list.is_array() || list.size() != count) return none(what);
    std::vector<std::uint64_t> numbers;
    for (const Json& one : list) {
        if (!one.is_number_unsigned()) return none(what);
        numbers.push_back(one.get<std::uint64_t>());
    }
    return numbers;
}

std::string lettersOf(Urgencies urgencies) {
    std::string letters;
    for (std::size_t n = 0; n < urgencies.size(); ++n)
        if (urgencies[n]) letters += letterOf(static_cast<Urgency>(n));
    return letters;
}
Result<Urgencies> urgenciesIn(const std::string& letters) {
    Urgencies urgencies;
    for (const char letter : letters) {
        const auto urgency = urgencyOf({&letter, 1});
        if (!urgency) return fail(Errc::ILLEGAL_ARGUMENT, "its \"want\" has letters other than h, n, l and v");
        urgencies.set(placeOf(*urgency));
    }
    return urgencies;
}

} // namespace

std::string subjectOf(Service service, std::string_view shard, std::string_view device) {
    return fmt::format("{}{}.{}", nameOf(service), shard, device);
}
std::string subjectsOf(Service service, std::string_view shard) { return subjectOf(service, shard, "*"); }

std::optional<Asker> askerIn(std::string_view subject) {
    const auto parts = splitAt(subject, ".");
    if (parts.size() != 4 || !isShard(parts[2]) || !isDevice(parts[3])) return std::nullopt;
    return Asker{std::string(parts[2]), std::string(parts[3])};
}

std::string textOf(const BoxQuestion& question) {
    Json at = Json::object();
    for (const auto& [prefix, sequences] : question.cursors)
        at[prefix] = sequences;
    return Json{{"v", wordsVersion},
                {"store", question.place.stream},
                {"epoch", question.place.epoch},
                {"want", lettersOf(question.wanted)},
                {"max", question.most},
                {"at", at}}
        .dump();
}

Result<BoxQuestion> boxQuestionIn(std::string_view text) {
    const Json object = STINT_TRY(objectIn(text, "question for a mailbox"));
    BoxQuestion question;
    question.place.stream = STINT_TRY(memberOf<std::string>(object, "store"));
    question.place.epoch = STINT_TRY(memberOf<std::uint64_t>(object, "epoch"));
    const auto letters = STINT_TRY(memberOf<std::string>(object, "want"));
    question.wanted = STINT_TRY(urgenciesIn(letters));
    const auto most = STINT_TRY(memberOf<std::uint64_t>(object, "max"));
    question.most = std::min<std::uint64_t>(most, limits::messages);
    const Json* const at = STINT_TRY(structureOf(object, "at"));
    if (!at->is_object() || at->size() > limits::registrations)
        return fail(Errc::ILLEGAL_ARGUMENT, "its \"at\" has {} registrations at most", limits::registrations);
    for (const auto& [prefix, list] : at->items()) {
        const auto sequences = STINT_TRY(numbersIn(list, urgencyWords.size(), "list of cursors"));
        std::ranges::copy(sequences, question.cursors[prefix].begin());
    }
    return question;
}

Bytes sizeOf(const StoredMessage& message) {
    Bytes size = std::ssize(message.subject) + std::ssize(message.body);
    for (const auto& [name, value] : message.headers)
        size += std::ssize(name) + std::ssize(value);
    return size;
}

std::string textOf(const BoxAnswer& answer) {
    Json epochs = Json::array(), messages = Json::array();
    for (const Epoch& epoch : answer.epochs)
        epochs.push_back({epoch.number, epoch.from});
    for (const StoredMessage& message : answer.messages)
        messages.push_back({{"subject", message.subject},
                            {"sequence", message.sequence},
                            {"headers", message.headers},
                            {"body", in64(message.body)}});
    Json object{{"v", wordsVersion},
                {"store", answer.store},
                {"epochs", epochs},
                {"messages", messages},
                {"more", answer.more}};
    if (!answer.misused.empty()) object.emplace("misused", answer.misused);
    return object.dump(-1, ' ', false, Json::error_handler_t::replace); // a header may be any bytes, and is wrong then
}

Result<BoxAnswer> boxAnswerIn(std::string_view text) {
    const Json object = STINT_TRY(objectIn(text, "answer of a mailbox"));
    BoxAnswer answer;
    answer.store = STINT_TRY(memberOf<std::string>(object, "store"));
    answer.more = STINT_TRY(memberOf<bool>(object, "more"));
    const Json* const epochs = STINT_TRY(structureOf(object, "epochs"));
    const Json* const messages = STINT_TRY(structureOf(object, "messages"));
    for (const Json& pair : *epochs) {
        const auto numbers = STINT_TRY(numbersIn(pair, 2, "epoch"));
        answer.epochs.push_back({numbers[0], numbers[1]});
    }
    for (const Json& one : *messages) {
        StoredMessage message;
        message.subject = STINT_TRY(memberOf<std::string>(one, "subject"));
        message.sequence = STINT_TRY(memberOf<std::uint64_t>(one, "sequence"));
        message.body = STINT_TRY(bytesIn(one, "body"));
        const Json* const headers = STINT_TRY(structureOf(one, "headers"));
        for (const Json& pair : *headers) {
            if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
                return none("list of headers");
            message.headers.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
        }
        answer.messages.push_back(std::move(message));
    }
    if (!object.contains("misused")) return answer;
    const Json* const misused = STINT_TRY(structureOf(object, "misused"));
    for (const Json& one : *misused) {
        if (!one.is_string() || answer.misused.size() >= limits::registrations) return none("list of registrations");
        answer.misused.push_back(one.get<std::string>());
    }
    return answer;
}

std::string textOf(const RegistrationQuestion& question) {
    return Json{{"v", wordsVersion},       {"registration", question.registration}, {"wanted", question.isWanted},
                {"vapid", question.vapid}, {"encrypted", question.encrypted},       {"key", in64(question.sealedKey)}}
        .dump();
}

Result<RegistrationQuestion> registrationQuestionIn(std::string_view text) {
    const Json object = STINT_TRY(objectIn(text, "question about a registration"));
    RegistrationQuestion question;
    question.registration = STINT_TRY(memberOf<std::string>(object, "registration"));
    if (!isRegistration(question.registration)) return fail(Errc::ILLEGAL_ARGUMENT, "its name is none");
    question.isWanted = STINT_TRY(memberOf<bool>(object, "wanted"));
    question.vapid = STINT_TRY(memberOf<std::string>(object, "vapid"));
    question.encrypted = STINT_TRY(memberOf<bool>(object, "encrypted"));
    question.sealedKey = STINT_TRY(bytesIn(object, "key"));
    return question;
}

std::string registrationAnswer(std::string_view wrong) {
    Json answer{{"v", wordsVersion}};
    if (!wrong.empty()) answer["error"] = wrong;
    return answer.dump();
}

Result<void> registrationAnswerIn(std::string_view text) {
    const auto object = objectIn(text, "answer");
    if (!object.ok()) return fail(Errc::UNAVAILABLE, "the server's answer is none");
    if (!object->contains("error")) return {};
    const auto wrong = STINT_TRY(memberOf<std::string>(*object, "error"));
    return fail(Errc::ILLEGAL_ARGUMENT, "{}", wrong);
}

} // namespace stint::push
