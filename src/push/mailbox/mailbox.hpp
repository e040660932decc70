// The answers to devices (push.md §2): what a mailbox has beyond its cursors, and registrations made and ended. It
// keeps nothing itself: any number of servers answer side by side.
#pragma once
#include "push/broker/broker.hpp"
#include "push/envelope/questions.hpp"
#include "push/mailbox/keeper.hpp"
#include "push/mailbox/rates.hpp"
#include "push/mailbox/registrations.hpp"

namespace stint::push {

class Mailbox {
public:
    Mailbox(const Broker& broker, const Keeper& keeper, Registrations& registrations, const Roster& roster)
        : broker_(broker), keeper_(keeper), registrations_(registrations), roster_(roster) {}

    /// Answers devices from now on, or not any more; it may have done so. From one thread.
    Result<void> answer(bool are);

    /// All that the device's mailbox has beyond the question's cursors. Unavailable: the store does not answer now, or
    /// has read for this device what it may in a minute.
    Result<BoxAnswer> answer(const Asker& asker, const BoxQuestion& question) const;

private:
    /// Appends what a subject has from its first message on; false: there is no room for more.
    Result<bool> read(const Address& subject, std::optional<Stored> first, std::size_t most, Bytes& left,
                      std::vector<StoredMessage>& into) const;
    Result<void> mayRead(const std::string& device) const;
    void hasRead(const std::string& device, std::size_t times) const;
    std::string boxAnswered(const std::string& subject, std::string_view text) const;
    std::string registrationAnswered(const std::string& subject, std::string_view text);

    const Broker& broker_;
    const Keeper& keeper_;
    Registrations& registrations_;
    const Roster& roster_;
    mutable std::mutex counting_;
    mutable Counted reads_{readsInMinute};
    bool answers_ = false;
};

} // namespace stint::push
