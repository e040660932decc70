// A fleet's keys, two operators, and a device in it, in whose name a test signs what it likes.
#pragma once
#include <string>
#include <vector>

#include "fleet/document/document.hpp"
#include "fleet/trust/trust.hpp"

namespace stint::fleet {

using namespace std::chrono_literals;

inline constexpr WallTime then{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};
inline constexpr Instant boot{};
inline const std::string phone = "4TQ0000000000000000000000A";

struct SmallFleet {
    SecretKey root = SecretKey::make(), enrolment = SecretKey::make(), statement = SecretKey::make(),
              ann = SecretKey::make(), bob = SecretKey::make(), nobody = SecretKey::make();
    Operators list;
    Certificate certificate;
    Statement newest;
    Owner owner{{"get", "run", "verify"}, {"/usr/bin/apply-fw", "/usr/bin/fw-version"}};

    SmallFleet() {
        list = {.version = 7,
                .made = then,
                .enrolment = enrolment.publicKey().text(),
                .statement = statement.publicKey().text(),
                .two = {},
                .operators = {{"Ann", ann.publicKey().text(), {"get", "run", "verify"}, ""},
                              {"Bob", bob.publicKey().text(), {"get"}, "label site=berlin"}}};
        certificate = {.device = phone,
                       .key = SecretKey::make().publicKey().text(),
                       .user = "U1",
                       .enrolment = 3,
                       .made = then,
                       .until = then + 90 * 24h,
                       .labels = {{"model", "p1"}, {"site", "berlin"}}};
        newest = {.made = then + 1h, .operators = 7, .alive = {}, .cancelled = {}};
    }

    static Campaign campaign(std::string_view steps = file, std::string_view targets = "label site=berlin") {
        auto read = campaignFromFile("name = \"firmware\"\ntargets = \"" + std::string(targets) +
                                         "\"\nexpires = \"30d\"\n" + std::string(steps),
                                     "night.toml", then);
        if (!read.ok()) throw std::runtime_error(read.error().message);
        return std::move(*read);
    }
    static constexpr std::string_view file =
        "[[step]]\nget = { url = \"https://files.example/fw\", sha256 = "
        "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\", size = 9, to = \"fw\" }\n";
    static constexpr std::string_view command = "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\n";

    /// A device that has heard all of it.
    Trust trust() const {
        Trust made(root.publicKey());
        if (!made.takeOperators(*signedBy(root, list)).ok() ||
            !made.takeCertificate(*signedBy(enrolment, certificate), phone).ok() ||
            !made.takeStatement(*signedBy(statement, newest), boot).ok())
            throw std::runtime_error("the fleet's own papers are refused");
        return made;
    }
    Judgement judge(const Signed& order, const Trust& by, std::uint32_t of = 3, Instant now = boot) const {
        return by.judge(order, of, "4.1", owner, now);
    }
    Judgement judge(const Signed& order) const { return judge(order, trust()); }
};

} // namespace stint::fleet
