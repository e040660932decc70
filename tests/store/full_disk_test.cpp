// A disk that is really full: a small tmpfs, where mounting one is allowed.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/unix/fd.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

class SmallDisk {
public:
    SmallDisk() : mounted_(::mount("stint-test", scratch_.path().c_str(), "tmpfs", 0, "size=8m") == 0) {}
    ~SmallDisk() {
        if (mounted_) ::umount2(scratch_.path().c_str(), MNT_DETACH);
    }
    bool mounted() const { return mounted_; }
    fs::path store() const { return scratch_.store(); }

    /// Leaves not one free block.
    void fill() {
        const Fd file{::open((scratch_.path() / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
        REQUIRE(file);
        const std::string block(4096, 'x');
        while (::write(file.get(), block.data(), block.size()) > 0) {
        }
    }
    void empty() { fs::remove(scratch_.path() / "ballast"); }

private:
    Scratch scratch_;
    bool mounted_;
};

bool reserved(const SmallDisk& disk) { return fs::exists(disk.store() / "stint.reserve"); }

} // namespace

TEST_CASE(
    "on a full disk what has ended can still be recorded, and nothing accepted is lost") { // architecture.md, the core
    SmallDisk disk;
    if (!disk.mounted()) {
        MESSAGE("skipped: this user may not mount a tmpfs");
        return;
    }
    auto store = openStore(disk.store());
    std::vector<Record> jobs;
    for (int id = 1; id <= 300; ++id)
        jobs.emplace_back(SaveJob{jobOf(id)});
    done(store.commit(jobs, stamp(1s)));
    REQUIRE(reserved(disk));
    disk.fill();

    // Until the log has to grow commits go well; the first that does not gives up the reserve.
    Result<void> result;
    int accepted = 300;
    while (result.ok()) {
        result = store.commit(std::vector<Record>{SaveJob{jobOf(accepted + 1)}}, stamp(1s));
        if (result.ok()) ++accepted;
        REQUIRE(accepted < 5000);
    }
    CHECK(result.error().code == Errc::STORAGE);
    CHECK(result.error().message.find((disk.store() / "stint.db").string()) != std::string::npos);
    CHECK(result.error().message.find("disk full") != std::string::npos);
    CHECK(!reserved(disk));

    CHECK(valueOf(store.load()).jobs.size() == static_cast<std::size_t>(accepted));
    for (int id = 1; id <= 50; ++id) {
        done(store.commit(std::vector<Record>{DropJob{jobOf(id).key}, SaveCompleted{completedOf(id), 20}}, stamp(1s)));
        store.idle();
        CHECK(!reserved(disk)); // it would take the room that was given
    }
    disk.empty();
    store.idle();
    CHECK(reserved(disk));
    CHECK(valueOf(store.load()).jobs.size() == static_cast<std::size_t>(accepted - 50));
}

TEST_CASE("a checkpoint that a full disk cannot hold leaves the room that ends need") { // architecture.md, the core
    const SmallDisk disk;
    if (!disk.mounted()) {
        MESSAGE("skipped: this user may not mount a tmpfs");
        return;
    }
    auto store = openStore(disk.store());
    Job big = jobOf(1);
    big.details.edit().label = std::string(30'000, 'x');
    // None of it is checkpointed: the file is small, and would have to grow by all that the log holds.
    Result<void> result;
    for (big.key.id.value = 1; result.ok(); ++big.key.id.value)
        result = store.commit(std::vector<Record>{SaveJob{big}}, stamp(1s));
    REQUIRE(!reserved(disk));
    store.idle();

    big.key.id.value = 1;
    done(store.commit(std::vector<Record>{DropJob{big.key}, SaveCompleted{completedOf(1), 20}}, stamp(1s)));
}
