// fleet.md §3: a device's question and the server's answer, each read as a stranger's.
#include <random>

#include <doctest/doctest.h>

#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

JoinQuestion someQuestion() {
    JoinQuestion question{.device = push::newDevice(),
                          .key = SecretKey::make().publicKey().text(),
                          .user = push::Nkey::make(push::Nkey::Role::User).name(),
                          .version = "0.1.0",
                          .invitation = "K3V7QA2M",
                          .proof = ""};
    question.proof = proofOf(question, std::string(invitationSecretLength, '7'));
    return question;
}

std::string changed(std::string text, std::mt19937& random) {
    for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
        const std::size_t at = random() % (text.size() + 1);
        if (random() % 3 == 0)
            text.erase(at, random() % 9);
        else if (random() % 3 == 0)
            text.insert(at, text.substr(random() % (text.size() + 1), random() % 40));
        else if (random() % 2 == 0)
            text.insert(at, 1, static_cast<char>(random()));
        else if (at < text.size())
            text[at] = static_cast<char>(random());
    }
    return text;
}

} // namespace

TEST_CASE("fleet.md §3: a question and its answers have one text") {
    const JoinQuestion question = someQuestion();
    CHECK(joinQuestionIn(documentOf(question)).value() == question);
    JoinQuestion renewal = question;
    renewal.invitation.clear();
    CHECK_FALSE(joinQuestionIn(documentOf(renewal)).ok());
    renewal.proof.clear();
    CHECK(joinQuestionIn(documentOf(renewal)).value() == renewal);
    CHECK(commentOf(question) == "stint join " + question.device);

    const JoinAnswer answer{"office", question.key, "{\"a\":\"\\\"\"}", "{}", ""};
    CHECK(std::get<JoinAnswer>(joinAnswerIn(textOf(answer)).value()) == answer);
    const Refusal refusal{"asked too often", 1min};
    CHECK(textOf(refusal) == R"({"again":"1min","error":"asked too often","format":1})");
    CHECK(std::get<Refusal>(joinAnswerIn(textOf(refusal)).value()) == refusal);
    CHECK_FALSE(joinAnswerIn(textOf(refusal) + "\n").ok());
    CHECK_FALSE(joinAnswerIn(R"({"error":"\u001b[2J","format":1})").ok()); // steers a terminal
}

TEST_CASE("fleet.md §3: what was changed on the way is refused, or is another word in its own one text") {
    std::mt19937 random(32); // NOLINT(cert-msc51-cpp): the same each time
    const std::string question = documentOf(someQuestion());
    const std::string answer = textOf(JoinAnswer{"office", someQuestion().key, "{\"a\":1}", "{\"b\":[\"c\"]}", "{}"});
    const std::string refusal = textOf(Refusal{"asked too often", 1min});
    const auto signature = sure(sign(question, SecretKey::make(), "stint join"));
    const std::string both = textOf(Signed{question, {signature, signature}});
    for (int n = 0; n < 10'000; ++n) {
        const std::string asked = changed(question, random), heard = changed(n % 2 ? answer : refusal, random),
                          given = changed(both, random);
        if (const auto read = joinQuestionIn(asked); read.ok()) CHECK(documentOf(*read) == asked);
        if (const auto read = joinAnswerIn(heard); read.ok())
            CHECK(std::visit([](const auto& word) { return textOf(word); }, *read) == heard);
        if (const auto read = signedIn(given); read.ok()) CHECK(textOf(*read) == given);
    }
}

TEST_CASE("fleet.md §3: a proof is good for one key, one device and one name") {
    const std::string secret(invitationSecretLength, '7');
    const JoinQuestion question = someQuestion();
    const std::string proof = proofOf(question, secret);
    CHECK(proof == question.proof);
    CHECK(proof != proofOf(question, std::string(invitationSecretLength, '6')));
    for (std::string JoinQuestion::*member : {&JoinQuestion::device, &JoinQuestion::key, &JoinQuestion::user}) {
        JoinQuestion other = question;
        other.*member = someQuestion().*member;
        CHECK(proof != proofOf(other, secret));
    }
}
