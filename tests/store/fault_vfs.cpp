#include "store/fault_vfs.hpp"

#include <random>
#include <set>
#include <sqlite3.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace stint::test {

namespace {

struct Change {
    sqlite3_int64 offset = 0;
    std::string before; // shorter than `after` where the file ended
    std::string after;
};

/// SQLite's open file: its methods first, then our members; the real file's bytes follow it.
struct FaultFile {
    sqlite3_file base;
    sqlite3_file* real;
    std::vector<Change>* unsynced;
    sqlite3_int64 syncedSize;
};

struct World {
    sqlite3_vfs* real = nullptr;
    Fault fault = Fault::Kill;
    std::uint64_t left = 0;
    std::mt19937_64 chance;
    std::set<FaultFile*> files;
    const bool* full = nullptr;
};
World world; // one to a process, as SQLite's default file system is

FaultFile* ours(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file); }
sqlite3_file* realOf(sqlite3_file* file) { return ours(file)->real; }
const sqlite3_io_methods* callsOf(sqlite3_file* file) { return realOf(file)->pMethods; }

void put(FaultFile* file, const std::string& bytes, sqlite3_int64 offset) {
    if (!bytes.empty()) file->real->pMethods->xWrite(file->real, bytes.data(), static_cast<int>(bytes.size()), offset);
}

/// Takes back what was not synced, then lets a random part of it have reached the disk all the same.
void losePower(FaultFile* file) {
    for (auto change = file->unsynced->rbegin(); change != file->unsynced->rend(); ++change)
        put(file, change->before, change->offset);
    file->real->pMethods->xTruncate(file->real, file->syncedSize);
    for (const auto& change : *file->unsynced)
        if (world.chance() % 2 == 0) put(file, change.after, change.offset);
}

/// True if this change is the one.
bool due() {
    if (world.left == 0) return false; // none is
    --world.left;
    return world.left == 0;
}

[[noreturn]] void end() {
    if (world.fault == Fault::Power)
        for (auto* file : world.files)
            losePower(file);
    ::_exit(faultExit);
}

int close(sqlite3_file* file) {
    world.files.erase(ours(file));
    delete ours(file)->unsynced;
    return callsOf(file)->xClose(realOf(file));
}
int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    return callsOf(file)->xRead(realOf(file), to, size, offset);
}
int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (world.full != nullptr && *world.full) return SQLITE_FULL;
    if (due()) {
        if (world.fault == Fault::Tear) callsOf(file)->xWrite(realOf(file), from, size / 2, offset);
        end();
    }
    Change change{offset,
                  std::string(static_cast<std::size_t>(size), '\0'),
                  {static_cast<const char*>(from), static_cast<std::size_t>(size)}};
    sqlite3_int64 end = 0;
    callsOf(file)->xFileSize(realOf(file), &end);
    callsOf(file)->xRead(realOf(file), change.before.data(), size, offset);
    change.before.resize(
        static_cast<std::size_t>(std::min<sqlite3_int64>(size, std::max<sqlite3_int64>(0, end - offset))));
    ours(file)->unsynced->push_back(std::move(change));
    return callsOf(file)->xWrite(realOf(file), from, size, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (due()) end();
    ours(file)->syncedSize = std::min(ours(file)->syncedSize, size);
    return callsOf(file)->xTruncate(realOf(file), size);
}
int sync(sqlite3_file* file, int flags) {
    if (due()) end();
    ours(file)->unsynced->clear();
    callsOf(file)->xFileSize(realOf(file), &ours(file)->syncedSize);
    return callsOf(file)->xSync(realOf(file), flags);
}
int fileSize(sqlite3_file* file, sqlite3_int64* size) { return callsOf(file)->xFileSize(realOf(file), size); }
int lock(sqlite3_file* file, int level) { return callsOf(file)->xLock(realOf(file), level); }
int unlock(sqlite3_file* file, int level) { return callsOf(file)->xUnlock(realOf(file), level); }
int checkLock(sqlite3_file* file, int* held) { return callsOf(file)->xCheckReservedLock(realOf(file), held); }
int control(sqlite3_file* file, int what, void* with) { return callsOf(file)->xFileControl(realOf(file), what, with); }
int sectorSize(sqlite3_file* file) { return callsOf(file)->xSectorSize(realOf(file)); }
int traits(sqlite3_file* file) { return callsOf(file)->xDeviceCharacteristics(realOf(file)); }

// Version 1, without shared memory: the store needs none.
const sqlite3_io_methods methods{1,       close,   read,      write,   truncate,   sync,   fileSize,
                                 lock,    unlock,  checkLock, control, sectorSize, traits, nullptr,
                                 nullptr, nullptr, nullptr,   nullptr, nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
    auto* mine = ours(file);
    mine->base.pMethods = nullptr;
    mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
    const int code = world.real->xOpen(world.real, name, mine->real, flags, opened);
    if (code != SQLITE_OK) return code;
    mine->base.pMethods = &methods;
    mine->unsynced = new std::vector<Change>;
    callsOf(file)->xFileSize(mine->real, &mine->syncedSize);
    world.files.insert(mine);
    return SQLITE_OK;
}
int remove(sqlite3_vfs*, const char* name, int syncDirectory) {
    if (due()) end();
    return world.real->xDelete(world.real, name, syncDirectory);
}

void install() {
    static sqlite3_vfs vfs;
    world.real = sqlite3_vfs_find(nullptr);
    vfs = *world.real;
    vfs.zName = "fault";
    vfs.szOsFile += static_cast<int>(sizeof(FaultFile));
    vfs.xOpen = open;
    vfs.xDelete = remove;
    sqlite3_vfs_register(&vfs, 1);
}

} // namespace

void installFault(Fault fault, std::uint64_t nth, std::uint64_t seed) {
    world.fault = fault;
    world.left = nth;
    world.chance.seed(seed);
    install();
}

void installFullDisk(const bool& full) {
    world.full = &full;
    install();
}

} // namespace stint::test
