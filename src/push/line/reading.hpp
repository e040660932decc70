// The reading of the store (push.md §4.1): which question is asked next, which of an answer's messages are taken in,
// and up to where the others were passed over. Pure: the daemon keeps cursors and messages, and the line brings them.
// Whatever the broker gave is a stranger's; nothing without a right MAC is taken.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "link/wire/line.hpp"
#include "push/broker/broker.hpp"
#include "push/envelope/envelope.hpp"
#include "push/envelope/questions.hpp"

namespace stint::push {

class Reading {
public:
    /// Takes the reason for which a message was left out.
    using Wrong = std::function<void(const std::string& reason)>;

    Reading(Asker self, LineKey key, Wrong wrong) : self_(std::move(self)), key_(key), wrong_(std::move(wrong)) {}

    /// The daemon's word replaces all that is known.
    void replace(wire::LineView line);
    const wire::LineView& line() const { return line_; }

    /// All that lacks. Of a subject that is not wanted the cursor is so high that nothing comes of it.
    BoxQuestion question() const;
    /// Subjects of live messages that are wanted now.
    std::set<std::string> subjects() const;

    /// An answer's messages.
    struct Fetched {
        LineRead batch;
        bool again = false; ///< there is more; it has to be asked for once the batch was taken in
        bool isNews = true; ///< false: the next question might be answered likewise, on and on
    };
    /// IllegalArgument: no server of ours answers so.
    Result<Fetched> fetched(const BoxAnswer& answer);

    /// The standing of a live message.
    enum class Live {
        Taken,  ///< it is in the batch
        Passed, ///< it is nothing, or was taken in before
        Behind, ///< others before it were not heard: the mailbox has to be asked
    };
    Live heard(const Stored& message, LineRead& into);

    /// The daemon has the batch.
    void taken(const LineRead& batch);
    /// It does not.
    void notTaken() { ahead_.clear(); }

private:
    struct Read {
        Subject of;
        std::uint64_t sequence = 0;
    };
    bool isWanted(const Subject& subject) const;
    std::uint64_t cursorOf(const Subject& subject) const;
    wire::LineEntry* entry(std::string_view name);
    void raise(const Subject& subject, std::uint64_t sequence);
    bool mute(const std::string& registration);

    Asker self_;
    LineKey key_;
    Wrong wrong_;
    wire::LineView line_;
    std::map<Subject, std::uint64_t> ahead_; ///< cursors with the live messages of the batch that is being made
    std::set<std::string> muted_; ///< first characters of registrations that the server has and this device does not
};

} // namespace stint::push
