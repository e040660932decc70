// The installed apps as their files come, change and go (architecture.md, who is calling).
#include <sys/stat.h>
#include <unistd.h>

#include "apps/desk.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;
using News = std::vector<std::string>;

} // namespace

TEST_CASE("manifests that come, change and go are told of") {
    Desk desk;
    install(desk.root, "com.example.a");
    desk.open({desk.root});
    REQUIRE(desk.registry->find("com.example.a"));
    CHECK(desk.news().empty()); // what was there is in all()
    CHECK(desk.registry->all().size() == 1);

    install(desk.root, "com.example.b", "label = \"B\"");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.b"});
    CHECK(desk.registry->find("com.example.b")->label == "B");

    install(desk.root, "com.example.b", "label = \"Bee\"");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.b"});
    CHECK(desk.registry->find("com.example.b")->label == "Bee");

    fs::remove(desk.root / "com.example.a.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"-com.example.a"});
    CHECK_FALSE(desk.registry->find("com.example.a"));
    CHECK(desk.errors.empty());
}

TEST_CASE("a manifest that is renamed into its place is never seen half") {
    Desk desk;
    desk.open({desk.root});
    install(desk.root, "com.example.a");
    desk.runUntil([&] { return !desk.changes.empty(); });
    desk.news();
    write(desk.root / ".com.example.a.toml.new", "package = \"com.example.a\"\nlabel = \"New\"\n");
    fs::rename(desk.root / ".com.example.a.toml.new", desk.root / "com.example.a.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
    fs::rename(desk.root / "com.example.a.toml", desk.root / "com.example.a.toml.off");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"-com.example.a"});
    CHECK(desk.errors.empty());
}

TEST_CASE("a file that is only being written is not read yet") {
    Desk desk;
    desk.open({desk.root});
    std::ofstream half(desk.root / "com.example.a.toml");
    half << "package = \"com.exam" << std::flush;
    desk.settle();
    CHECK(desk.errors.empty());
    half << "ple.a\"\n";
    half.close();
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
    CHECK(desk.errors.empty());
}

TEST_CASE("a link to a manifest is a manifest") {
    Desk desk;
    fs::create_directories(desk.root / "apps");
    install(desk.root, "com.example.a");
    desk.open({desk.root / "apps"});
    fs::create_symlink(desk.root / "com.example.a.toml", desk.root / "apps" / "com.example.a.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
}

TEST_CASE("a directory may be made long after the daemon's start, and anew") {
    Desk desk;
    const fs::path apps = desk.root / "share" / "stint" / "apps";
    desk.open({apps, desk.root / "other" / "apps/"});
    write(desk.root / "noise.toml", "of no interest here");
    desk.settle();
    fs::create_directories(apps);
    install(apps, "com.example.a");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});

    fs::remove_all(desk.root / "share");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"-com.example.a"});

    fs::create_directories(desk.root / "prepared" / "stint" / "apps");
    install(desk.root / "prepared" / "stint" / "apps", "com.example.b");
    fs::rename(desk.root / "prepared", desk.root / "share"); // all at once
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.b"});

    fs::create_directories(desk.root / "other" / "apps");
    install(desk.root / "other" / "apps", "com.example.c");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.c"});
    CHECK(desk.errors.empty());
}

TEST_CASE("of two directories the earlier wins, and the later comes forward when it goes") {
    Desk desk;
    const fs::path mine = desk.root / "mine", system = desk.root / "system";
    fs::create_directories(mine);
    fs::create_directories(system);
    install(mine, "com.example.a", "label = \"mine\"");
    install(system, "com.example.a", "label = \"the system's\"");
    desk.open({mine, system});
    CHECK(desk.registry->find("com.example.a")->label == "mine");
    fs::remove(mine / "com.example.a.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
    CHECK(desk.registry->find("com.example.a")->label == "the system's");
}

TEST_CASE("a manifest that is wrong is told of once, and harms no other") {
    Desk desk;
    install(desk.root, "com.example.bad", "labell = \"a\"");
    install(desk.root, "com.example.good");
    desk.open({desk.root});
    REQUIRE(desk.errors.size() == 1);
    CHECK(desk.errors[0] ==
          (desk.root / "com.example.bad.toml").string() + ":2:1: unknown key \"labell\" (did you mean \"label\"?)");
    CHECK_FALSE(desk.registry->find("com.example.bad"));
    CHECK(desk.registry->find("com.example.good"));

    install(desk.root, "com.example.more");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.errors.size() == 1);

    install(desk.root, "com.example.bad", "label = \"a\"");
    desk.runUntil([&] { return desk.registry->find("com.example.bad") != nullptr; });
    install(desk.root, "com.example.bad", "labell = \"a\"");
    desk.runUntil([&] { return desk.errors.size() == 2; });
}

TEST_CASE("an app whose manifest turns wrong stays as it was, until the file is right again or goes") {
    Desk desk;
    install(desk.root, "com.example.a", "label = \"Mail\"");
    desk.open({desk.root});
    write(desk.root / "com.example.a.toml", ""); // as an editor that writes in place begins
    desk.runUntil([&] { return desk.errors.size() == 1; });
    CHECK(desk.news() == News{});
    REQUIRE(desk.registry->find("com.example.a"));
    CHECK(desk.registry->find("com.example.a")->label == "Mail");
    install(desk.root, "com.example.a", "label = \"Post\"");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
    write(desk.root / "com.example.a.toml", "");
    desk.runUntil([&] { return desk.errors.size() == 2; });
    fs::remove(desk.root / "com.example.a.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"-com.example.a"});
}

TEST_CASE("an exported job service is told of, and installed") { // jobs.md §2.2
    Desk desk;
    install(desk.root, "com.example.a",
            "[[service]]\nname = \"S\"\ncommand = [\"a\"]\nexported = true\npermission = \"BIND_JOB_SERVICE\"");
    desk.open({desk.root});
    CHECK(desk.registry->find("com.example.a"));
    REQUIRE(desk.errors.size() == 1);
    CHECK(desk.errors[0].find("service \"S\" is exported") != std::string::npos);
}

TEST_CASE("no file replaces a built-in app") {
    Desk desk;
    install(desk.root, "org.stint.transfer", "command = [\"evil\"]");
    desk.open({desk.root}, builtInManifests("/libexec"));
    CHECK(desk.registry->find("org.stint.transfer")->builtIn);
    REQUIRE(desk.errors.size() == 1);
    CHECK(desk.errors[0] ==
          (desk.root / "org.stint.transfer.toml").string() + ": org.stint.transfer is built in and cannot be replaced");
    CHECK(desk.registry->all().size() == 2);
}

TEST_CASE("what somebody else could have written is refused") {
    Desk desk;
    const fs::path open = desk.root / "open";
    fs::create_directories(open);
    install(open, "com.example.a");
    install(desk.root, "com.example.b");
    install(desk.root, "com.example.c");
    ::chmod((desk.root / "com.example.b.toml").c_str(), 0666);
    ::chmod(open.c_str(), 0777);
    desk.open({desk.root, open});
    CHECK(desk.registry->all().size() == 1);
    REQUIRE(desk.errors.size() == 2);
    CHECK(desk.errors[0].find("com.example.b.toml: everybody may write it; chmod o-w ") != std::string::npos);
    CHECK(desk.errors[1] == open.string() + ": everybody may write it; chmod o-w " + open.string());

    ::chmod((desk.root / "com.example.b.toml").c_str(), 0644); // done as told
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.b"});
    ::chmod(open.c_str(), 0755);
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.a"});
}

TEST_CASE("what belongs to another user is refused") {
    if (::getuid() != 0) return; // only root can give a file away
    Desk desk;
    install(desk.root, "com.example.a");
    REQUIRE(::chown((desk.root / "com.example.a.toml").c_str(), 12345, 12345) == 0);
    desk.open({desk.root});
    CHECK_FALSE(desk.registry->find("com.example.a"));
    REQUIRE(desk.errors.size() == 1);
    CHECK(desk.errors[0].find("belongs to user 12345; it must belong to user 0 or to root") != std::string::npos);
}

TEST_CASE("what is no file, or far too large, is refused without being waited for") {
    Desk desk;
    REQUIRE(::mkfifo((desk.root / "com.example.a.toml").c_str(), 0600) == 0);
    fs::create_directories(desk.root / "com.example.b.toml");
    install(desk.root, "com.example.c", std::string(300 * 1024, '#'));
    fs::create_symlink("nowhere", desk.root / "com.example.d.toml");
    desk.open({desk.root});
    CHECK(desk.registry->all().empty());
    REQUIRE(desk.errors.size() == 4);
    CHECK(desk.errors[0].ends_with("com.example.a.toml: is not a file"));
    CHECK(desk.errors[1].ends_with("com.example.b.toml: is not a file"));
    CHECK(desk.errors[2].ends_with("com.example.c.toml: is larger than 256 KiB"));
    CHECK(desk.errors[3].ends_with("com.example.d.toml: cannot be read: No such file or directory"));
}

TEST_CASE("an executable is recognised by what it is, not by its name") {
    Desk desk;
    write(desk.root / "program", "");
    write(desk.root / "other", "");
    fs::create_symlink(desk.root / "program", desk.root / "link");
    fs::create_hard_link(desk.root / "program", desk.root / "twin");
    install(desk.root, "com.example.a", "executable = \"" + (desk.root / "program").string() + "\"");
    install(desk.root, "com.example.gone", "executable = \"/no/such/program\"");
    desk.open({desk.root});
    auto found = [&](const char* name) {
        const Manifest* manifest = desk.registry->byExecutable(desk.root / name);
        return manifest ? manifest->package.name : "nobody's";
    };
    CHECK(found("program") == "com.example.a");
    CHECK(found("link") == "com.example.a");
    CHECK(found("twin") == "com.example.a");
    CHECK(found("other") == "nobody's");
    CHECK(found("missing") == "nobody's");
    install(desk.root, "com.example.b", "executable = \"" + (desk.root / "twin").string() + "\"");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(found("program") == "nobody's"); // two claim it
}

TEST_CASE("an app that is known by its name alone is one, until a manifest says more") { // push.md §4.4
    Desk desk;
    install(desk.root, "com.example.a");
    desk.open({desk.root});
    desk.registry->addGuest(AppId{"com.example.chat"});
    desk.registry->addGuest(AppId{"com.example.a"}); // which is known already
    CHECK(desk.registry->isGuest("com.example.chat"));
    CHECK_FALSE(desk.registry->isGuest("com.example.a"));
    CHECK_FALSE(desk.registry->isGuest("com.example.nobody"));
    CHECK(desk.news().empty());
    install(desk.root, "com.example.chat", "label = \"Chat\"");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.chat"});
    CHECK_FALSE(desk.registry->isGuest("com.example.chat"));
    fs::remove(desk.root / "com.example.chat.toml");
    desk.runUntil([&] { return !desk.changes.empty(); });
    CHECK(desk.news() == News{"+com.example.chat"}); // its registrations are there
    CHECK(desk.registry->isGuest("com.example.chat"));
    CHECK(desk.registry->guests() == std::vector{AppId{"com.example.a"}, AppId{"com.example.chat"}});
    for (const AppId& guest : desk.registry->guests())
        desk.registry->dropGuest(guest);
    CHECK(desk.registry->guests().empty());
    CHECK_FALSE(desk.registry->find("com.example.chat"));
    CHECK(desk.registry->find("com.example.a")); // it has a manifest
}

} // namespace stint
