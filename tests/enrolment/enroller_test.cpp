// fleet.md §3: who is let into a fleet, and what for.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

TEST_CASE("fleet.md §3: a device with an invitation gets a certificate for 90 days, with its labels") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    const Certificate made = certificateOf(device.asked(enroller, device.asks(server.code(server.invite(enroller)))));
    CHECK(made == Certificate{.device = device.id,
                              .key = device.key().publicKey().text(),
                              .user = device.user,
                              .enrolment = 1,
                              .made = then,
                              .until = then + 90 * 24h,
                              .labels = {{"site", "berlin"}}});
    CHECK(isSignedBy(*device.known.certificate, server.enrolment.publicKey(), commentOf(made)));
}

TEST_CASE("fleet.md §3: a question that is asked again has the same certificate, and no second use") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice one, two;
    const Invitation invitation = server.invite(enroller, 1);
    const std::string question = one.asks(server.code(invitation));
    const std::string first = one.asked(enroller, question);
    CHECK(one.asked(enroller, question, then + 1h) == first);
    CHECK(one.asked(enroller, one.asks(server.code(invitation)), then + 2h) == first);
    CHECK(one.asked(enroller, question, invitation.until + 1h) == first); // and after the invitation's end
    Enroller again = server.enroller();                                   // and by a server that was restarted
    CHECK(one.asked(again, question, then + 3h) == first);
    CHECK(refusalIn(two.asked(enroller, two.asks(server.code(invitation)))).find("used up") != std::string::npos);
}

TEST_CASE("fleet.md §3: a use is kept before the certificate is; the certificate that was lost is made again") {
    const SmallServer server;
    SmallDevice device;
    const Invitation invitation = server.invite(1);
    const std::string question = device.asks(server.code(invitation));
    Enroller dies = server.enroller();
    CHECK(dies.answer(question, device.id, {}, then, boot).made); // and it dies before it has kept that
    Enroller enroller = server.enroller();
    CHECK(certificateOf(device.asked(enroller, question, invitation.until)).enrolment == 1);
}

TEST_CASE("fleet.md §3: a device that joins anew has the next enrolment, and the key before it has none") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    const JoinCode code = server.code(server.invite(enroller));
    const std::string before = device.asks(code);
    CHECK(certificateOf(device.asked(enroller, before)).enrolment == 1);
    std::filesystem::remove_all(device.directory()); // wiped
    CHECK(certificateOf(device.asked(enroller, device.asks(code))).enrolment == 2);
    CHECK(refusalIn(device.asked(enroller, before)).find("another key") != std::string::npos);
    CHECK(certificateOf(device.asked(enroller, device.asks(code))).enrolment == 2);
    // The same key by a new invitation: an operator gives it other labels.
    const Certificate moved =
        certificateOf(device.asked(enroller, device.asks(server.code(server.invite(enroller, 1, "site=paris")))));
    CHECK(moved.enrolment == 3);
    CHECK(moved.labels.at("site") == "paris");
}

TEST_CASE("fleet.md §3: each refusal has its reason, and counts no use") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device, other;
    const Invitation invitation = server.invite(enroller, 1), ended = server.invite(enroller, 1, "site=berlin", 1h);
    const JoinCode code = server.code(invitation);
    const auto refused = [&](const std::string& question, std::string_view why, WallTime time = then) {
        const std::string answer = device.asked(enroller, question, time);
        CAPTURE(answer);
        CHECK(refusalIn(answer).find(why) != std::string::npos);
    };
    refused("", "it is no JSON");
    refused("{}", "document is missing");
    refused(std::string(longestJoinQuestion + 1, ' '), "4096 bytes at most");
    refused(other.asks(code), "and device " + device.id + " asks");
    JoinCode unknown = code;
    unknown.invitation = "00000000";
    refused(device.asks(unknown), "no such invitation");
    JoinCode guessed = code;
    guessed.secret = std::string(invitationSecretLength - 1, '7') + "0";
    refused(device.asks(guessed), "no such invitation");
    refused(device.asks(server.code(ended)), "has ended", then + 1h);

    JoinQuestion words = device.words();
    words.key = device.key().publicKey().text();
    words.invitation = code.invitation;
    words.proof = proofOf(words, code.secret);
    refused(textOf(sure(signedBy(SecretKey::make(), words))), "not signed by the key");
    const std::string document = documentOf(words);
    refused(textOf(Signed{document, {sure(sign(document, device.key(), "stint report"))}}), "not signed by the key");
    words.user = "U1";
    refused(textOf(sure(signedBy(device.key(), words))), "user is");
    // Somebody on the way who has the question, and a device of his own, has no use of its proof.
    JoinQuestion stolen = other.words();
    stolen.key = other.key().publicKey().text();
    stolen.invitation = code.invitation;
    stolen.proof = proofOf(words, code.secret);
    CHECK(refusalIn(other.asked(enroller, textOf(sure(signedBy(other.key(), stolen))))).find("no such") !=
          std::string::npos);

    CHECK(refusalIn(device.asked(enroller, device.asks(code))).empty());
}

TEST_CASE("fleet.md §3: what the server cannot keep lets nobody in, and is asked again") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    const Invitation invitation = server.invite(enroller);
    const std::string use = "used." + invitation.id + ".00000001";
    server.bucket.emplace(use, "another server's"); // which this one has not read
    const Enrolled troubled = enroller.answer(device.asks(server.code(invitation)), device.id, {}, then, boot);
    CHECK(std::get<Refusal>(sure(joinAnswerIn(troubled.answer))).again == 1min);
    CHECK(troubled.answer.find(use) == std::string::npos);
    CHECK(troubled.trouble.find(use) != std::string::npos);
    CHECK_FALSE(troubled.made.has_value());
    server.bucket.erase(use);
    device.known.certificate = Signed{"{}", {}}; // its enrolment is not known
    CHECK(std::get<Refusal>(sure(joinAnswerIn(device.asked(enroller, device.asks(server.code(invitation)))))).again ==
          1min);
}

TEST_CASE("fleet.md §3: one invitation is asked 600 times a minute, and others meanwhile") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device, other;
    const std::string question = device.asks(server.code(server.invite(enroller)));
    for (std::uint32_t n = 0; n < questionsAMinute; ++n)
        CHECK(refusalIn(device.asked(enroller, question, then, boot + n * 10ms)).empty());
    const std::string late = device.asked(enroller, question, then, boot + 1min - 1ms);
    CHECK(std::get<Refusal>(sure(joinAnswerIn(late))) == Refusal{"this invitation is asked too often", 1min});
    CHECK(refusalIn(other.asked(enroller, other.asks(server.code(server.invite(enroller))), then, boot)).empty());
    CHECK(refusalIn(device.asked(enroller, question, then, boot + 1min)).empty());
}

TEST_CASE("fleet.md §3: from half of its time on a certificate is renewed, until 90 days after its end") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    const Certificate first = certificateOf(device.asked(enroller, device.asks(server.code(server.invite(enroller)))));
    const std::string question = sure(questionToRenew(device.key(), device.words()));
    const auto at = [&](WallTime time) { return device.asked(enroller, question, time); };
    CHECK(renewalOf(first) == then + 45 * 24h);
    CHECK(certificateOf(at(then + 45 * 24h - 1ms)) == first);
    const Certificate next = certificateOf(at(then + 45 * 24h));
    CHECK(next.made == then + 45 * 24h);
    CHECK(next.until == then + 135 * 24h);
    CHECK(next.enrolment == 1);
    CHECK(next.labels == first.labels);
    const Known kept = device.known;
    CHECK(refusalIn(at(next.until + renewableAfterEnd)).find("too long ago") != std::string::npos);
    CHECK(refusalIn(at(next.until + renewableAfterEnd - 1ms)).empty());
    device.known = {kept.certificate, true};
    CHECK(refusalIn(at(next.until)).find("removed") != std::string::npos);
    CHECK(refusalIn(device.asked(enroller, device.asks(server.code(server.invite(enroller)))))
              .empty()); // a new invitation
    SmallDevice stranger;
    CHECK(
        refusalIn(stranger.asked(enroller, sure(questionToRenew(stranger.key(), stranger.words())))).find("joins by") !=
        std::string::npos);
}

TEST_CASE("fleet.md §6.1: with a new enrolment key a certificate is renewed at once") {
    SmallServer server;
    Enroller before = server.enroller();
    SmallDevice device;
    device.asked(before, device.asks(server.code(server.invite(before))));
    server.enrolment = SecretKey::make();
    server.list.enrolment = server.enrolment.publicKey().text();
    server.list.version = 8;
    const Folder folder = sure(Folder::open(server.place.path()));
    sure(push::writePrivateFile(folder, FleetKeys::enrolmentFile, server.enrolment.unlockedFile().text()));
    sure(writeOperators(folder, 8, sure(signedBy(server.root, server.list))));
    Enroller enroller = server.enroller();
    const Certificate made =
        certificateOf(device.asked(enroller, sure(questionToRenew(device.key(), device.words())), then + 1h));
    CHECK(made.made == then + 1h);
    CHECK(isSignedBy(*device.known.certificate, server.enrolment.publicKey(), commentOf(made)));
}

TEST_CASE("fleet.md §3: an answer that is too long comes without the statement") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    Statement statement = server.statementOf(then);
    enroller.hand(sure(signedBy(server.statement, statement)));
    const std::string code = device.asks(server.code(server.invite(enroller)));
    CHECK(std::get<JoinAnswer>(sure(joinAnswerIn(device.asked(enroller, code)))).statement != "");
    for (int n = 0; n < 2'000; ++n) {
        statement.alive.push_back(fmt::format("20261123-{:08}", n));
        statement.cancelled.push_back(fmt::format("20261124-{:08}", n));
    }
    enroller.hand(Signed{documentOf(statement), {}});
    CHECK(std::get<JoinAnswer>(sure(joinAnswerIn(device.asked(enroller, code)))).statement == "");
}
