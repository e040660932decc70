#include <fstream>

#include <doctest/doctest.h>

#include "faces/cli/transfer/orders.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
#include "ran.hpp"

using namespace stint;
using namespace stint::cli;

namespace {

/// A list in a directory of its own.
class List {
public:
    explicit List(const std::string& text) { std::ofstream(directory_ / "urls.txt") << text; }
    ~List() { std::filesystem::remove_all(directory_); }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    const std::filesystem::path& directory() const { return directory_; }

private:
    static std::filesystem::path made() {
        std::string name = (std::filesystem::temp_directory_path() / "stint-list-XXXXXX").native();
        REQUIRE(::mkdtemp(name.data()));
        return name;
    }
    std::filesystem::path directory_ = made();
};

std::string complaintOf(const std::string& text) {
    const List list(text);
    const auto urls = urlsOf("urls.txt", list.directory());
    return urls.ok() ? "" : urls.error().message;
}

} // namespace

TEST_CASE("a list has a URL a line; blanks around it, empty lines and comments do not count") {
    const List list("# mine\n\nhttp://h/a\r\n  https://h/b#part \n\t# ftp://h/no\nftp://h/c");
    const auto urls = urlsOf("urls.txt", list.directory());
    REQUIRE(urls.ok());
    CHECK(*urls == std::vector<std::string>{"http://h/a", "https://h/b#part", "ftp://h/c"});
}

TEST_CASE("a line that is no URL refuses the whole list, and is named by its number") {
    CHECK(complaintOf("http://h/a\n\n# x\nexample.org/b\n")
              .starts_with("urls.txt, line 4: \"example.org/b\" has no "
                           "scheme"));
    CHECK(complaintOf("http://h/a\n  dir=/tmp\n").starts_with("urls.txt, line 2: "));      // an option of aria2's
    CHECK(complaintOf("http://h/a\thttp://mirror/a\n").starts_with("urls.txt, line 1: ")); // and its mirrors
    CHECK(complaintOf("# nothing\n") == "urls.txt lists no URL");
    CHECK(complaintOf(std::string(std::size_t{32} * 1024 * 1024 + 1, '#')).find("more than 32 MiB") !=
          std::string::npos);
    const auto none = urlsOf("none.txt", "/");
    CHECK(none.error().message == "none.txt cannot be read: No such file or directory");
    CHECK(none.error().code == Errc::ILLEGAL_STATE); // 66: the words are right
    CHECK(!urlsOf("tmp", "/").ok());                 // a directory
}

TEST_CASE("two URLs that would be one file are both named, wherever they come from") {
    const List list("http://h/x?2\n");
    const auto wanted = wantedBy({{"http://user:secret@h/x"}, {{"input-file", "urls.txt"}}}, list.directory());
    REQUIRE(!wanted.ok());
    CHECK(wanted.error().message == "http://h/x and http://h/x?2 would both be saved as " +
                                        (list.directory() / "x").native() + ": get one of them by itself, with -o");
}

TEST_CASE("get without any URL says what it needs") {
    const auto it = test::ran({"get"});
    CHECK(it.code == 64);
    CHECK(it.err == "stint: cannot download the files: it needs a URL: stint get URL…, or a list of them with -i\n");
}
