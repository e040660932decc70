// The arguments of Notify (linux.md §A.1; jobs.md §5.1, §5.3, §12.7).
#include <doctest/doctest.h>

#include "stintd/notify/wording.hpp"

using namespace stint;

namespace {

const Capabilities everything{"actions", "body", "body-markup", "x-dunst-stack-tag"};
const Sender transfers{"Transfers", ""};

ShowNotification shows(std::int64_t maximum, std::int64_t value, bool indeterminate = false) {
    return {.app = {"org.stint.transfer"},
            .id = 7,
            .notification = Notification::Builder("transfers")
                                .setSmallIcon("folder-download")
                                .setContentTitle("big.iso")
                                .setContentText("1 MiB of 4 MiB")
                                .setProgress(maximum, value, indeterminate)
                                .addAction("stop", "Stop")
                                .addAction("later", "")
                                .build(),
            .userInitiated = true,
            .ongoing = true,
            .importance = "default"};
}

ShowNotification titled(const std::string& title, const std::string& text) {
    return {
        .app = {"org.example.mail"},
        .notification =
            Notification::Builder("default").setSmallIcon("mail").setContentTitle(title).setContentText(text).build(),
        .ongoing = true};
}

template <class T> std::optional<T> hint(const Wording& wording, const std::string& name) {
    const auto found = wording.hints.find(name);
    if (found == wording.hints.end()) return std::nullopt;
    return std::get<T>(found->second);
}

} // namespace

TEST_CASE("what goes on is quiet, stays, and has its percentage as a hint and in words") {
    const Wording wording = wordingOf(shows(4096, 1024), transfers, everything);
    CHECK(wording.appName == "Transfers");
    CHECK(wording.summary == "big.iso");
    CHECK(wording.body == "25 % · 1 MiB of 4 MiB");
    CHECK(wording.icon == "folder-download");
    CHECK(wording.expires == 0);
    CHECK(hint<std::int32_t>(wording, "value") == 25);
    CHECK(hint<std::uint8_t>(wording, "urgency") == 0);
    CHECK(hint<bool>(wording, "resident") == true);
    CHECK(hint<bool>(wording, "suppress-sound") == true);
    CHECK(hint<std::string>(wording, "category") == "transfer");
    CHECK(hint<std::string>(wording, "desktop-entry") == "org.stint.transfer");
    CHECK(hint<std::string>(wording, "x-dunst-stack-tag") == "org.stint.transfer/7");
    CHECK_FALSE(hint<std::string>(wording, "x-canonical-private-synchronous"));
    CHECK(wording.actions == std::vector<Notification::Action>{{"stop", "Stop"}, {"later", "later"}});
}

TEST_CASE("what is left behind has neither progress nor actions, and goes as others do") {
    ShowNotification over = shows(4096, 4096);
    over.ongoing = over.userInitiated = false;
    const Wording wording = wordingOf(over, transfers, everything);
    CHECK(wording.body == "1 MiB of 4 MiB");
    CHECK(wording.actions.empty());
    CHECK(wording.expires == -1);
    CHECK_FALSE(hint<std::int32_t>(wording, "value"));
    CHECK(hint<std::uint8_t>(wording, "urgency") == 1);
    CHECK(hint<bool>(wording, "resident") == false);
    CHECK_FALSE(hint<bool>(wording, "suppress-sound"));
    CHECK_FALSE(hint<std::string>(wording, "category"));
}

TEST_CASE("a percentage is between 0 and 100, whatever an app says, and none where nobody knows it") {
    struct Row {
        std::int64_t maximum, value;
        bool indeterminate;
        std::optional<std::int32_t> percent;
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    // clang-format off
    for (const Row& row : {Row{100, 29, false, 29},
                           Row{1000, 999, false, 99},
                           Row{100, 101, false, 100},
                           Row{100, -5, false, 0},
                           Row{most, most, false, 100},
                           Row{most, most / 2, false, 50},
                           Row{100, 50, true, std::nullopt},
                           Row{0, 50, false, std::nullopt},
                           Row{-1, 50, false, std::nullopt}}) {
        // clang-format on
        CAPTURE(row.maximum);
        CAPTURE(row.value);
        CHECK(hint<std::int32_t>(wordingOf(shows(row.maximum, row.value, row.indeterminate), transfers, everything),
                                 "value") == row.percent);
    }
}

TEST_CASE("a server is told only what it can show") {
    const Wording nothing = wordingOf(shows(4096, 1024), transfers, {});
    CHECK(nothing.summary == "big.iso: 25 % · 1 MiB of 4 MiB");
    CHECK(nothing.body.empty());
    CHECK(nothing.actions.empty());
    CHECK_FALSE(hint<std::string>(nothing, "x-dunst-stack-tag"));

    const ShowNotification markup = titled("<b>a & b</b>", "<img src='file:///etc/passwd'/> & more");
    CHECK(wordingOf(markup, {}, {"body"}).body == "<img src='file:///etc/passwd'/> & more");
    CHECK(wordingOf(markup, {}, everything).body == "&lt;img src='file:///etc/passwd'/&gt; &amp; more");
    CHECK(wordingOf(markup, {}, everything).summary == "<b>a & b</b>"); // never markup
}

TEST_CASE("the urgency is the channel's importance, but what goes on in the background wakes no screen") {
    struct Row {
        const char* importance;
        bool ongoing;
        bool progress;
        std::uint8_t urgency;
    };
    // clang-format off
    for (const Row& row : {Row{"min",     false, false, 0},
                           Row{"low",     false, false, 0},
                           Row{"default", false, false, 1},
                           Row{"high",    false, false, 2},
                           Row{"default", true,  false, 0},
                           Row{"high",    true,  true,  0},
                           Row{"high",    true,  false, 2}}) {
        // clang-format on
        CAPTURE(row.importance);
        ShowNotification one = shows(row.progress ? 100 : 0, 1);
        one.importance = row.importance;
        one.ongoing = row.ongoing;
        CHECK(hint<std::uint8_t>(wordingOf(one, transfers, everything), "urgency") == row.urgency);
    }
    ShowNotification none = shows(100, 1);
    none.importance = "none";
    CHECK(isBlocked(none));
    CHECK_FALSE(isBlocked(shows(100, 1)));
}

TEST_CASE("words that are too long are cut between characters, and a title is one line") {
    std::string euros;
    for (int n = 0; n < 1'000'000; ++n)
        euros += "€";
    const Wording wording = wordingOf(titled("a\nb\tc", euros), {}, everything);
    CHECK(wording.summary == "a b c");
    CHECK(wording.body.size() < 2100);
    CHECK(wording.body.size() % 3 == 0); // no half of a €, nor of the … at its end
    CHECK(wordingOf(titled(euros, ""), {}, everything).summary.size() <= 203);
    CHECK(wordingOf(titled("", ""), {}, everything).summary == "org.example.mail"); // the protocol wants one

    ShowNotification endless = shows(100, 1);
    endless.notification = Notification::Builder("default").setSmallIcon("x").addAction(euros, "Never").build();
    CHECK(wordingOf(endless, {}, everything).actions.empty());
}

TEST_CASE("an icon is a name or a URI, and the desktop entry is the file's name without its suffix") {
    const auto iconOf = [](const std::string& icon) {
        ShowNotification one = titled("a", "b");
        one.notification = Notification::Builder("default").setSmallIcon(icon).build();
        return wordingOf(one, {}, everything).icon;
    };
    CHECK(iconOf("mail-unread") == "mail-unread");
    CHECK(iconOf("/usr/share/a b/%ü.png") == "file:///usr/share/a%20b/%25%C3%BC.png");
    const auto entryOf = [](const std::string& file) {
        return hint<std::string>(wordingOf(titled("a", "b"), {"Mail", file}, everything), "desktop-entry");
    };
    CHECK(entryOf("") == "org.example.mail");
    CHECK(entryOf("org.example.Mail.desktop") == "org.example.Mail");
    CHECK(entryOf("/usr/share/applications/org.example.Mail.desktop") == "org.example.Mail");
    CHECK(entryOf("org.example.Mail") == "org.example.Mail");
}

TEST_CASE("Stint's own actions stand behind the app's, and no app has one of their keys") { // jobs.md §5.6
    ShowNotification transfer = shows(0, 0);
    transfer.notification = Notification::Builder("transfers")
                                .setSmallIcon("folder-download")
                                .addAction("stop", "Stop")
                                .addAction("stint:cancel", "Nothing to see")
                                .build();
    transfer.ours = {{"stint:later", "Later"}, {"stint:why", "Why"}};
    using Offered = std::vector<Notification::Action>;
    CHECK(wordingOf(transfer, transfers, everything).actions ==
          Offered{{"stop", "Stop"}, {"stint:later", "Later"}, {"stint:why", "Why"}, {"default", "Task Manager"}});
    CHECK(wordingOf(transfer, transfers, {"body"}).actions.empty()); // a server that shows none
    transfer.ongoing = false;                                        // the app answers no more; Stint does
    CHECK(actionsOf(transfer).front().key == "stint:later");
    CHECK(actionsOf(titled("mail", "")).empty());
}

TEST_CASE("a click on an app's notification stays the app's where it wants it") { // jobs.md §5.6
    ShowNotification transfer = titled("mail", "");
    transfer.notification = Notification::Builder("default").setSmallIcon("mail").addAction("default", "Open").build();
    transfer.ours = {{"stint:why", "Why"}};
    CHECK(actionsOf(transfer) == std::vector<Notification::Action>{{"default", "Open"}, {"stint:why", "Why"}});
}
