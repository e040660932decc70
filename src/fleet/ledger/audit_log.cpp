#include "fleet/ledger/audit_log.hpp"

#include "base/result/errors.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

constexpr Duration keptEntries = std::chrono::hours(24 * 365 * 5);
constexpr int mostWriters = 10; ///< tries, where others write at the same time

} // namespace

Result<AuditLog> AuditLog::open(const push::Broker& broker, int replicas) {
    AuditLog log(broker);
    log.replicas_ = replicas;
    STINT_TRY(log.readLast());
    return log;
}

Result<void> AuditLog::readLast() {
    const auto stream = STINT_TRY(broker_->openDiary(auditStream, auditSubject, keptEntries, replicas_));
    last_ = stream.last;
    hash_.clear(); // where all of them had their time
    if (last_ > 0) {
        const Page end = STINT_TRY(read(last_, 2));
        if (end.texts.size() > 1) return readLast(); // somebody has written since
        if (!end.texts.empty()) hash_ = sha256Of(end.texts.front());
    }
    isKnown_ = true;
    return {};
}

Result<void> AuditLog::write(AuditEntry entry) {
    for (int tries = 1;; ++tries) {
        if (!isKnown_) STINT_TRY(readLast());
        isKnown_ = false; // until it is there
        entry.number = static_cast<Bytes>(last_ + 1);
        entry.before = hash_;
        const std::string text = textOf(entry);
        const auto written = broker_->append(auditSubject, text, last_);
        if (written.ok()) {
            last_ = *written;
            hash_ = sha256Of(text);
            isKnown_ = true;
            return {};
        }
        const Errc why = written.error().code;
        if (why != Errc::ILLEGAL_STATE)
            return fail(why == Errc::STORAGE ? why : Errc::UNAVAILABLE, "the audit: {}", written.error().message);
        if (tries == mostWriters) return fail(Errc::UNAVAILABLE, "the audit: others write all the time");
    }
}

Result<AuditLog::Page> AuditLog::read(std::uint64_t from, std::size_t most) const {
    const auto found = STINT_TRY(broker_->read(auditStream, auditSubject, from, most));
    Page page{.texts = {}, .next = from};
    for (const push::Recorded& one : found) {
        page.texts.push_back(one.message.body);
        page.next = one.message.sequence + 1;
    }
    return page;
}

} // namespace stint::fleet
