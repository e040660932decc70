// One of each word that a device and its fleet's server say to each other, with every member filled.
#pragma once
#include <string>

#include "fleet/document/days.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/questions/report.hpp"
#include "fleet/questions/state.hpp"

namespace stint::fleet {

using namespace std::chrono_literals;

inline constexpr WallTime then{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};
inline const std::string campaignId = "20261123-nvc38b7g", phone = "4TQ0000000000000000000000A";

inline Signed paperOf(std::string_view document) {
    static const SecretKey key = SecretKey::make();
    return {std::string(document), {*sign(document, key, "stint statement 2026-11-23T10:00:00Z")}};
}
inline OrderMessage anOrder() { return {.campaign = campaignId, .enrolment = 3, .round = 2, .again = true}; }
inline Hello aHello() {
    return {.version = "0.12.3-5-gabc",
            .endpoint = "https://push.example/p/R",
            .operators = 7,
            .enrolment = 3,
            .statement = then,
            .open = {{"20261122-aaaaaaaa", 0}, {campaignId, 4'294'967'295}},
            .ended = {{"20261121-aaaaaaaa", 7}},
            .reported = paperOf("{\"b\":1}"),
            .days = std::string(quartersTold / 2, 'l') + std::string(quartersTold / 2, unknownQuarter)};
}
inline HelloAnswer aHelloAnswer() {
    return {.operators = paperOf("{\"a\":\"\\u0001\"}"),
            .certificate = paperOf("{}"),
            .statement = paperOf("{\"ü\":[]}"),
            .desired = paperOf("{}"),
            .missing = {campaignId},
            .orders = {{"20261122-aaaaaaaa", 0}, {campaignId, 255}},
            .documents = {{campaignId, paperOf("{\"b\":1}")}}};
}
inline SlotQuestion aSlotQuestion() { return {.campaign = campaignId, .enrolment = 3, .round = 255, .slot = 9}; }
inline DeviceState aState() {
    return {.device = phone,
            .enrolment = 3,
            .version = 12,
            .hash = std::string(64, 'a'),
            .since = then,
            .holding = Holding::Refused,
            .words = "forbidden: this device does not let a fleet use \"settings\""};
}
inline DeviceReport aReport() {
    return {.campaign = campaignId,
            .device = phone,
            .enrolment = 3,
            .made = then,
            .telling = {.round = 1,
                        .sequence = 9,
                        .slot = 2,
                        .phase = Phase::Ended,
                        .outcome = Outcome::Failed,
                        .step = 1,
                        .code = -2,
                        .words = "no \"fw.img\" in C:\\tmp\nbücher\n"}};
}

} // namespace stint::fleet
