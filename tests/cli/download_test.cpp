#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <doctest/doctest.h>

#include "faces/cli/transfer/download.hpp"

using namespace stint;
using namespace stint::cli;

namespace {
/// An empty directory that goes with the test.
struct Directory {
    std::filesystem::path path;
    Directory() {
        std::string made = (std::filesystem::temp_directory_path() / "stint-cli-XXXXXX").string();
        path = ::mkdtemp(made.data());
    }
    ~Directory() { std::filesystem::remove_all(path); }
};
} // namespace

TEST_CASE("http, https and ftp are downloaded from") {
    for (std::string_view url : {"http://host/file", "https://host", "ftp://host/a/b", "HTTP://host:8080/?q",
                                 "https://user@host/f", "http://[::1]/f", "https://host/日本"}) {
        CAPTURE(url);
        CHECK(checkUrl(url).ok());
    }
}

TEST_CASE("a URL of another scheme, without a host, or with blanks is refused with what is right") {
    struct Row {
        std::string_view url, says;
    };
    // clang-format off
    for (auto& r : {Row{"gopher://host/f",         "\"gopher\" is not supported: http://, https:// and ftp:// are"},
                    Row{"file:///etc/passwd",      "\"file\" is not supported"},
                    Row{"sftp://host/f",           "\"sftp\" is not supported"},
                    Row{"host/file",               "has no scheme: http://"},
                    Row{"",                        "has no scheme"},
                    Row{"://host",                 "has no scheme"},
                    Row{"javascript:alert(1)",     "has no scheme"},
                    Row{"http:///file",            "names no host"},
                    Row{"http://user@/file",       "names no host"},
                    Row{"http://:80/file",         "names no host"},
                    Row{"http://host/a b",         "at 14: write it as %20"},
                    Row{"http://host/a\r\nX: y",   "write it as %0D"},     // a header of its own
                    Row{"\x1b[2J://host/",         "is not supported"}}) {
        // clang-format on
        auto checked = checkUrl(r.url);
        CAPTURE(r.url);
        REQUIRE(!checked.ok());
        CHECK(checked.error().code == Errc::ILLEGAL_ARGUMENT);
        CAPTURE(checked.error().message);
        CHECK(checked.error().message.find(r.says) != std::string::npos);
        CHECK(checked.error().message.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a name made from a URL stays in its directory, shows itself and steers nothing") {
    struct Row {
        std::string_view url, name;
    };
    // clang-format off
    for (auto& r : {Row{"http://h/a/debian.iso",            "debian.iso"},
                    Row{"http://h/a/debian.iso?x=/y#/z",    "debian.iso"},
                    Row{"http://h/my%20file.txt",           "my file.txt"},
                    Row{"http://h",                         "index.html"},
                    Row{"http://h/",                        "index.html"},
                    Row{"http://h/dir/",                    "index.html"},
                    Row{"http://h/%20a%20.txt%20",          "a .txt"},
                    Row{"http://h/%20",                     "index.html"},
                    Row{"http://h/%E6%97%A5",               "日"},
                    Row{"http://h/..",                      "_."},
                    Row{"http://h/%2e%2e",                  "_."},
                    Row{"http://h/a/%2e%2e%2fetc%2fpasswd", "_._etc_passwd"},
                    Row{"http://h/..%5c..",                 "_.\\.."},
                    Row{"http://h/.bashrc",                 "_bashrc"},
                    Row{"http://h/-rf",                     "_rf"},
                    Row{"http://h/a%00b",                   "a_b"},
                    Row{"http://h/a%0Ab%1B%5B2J",           "a_b_[2J"},
                    Row{"http://h/%E2%80%AEgpj.exe",        "_gpj.exe"},
                    Row{"http://h/%ff%fe",                  "__"},
                    Row{"http://h/100%",                    "100%"},
                    Row{"http://h/%zz",                     "%zz"}}) {
        // clang-format on
        CAPTURE(r.url);
        CHECK(nameFromUrl(r.url) == r.name);
    }
}

TEST_CASE("a long name is cut between characters and keeps its extension") {
    const std::string name = nameFromUrl("http://h/" + std::string(300, 'x') + ".tar");
    CHECK(name.size() == 200);
    CHECK(name.ends_with("x.tar"));
    std::string wide;
    for (int i = 0; i < 100; ++i)
        wide += "日";
    CHECK(nameFromUrl("http://h/" + wide) == wide.substr(0, 198));
}

TEST_CASE("the target is absolute, and in a directory that is named") {
    Directory here;
    std::filesystem::create_directory(here.path / "d");
    auto target = [&](std::optional<std::string> output) { return targetOf("http://h/f.iso", output, here.path); };
    CHECK(target(std::nullopt) == here.path / "f.iso");
    CHECK(target("x.iso") == here.path / "x.iso");
    CHECK(target("./d/../x.iso") == here.path / "x.iso");
    CHECK(target("/srv/x.iso") == "/srv/x.iso");
    CHECK(target("d") == here.path / "d/f.iso");
    CHECK(target("d/") == here.path / "d/f.iso");
    CHECK(target(".") == here.path / "f.iso");
    CHECK(target("no-such/") == here.path / "no-such/f.iso");
}

TEST_CASE("what is there is not replaced unasked, and a directory never") {
    const Directory here;
    std::ofstream(here.path / "taken") << "x";
    std::filesystem::create_symlink("nowhere", here.path / "dangling");
    CHECK(checkTarget(here.path / "free", false).ok());
    CHECK(!checkTarget(here.path / "taken", false).ok());
    CHECK(checkTarget(here.path / "taken", true).ok());
    CHECK(!checkTarget(here.path / "dangling", false).ok()); // a link is something that is there
    CHECK(!checkTarget(here.path, true).ok());
    CHECK(!checkTarget(here.path / "dangling", true).ok());
    CHECK(!checkTarget("/dev/null", true).ok());
    CHECK(!checkTarget("/dev/stdout", true).ok());
    CHECK(checkTarget(here.path / std::string(255, 'n'), true).ok());
    CHECK(!checkTarget(here.path / std::string(256, 'n'), true).ok());
    auto missing = checkTarget(here.path / "no-such/f", false);
    REQUIRE(!missing.ok());
    CHECK(missing.error().message.find("there is no directory") != std::string::npos);
}

TEST_CASE("a name that is no UTF-8 cannot be told to a job, and that is said") {
    const Directory here;
    for (const char* name : {"\xff", "a\xc3", "\xc3\xa4\xed\xa0\x80"}) {
        auto checked = checkTarget(here.path / name, true);
        REQUIRE(!checked.ok());
        CHECK(checked.error().code == Errc::SYSTEM);
        CHECK(checked.error().message.find("is not UTF-8") != std::string::npos);
    }
    for (const char* name : {"\xc3\xa4", "\xef\xbf\xbd", "plain"})
        CHECK(checkTarget(here.path / name, true).ok());
}
