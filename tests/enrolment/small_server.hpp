// A fleet's server and a device that would join it, each in a directory of its own.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

#include "base/result/errors.hpp"
#include "fleet/enrolment/enroller.hpp"
#include "fleet/enrolment/identity.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/words.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {

using namespace std::chrono_literals;

inline constexpr WallTime then{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};
inline constexpr Instant boot{};
inline const std::string url = "https://push.example";

/// The value, which a test takes for granted.
template <class T> T sure(Result<T> result) {
    if (!result.ok()) throw std::runtime_error(result.error().message);
    return std::move(result).value();
}
inline void sure(Result<void> result) {
    if (!result.ok()) throw std::runtime_error(result.error().message);
}

class Place {
public:
    Place() {
        std::string name = "/tmp/stint-enrolment-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("no directory");
        path_ = name;
    }
    ~Place() { std::filesystem::remove_all(path_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}
inline void overwrite(const std::filesystem::path& file, std::string_view text) { std::ofstream(file) << text; }

struct SmallServer {
    Place place;
    SecretKey root = SecretKey::make(), enrolment = SecretKey::make(), statement = SecretKey::make(),
              ann = SecretKey::make();
    Operators list;
    /// The fleet's bucket, which outlives each of its servers.
    mutable std::map<std::string, std::string, std::less<>> bucket;

    SmallServer() {
        list = {.version = 7,
                .made = then,
                .enrolment = enrolment.publicKey().text(),
                .statement = statement.publicKey().text(),
                .two = {},
                .operators = {{"Ann", ann.publicKey().text(), {"get", "policy"}, ""}}};
        const Folder folder = sure(Folder::open(place.path()));
        sure(push::writePrivateFile(folder, FleetKeys::enrolmentFile, enrolment.unlockedFile().text()));
        sure(push::writePrivateFile(folder, FleetKeys::statementFile, statement.unlockedFile().text()));
        sure(writeOperators(folder, list.version, sure(signedBy(root, list))));
        sure(Fleet{"office", root.publicKey()}.write(folder));
    }

    FleetKeys keys() const { return sure(FleetKeys::open(place.path())); }
    /// Those of a server that has just begun.
    Invitations invitations() const {
        const auto keep = [this](const std::string& key, const std::string& value) -> Result<void> {
            if (bucket.emplace(key, value).second) return {};
            return fail(Errc::ILLEGAL_STATE, "{}: somebody else has written it", key);
        };
        const auto forget = [this](const std::string& keys) -> Result<void> {
            const std::string_view first = std::string_view(keys).substr(0, keys.find('*'));
            std::erase_if(bucket, [&](const auto& one) { return one.first.starts_with(first); });
            return {};
        };
        Invitations read(enrolment, keep, forget);
        for (const auto& [key, value] : bucket)
            [[maybe_unused]] const auto counts = read.read(key, value); // or is damaged
        return read;
    }
    Enroller enroller() const { return {keys(), invitations()}; }
    /// One that a server which begins later knows.
    Invitation invite(std::uint32_t uses = 50, std::string_view labels = "site=berlin", Duration expires = 7 * 24h,
                      WallTime now = then) const {
        Invitations all = invitations();
        return sure(all.make(sure(labelsIn(labels)), uses, expires, now));
    }
    /// One that this server makes.
    static Invitation invite(Enroller& by, std::uint32_t uses = 50, std::string_view labels = "site=berlin",
                             Duration expires = 7 * 24h) {
        return sure(by.invitations().make(sure(labelsIn(labels)), uses, expires, then));
    }
    JoinCode code(const Invitation& invitation) const {
        return {fingerprintOf(root.publicKey(), "office"), std::string(pushCodeLength, '0'), invitation.id,
                invitation.secret};
    }
    Statement statementOf(WallTime made) const {
        return {.made = made, .operators = list.version, .alive = {}, .cancelled = {}};
    }
};

/// A device's end: what the server has of it is kept by the test, as the server's program keeps it.
struct SmallDevice {
    Place place;
    std::string id = push::newDevice();
    std::string user = push::Nkey::make(push::Nkey::Role::User).name();
    Known known;

    std::filesystem::path directory() const { return place / "fleet"; }
    JoinQuestion words() const { return {.device = id, .key = "", .user = user, .version = "0.1.0"}; }
    SecretKey key() const { return sure(Identity::keyToJoin(directory())); }
    std::string asks(const JoinCode& code) const { return sure(questionToJoin(key(), words(), code)); }

    /// The answer's text; a certificate that was made is kept.
    std::string asked(Enroller& server, const std::string& question, WallTime time = then, Instant now = boot) {
        Enrolled enrolled = server.answer(question, id, known, time, now);
        if (enrolled.made) known = {std::move(enrolled.made), false};
        return enrolled.answer;
    }
    /// Joins, whatever is in the way of it.
    Identity joined(Enroller& server, const JoinCode& code, WallTime time = then) {
        const auto answer = sure(joinAnswerIn(asked(server, asks(code), time)));
        return sure(Identity::join(directory(), code, std::get<JoinAnswer>(answer), id, "boot 1", boot));
    }
};

/// The reason of a refusal; empty: it is none.
inline std::string refusalIn(const std::string& answer) {
    const auto read = sure(joinAnswerIn(answer));
    const auto* const refusal = std::get_if<Refusal>(&read);
    return refusal ? refusal->error : "";
}
inline Certificate certificateOf(const std::string& answer) {
    return sure(certificateIn(sure(signedIn(std::get<JoinAnswer>(sure(joinAnswerIn(answer))).certificate)).document));
}

} // namespace stint::fleet
