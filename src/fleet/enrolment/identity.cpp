#include "fleet/enrolment/identity.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/unix/paths.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {
namespace {

constexpr const char *keyFile = "device.key", *operatorsPaper = "operators", *certificatePaper = "certificate",
                     *statementPaper = "statement", *timeFile = "time", *traceFile = "trace";

constexpr Bytes longestNote = 1'024;

/// The fleet's time, and when that was.
struct Noted {
    WallTime time;
    std::string boot; ///< its id
    Bytes at = 0;     ///< milliseconds since then
};

// clang-format off
constexpr auto notedFields = std::to_array<Field<Noted>>({
    {.key = "time", .member = &Noted::time, .limits = anyTime, .must = true, .meaning = "the fleet's time"},
    {.key = "boot", .member = &Noted::boot, .limits = {1, 64}, .must = true, .meaning = "the boot's id", .rule = wordRule},
    {.key = "at", .member = &Noted::at, .limits = {0, largestNumber}, .meaning = "when that was, since the boot"},
});
// clang-format on

} // namespace

std::filesystem::path Identity::directory() { return stateDirectory() / "fleet"; }

Result<std::optional<Identity>> Identity::open(const std::filesystem::path& directory, std::string_view device,
                                               std::string_view boot, Instant now) {
    auto folder = STINT_TRY(privateFolder(directory));
    if (!folder) return std::optional<Identity>();
    auto fleet = STINT_TRY(Fleet::read(*folder));
    if (!fleet) return std::optional<Identity>();
    SecretKey key = STINT_TRY(readKey(*folder, keyFile));
    Identity identity(*std::move(folder), *std::move(fleet), std::move(key), device, boot);
    identity.readPapers(now);
    if (auto read = identity.readTime(now); !read.ok())
        identity.troubles_.push_back(within(identity.folder_.at(timeFile).string(), read.error()).message);
    if (auto read = identity.readTrace(); !read.ok())
        identity.troubles_.push_back(within(identity.folder_.at(traceFile).string(), read.error()).message);
    return std::optional(std::move(identity));
}

void Identity::readPapers(Instant now) {
    for (const char* const file : {operatorsPaper, certificatePaper, statementPaper}) {
        const auto text = readOwn(folder_, file, Bytes{longestSigned}, Secrecy::Open);
        if (text.ok() && !*text) continue; // it has none yet
        const auto taken = [&]() -> Result<void> {
            if (!text.ok()) return text.error();
            const Signed given = STINT_TRY(signedIn(**text));
            return take(file, given, now);
        }();
        if (!taken.ok()) troubles_.push_back(within(folder_.at(file).string(), taken.error()).message);
    }
}

// Without a statement there is no time that anybody has signed.
Result<void> Identity::readTime(Instant now) {
    const auto text = STINT_TRY(readOwn(folder_, timeFile, longestNote, Secrecy::Open));
    if (!text) return {};
    constexpr std::string_view name = "the time";
    const Value whole = STINT_TRY(valueFromJson(*text));
    STINT_TRY(checkKeys(name, name, whole, keysOf(notedFields)));
    Noted noted;
    STINT_TRY(readFields({name, true}, "", whole, notedFields, noted));
    if (!trust_.statement()) return {};
    const bool isOfThis = noted.boot == boot_;
    const Duration since = isOfThis ? std::max(now - Instant(Duration(noted.at)), Duration(0)) : Duration(0);
    trust_.takeTime(noted.time + since, now);
    return isOfThis ? Result<void>() : keepTime(now); // from now on it goes on in this boot
}

// One that is lost begins anew after the number that the server knows.
Result<void> Identity::readTrace() {
    const auto text = STINT_TRY(readOwn(folder_, traceFile, longestNote, Secrecy::Open));
    if (!text) return {};
    const Value whole = STINT_TRY(valueFromJson(*text));
    trace_ = STINT_TRY(traceFrom(whole));
    return {};
}

Result<void> Identity::takeTrace(const Trace& answered, std::uint32_t known) {
    if (answered != trace_) return {}; // it was answered before
    Bytes draw = 0;
    while (draw == 0) {
        randombytes_buf(&draw, sizeof draw);
        draw &= largestNumber - 1;
    }
    const Trace next = traceAfter(answered, known, draw);
    STINT_TRY(push::writePrivateFile(folder_, traceFile, jsonOf(valueOf(next))));
    trace_ = next;
    return {};
}

Result<void> Identity::take(const char* file, const Signed& given, Instant now) {
    if (file == operatorsPaper) return trust_.takeOperators(given);
    if (file == statementPaper) return trust_.takeStatement(given, now);
    const Certificate certificate = STINT_TRY(certificateIn(given.document));
    if (certificate.key != key_.publicKey().text())
        return fail(Errc::SECURITY, "the certificate is of another key than this device's");
    return trust_.takeCertificate(given, device_);
}

Result<SecretKey> Identity::keyToJoin(const std::filesystem::path& directory) {
    STINT_TRY(push::makePrivateDirectory(directory));
    const Folder folder = STINT_TRY(Folder::open(directory));
    const auto fleet = Fleet::read(folder);
    if (!fleet.ok() || *fleet)
        return fail(Errc::ILLEGAL_STATE, "this device is in a fleet{}", fleet.ok() ? ": " + (*fleet)->name : "");
    if (folder.standing(keyFile) != Folder::Standing::Absent) return readKey(folder, keyFile);
    SecretKey key = SecretKey::make();
    STINT_TRY(push::writePrivateFile(folder, keyFile, key.unlockedFile().text()));
    return key;
}

Result<Identity> Identity::join(const std::filesystem::path& directory, const JoinCode& code, const JoinAnswer& answer,
                                std::string_view device, std::string_view boot, Instant now) {
    const PublicKey root = STINT_TRY(PublicKey::read(answer.root));
    if (fingerprintOf(root, answer.fleet) != code.fleet)
        return fail(Errc::SECURITY, "the server's answer is not of the fleet that the code is for");
    SecretKey key = STINT_TRY(keyToJoin(directory));
    auto folder = STINT_TRY(Folder::open(directory));
    Identity identity(std::move(folder), {answer.fleet, root}, std::move(key), device, boot);
    const Signed operators = STINT_TRY(signedIn(answer.operators));
    const Signed certificate = STINT_TRY(signedIn(answer.certificate));
    STINT_TRY(identity.take(operatorsPaper, operators, now));
    STINT_TRY(identity.take(certificatePaper, certificate, now));
    STINT_TRY(identity.keep(operatorsPaper, operators));
    STINT_TRY(identity.keep(certificatePaper, certificate));
    STINT_TRY(identity.folder_.remove(statementPaper)); // of a fleet before
    STINT_TRY(identity.folder_.remove(timeFile));
    STINT_TRY(identity.folder_.remove(traceFile));
    if (!answer.statement.empty()) {
        const auto statement = signedIn(answer.statement);
        const auto taken = statement.ok() ? identity.takeStatement(*statement, now) : Result<void>(statement.error());
        if (!taken.ok()) identity.troubles_.push_back(within("the server's statement", taken.error()).message);
    }
    STINT_TRY(identity.fleet_.write(identity.folder_));
    return identity;
}

// The root goes first: without it the device is in no fleet.
Result<void> Identity::leave(const std::filesystem::path& directory) {
    std::error_code wrong;
    std::filesystem::remove(directory / Fleet::rootFile, wrong);
    if (!wrong || wrong == std::errc::no_such_file_or_directory) std::filesystem::remove_all(directory, wrong);
    if (wrong) return fail(Errc::STORAGE, "cannot remove {}: {}", directory.string(), wrong.message());
    return {};
}

Result<void> Identity::keep(const char* file, const Signed& given) const {
    return push::writePrivateFile(folder_, file, textOf(given));
}

Result<void> Identity::takeOperators(const Signed& given) {
    STINT_TRY(trust_.takeOperators(given));
    STINT_TRY(keep(operatorsPaper, given));
    // Under a key that was replaced, nobody believes them any more.
    if (!trust_.certificate()) STINT_TRY(folder_.remove(certificatePaper));
    if (trust_.statement()) return {};
    STINT_TRY(folder_.remove(statementPaper));
    return folder_.remove(timeFile);
}

Result<void> Identity::takeCertificate(const Signed& given) {
    STINT_TRY(take(certificatePaper, given, {}));
    return keep(certificatePaper, given);
}

Result<void> Identity::takeStatement(const Signed& given, Instant now) {
    STINT_TRY(trust_.takeStatement(given, now));
    STINT_TRY(keep(statementPaper, given));
    return keepTime(now);
}

Result<void> Identity::keepTime(Instant now) const {
    const auto time = trust_.time(now);
    if (!time) return folder_.remove(timeFile);
    Value::Table table;
    writeFields(notedFields, Noted{.time = *time, .boot = boot_, .at = now.time_since_epoch().count()}, table);
    return push::writePrivateFile(folder_, timeFile, jsonOf({std::move(table)}));
}

Result<std::string> questionToJoin(const SecretKey& key, JoinQuestion question, const JoinCode& code) {
    question.key = key.publicKey().text();
    question.invitation = code.invitation;
    question.proof = proofOf(question, code.secret);
    return questionToRenew(key, std::move(question));
}

Result<std::string> questionToRenew(const SecretKey& key, JoinQuestion question) {
    question.key = key.publicKey().text();
    const Signed made = STINT_TRY(signedBy(key, question));
    return textOf(made);
}

} // namespace stint::fleet
