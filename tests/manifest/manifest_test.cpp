// Manifests, good and bad (architecture.md, who is calling; jobs.md §12.1). What is wrong is said with file, line,
// column and what would be right.
#include <doctest/doctest.h>

#include "contract/manifest/manifest.hpp"

namespace stint {
namespace {

const std::string file = "/apps/com.example.mail.toml";

std::string refusal(const std::string& text, const std::string& where = file) {
    auto manifest = parseManifest(text, where);
    REQUIRE_MESSAGE(!manifest.ok(), text);
    CHECK(manifest.error().code == Errc::ILLEGAL_ARGUMENT);
    return manifest.error().message;
}

// The complaint about a manifest that is right but for `lines`, without the file's name.
std::string wrong(const std::string& lines) {
    const std::string message = refusal("package = \"com.example.mail\"\n" + lines);
    REQUIRE(message.starts_with(file + ":"));
    return message.substr(file.size() + 1);
}

} // namespace

TEST_CASE("a manifest says all there is to say of an app") {
    auto read = parseManifest(R"(
        package = "com.example.mail"
        label = "Mail"
        version = "2.1"
        icon = "mail"
        desktop_file = "com.example.mail.desktop"
        command = ["mail", "--window"]
        windows = true
        executable = "/usr/bin/mail"
        permissions = ["RUN_USER_INITIATED_JOBS", "RECEIVE_BOOT_COMPLETED"]
        debuggable = true

        [[service]]
        name = "Sync"
        command = ["/usr/libexec/mail-sync"]
        permission = "BIND_JOB_SERVICE"
        foreground_type = "data_sync"

        [[service]]
        name = "Other"
        command = ["mail-other"]
        exported = true

        [[channel]]
        id = "new"
        name = "New mail"
        importance = "high"

        [[receiver]]
        name = "Alarm"
        command = ["mail-alarm"]
    )",
                              file);
    if (!read) FAIL(read.error().message);
    const Manifest& mail = *read;
    CHECK(mail.package == AppId{"com.example.mail"});
    CHECK(mail.label == "Mail");
    CHECK(mail.version == "2.1");
    CHECK(mail.icon == "mail");
    CHECK(mail.desktopFile == "com.example.mail.desktop");
    CHECK(mail.command == std::vector<std::string>{"mail", "--window"});
    CHECK(mail.hasWindows);
    CHECK(mail.executable == "/usr/bin/mail");
    CHECK(mail.declares(runUserInitiatedJobs));
    CHECK_FALSE(mail.declares("SCHEDULE_EXACT_ALARM"));
    CHECK(mail.debuggable);
    CHECK_FALSE(mail.system);
    CHECK_FALSE(mail.hidden);
    CHECK_FALSE(mail.legacyFgsJobsFree);
    CHECK_FALSE(mail.builtIn);
    CHECK(mail.file == file);
    CHECK(mail.services.at("Sync") ==
          Service{"Sync", {"/usr/libexec/mail-sync"}, false, "BIND_JOB_SERVICE", "data_sync"}); // §5.5
    // jobs.md §2.2: a service without the permission is a service; schedule() will not have it.
    CHECK(mail.services.at("Other") == Service{"Other", {"mail-other"}, true, "", ""});
    CHECK(mail.channels == std::vector<Channel>{{"new", "New mail", "high"}});
    CHECK(mail.receivers.at("Alarm") == Receiver{"Alarm", {"mail-alarm"}});
    CHECK(warningsAbout(mail).empty());
}

TEST_CASE("a package alone makes an app") {
    auto read = parseManifest("package = \"com.example.mail\"", file);
    REQUIRE(read.ok());
    CHECK(read->label == "com.example.mail");
    CHECK(read->services.empty());
}

TEST_CASE("an unknown key is refused by its place, with the nearest known one") {
    CHECK(wrong("labell = \"Mail\"") == "2:1: unknown key \"labell\" (did you mean \"label\"?)");
    CHECK(wrong("  Label = \"Mail\"") == "2:3: unknown key \"Label\" (did you mean \"label\"?)");
    CHECK(wrong("[[service]]\nname = \"Sync\"\ncomand = [\"a\"]") ==
          "4:1: unknown key \"comand\" (did you mean \"command\"?)");
    CHECK(wrong("[[services]]\nname = \"Sync\"") == "2:3: unknown key \"services\" (did you mean \"service\"?)");
    CHECK(wrong("[[channel]]\nid = \"a\"\ncolour_of_the_light = 3") ==
          "4:1: unknown key \"colour_of_the_light\"; known are id, name, importance");
    CHECK(wrong("[[receiver]]\nnam = \"a\"").starts_with("3:1: unknown key \"nam\" (did you mean \"name\"?)"));
}

TEST_CASE("what is no TOML is refused by its place") {
    CHECK(wrong("label = Mail").starts_with("2:9: "));
    CHECK(wrong("label = \"Mail").starts_with("2:"));
    CHECK(wrong("label = \"a\"\nlabel = \"b\"").starts_with("3:"));
    CHECK(refusal("\x7f"
                  "ELF\x02\x01\x01")
              .starts_with(file + ":1:"));
    CHECK(refusal("package = \"\xff\xfe\"").starts_with(file + ":1:"));
}

TEST_CASE("a value of the wrong kind is refused with the right one") {
    CHECK(wrong("label = 3") == "2:9: label is or holds a whole number; it must be a string");
    CHECK(wrong("debuggable = \"yes\"") == "2:14: debuggable is a string; it must be true or false");
    CHECK(wrong("command = \"mail --window\"") ==
          "2:11: command is a string; it must be a list of strings, such as [\"a\", \"b\"]");
    CHECK(wrong("command = [\"mail\", 3]") ==
          "2:20: command is or holds a whole number; it must be a list of strings, such as [\"a\", \"b\"]");
    CHECK(wrong("permissions = { a = 1 }").starts_with("2:15: permissions is a table; it must be a list"));
    CHECK(wrong("[service]\nname = \"Sync\"") == "2:1: service is a table; each is written as [[service]]");
    CHECK(wrong("service = [\"Sync\"]") == "2:12: service holds a string; each is written as [[service]]");
    CHECK(wrong("hidden = 1979-05-27") == "2:10: hidden is a date; it must be true or false");
    CHECK(wrong("label = \"a\\u0000b\"") == "2:9: label holds the character NUL");
}

TEST_CASE("a package is a reverse domain name, and the file bears it") {
    for (const char* name : {"mail", "", ".com.example", "com.example.", "com..example", "com.exam ple", "com.ex/ample",
                             "com.exämple", "../../etc.passwd"})
        CHECK(refusal(std::string("package = \"") + name + "\"").starts_with(file + ":1:11: "));
    CHECK(refusal("package = \"mail\"").find("one is a reverse domain name such as com.example.mail") !=
          std::string::npos);
    CHECK(refusal("label = \"Mail\"") == file + ":1:1: package is missing or empty");
    CHECK(refusal("") == file + ":1:1: package is missing or empty");
    CHECK(refusal("package = \"com.example.post\"") ==
          file + ":1:11: the package is \"com.example.post\", so the file must be named com.example.post.toml");
    CHECK(parseManifest("package = \"io.0-day.a_b.C\"", "/x/io.0-day.a_b.C.toml").ok());
}

TEST_CASE("services, receivers and channels are complete, and each name stands once") {
    CHECK(wrong("[[service]]\ncommand = [\"a\"]") == "2:1: name is missing or empty");
    CHECK(wrong("[[service]]\nname = \"Sync\"") ==
          "2:1: service \"Sync\" has no command; it names the program that hosts it");
    CHECK(wrong("[[service]]\nname = \"Sync\"\ncommand = []") ==
          "4:11: command is empty; it must begin with a program");
    CHECK(wrong("[[service]]\nname = \"Sync\"\ncommand = [\"\", \"a\"]").starts_with("4:11: command is empty"));
    CHECK(wrong("[[service]]\nname = \"A\"\ncommand = [\"a\"]\n[[service]]\nname = \"A\"\ncommand = [\"b\"]") ==
          "5:1: service \"A\" is declared twice");
    CHECK(wrong("[[service]]\nname = \"a/b\"\ncommand = [\"a\"]") ==
          "3:8: service \"a/b\" has a slash, which parts a package from its service");
    CHECK(wrong("[[receiver]]\nname = \"A\"").starts_with("2:1: receiver \"A\" has no command"));
    CHECK(wrong("[[receiver]]\nname = \"A\"\ncommand = [\"a\"]\n[[receiver]]\nname = \"A\"\ncommand = [\"b\"]") ==
          "5:1: receiver \"A\" is declared twice");
    CHECK(wrong("[[channel]]\nname = \"a\"") == "2:1: id is missing or empty");
    CHECK(wrong("[[channel]]\nid = \"a\"\n[[channel]]\nid = \"a\"") == "4:1: channel \"a\" is declared twice");
    CHECK(wrong("[[channel]]\nid = \"a\"\nimportance = \"urgent\"") ==
          "4:14: importance \"urgent\" is unknown; it is one of none, min, low, default, high");
}

TEST_CASE("a program is a name in PATH or an absolute path") {
    CHECK(wrong("windows = true") == "2:11: windows = true wants a command: the main program that has them");
    CHECK(wrong("executable = \"bin/mail\"") ==
          "2:14: executable \"bin/mail\" is relative; it must be an absolute path");
    CHECK(wrong("command = [\"./mail\"]") ==
          "2:11: command begins with \"./mail\"; a program is a name in PATH or an absolute path");
}

TEST_CASE("an exported job service is legal and warned of") { // jobs.md §2.2
    auto read = parseManifest("package = \"com.example.mail\"\n[[service]]\nname = \"Sync\"\ncommand = [\"a\"]\n"
                              "exported = true\npermission = \"BIND_JOB_SERVICE\"",
                              file);
    REQUIRE(read.ok());
    auto warnings = warningsAbout(*read);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].message.starts_with(file + ": service \"Sync\" is exported and needs BIND_JOB_SERVICE"));
}

TEST_CASE("a permission that is spelled wrong is warned of, and one of others is not") {
    auto read = parseManifest("package = \"com.example.mail\"\n"
                              "permissions = [\"RUN_USER_INITIATED_JOB\", \"com.example.permission.READ\"]",
                              file);
    REQUIRE(read.ok());
    auto warnings = warningsAbout(*read);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].message ==
          file + ": unknown permission \"RUN_USER_INITIATED_JOB\" (did you mean \"RUN_USER_INITIATED_JOBS\"?)");
}

} // namespace stint
