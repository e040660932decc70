#include "netguard/bpf_filter.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "netguard/cgroup_directory.hpp"

// The programs, as clang made them, inside this executable: no file is read that could be another's.
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "stint_netguard_programs:\n"
        ".incbin \"" STINT_NETGUARD_PROGRAMS "\"\n"
        "stint_netguard_programs_end:\n"
        ".byte 0\n"
        ".popsection\n");
// NOLINTBEGIN(readability-identifier-naming): the assembler's names
extern "C" const char stint_netguard_programs[] __attribute__((visibility("hidden")));
extern "C" const char stint_netguard_programs_end[] __attribute__((visibility("hidden")));
// NOLINTEND(readability-identifier-naming)

namespace stint {
namespace {

constexpr std::uint16_t discardPort = 9;

/// libbpf's first warning since load() began: what it returns is a bare errno.
std::string& lastWords() {
    static std::string words;
    return words;
}

int keepWords(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN || !lastWords().empty()) return 0; // the first is the cause
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    lastWords() = text;
    while (!lastWords().empty() && lastWords().back() == '\n')
        lastWords().pop_back();
    return 0;
}

Error refused(const char* what, int number) {
    const char* const why = std::strerror(number < 0 ? -number : number);
    if (lastWords().empty()) return fail(Errc::SYSTEM, "{}: {}", what, why);
    return fail(Errc::SYSTEM, "{}: {} ({})", what, why, lastWords());
}

} // namespace

void BpfFilter::CloseObject::operator()(bpf_object* object) const { bpf_object__close(object); }
void BpfFilter::CloseLink::operator()(bpf_link* link) const { bpf_link__destroy(link); }
void BpfFilter::FreeRing::operator()(ring_buffer* ring) const { ring_buffer__free(ring); }

BpfFilter::~BpfFilter() = default;

Result<std::unique_ptr<BpfFilter>> BpfFilter::load(const std::filesystem::path& root) {
    libbpf_set_print(keepWords);
    lastWords().clear();
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.object_name = "stint_netguard";
    std::unique_ptr<BpfFilter> filter(new BpfFilter);
    const std::span programs(stint_netguard_programs, stint_netguard_programs_end);
    bpf_object* const object = bpf_object__open_mem(programs.data(), programs.size(), &options);
    if (!object) return refused("cannot read the own BPF programs", errno);
    filter->object_.reset(object);
    if (const int result = bpf_object__load(object); result < 0)
        return refused("the kernel refuses the BPF programs", result);
    STINT_TRY(filter->findMaps());
    STINT_TRY(filter->attach(root));
    return filter;
}

Result<void> BpfFilter::findMaps() {
    watched_ = bpf_object__find_map_fd_by_name(object_.get(), "watched");
    cut_ = bpf_object__find_map_fd_by_name(object_.get(), "cut");
    span_ = bpf_object__find_map_fd_by_name(object_.get(), "span");
    marks_ = bpf_object__find_map_fd_by_name(object_.get(), "marks");
    const int ring = bpf_object__find_map_fd_by_name(object_.get(), "passed");
    if (watched_ < 0 || cut_ < 0 || span_ < 0 || marks_ < 0 || ring < 0)
        return fail(Errc::SYSTEM, "the own BPF programs lack a map");
    ring_.reset(ring_buffer__new(ring, hear, this, nullptr));
    if (!ring_) return refused("cannot hear what the BPF programs tell", errno);
    return {};
}

Result<void> BpfFilter::attach(const std::filesystem::path& root) {
    const Fd place(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!place) return fail(Errc::SYSTEM, "cannot open the cgroup {}: {}", root.string(), std::strerror(errno));
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object_.get()) {
        bpf_link* const link = bpf_program__attach_cgroup(program, place.get());
        if (!link) return refused("the kernel refuses a BPF program on its cgroups", errno);
        links_.emplace_back(link);
    }
    const auto id = STINT_TRY(cgroupIdOf(place));
    return findRoot(id);
}

/// Makes a connection of this process's own, to nobody: the programs report how deep they find the root.
Result<void> BpfFilter::findRoot(CgroupId root) {
    const std::uint32_t first = 0;
    stint_span span{.lowest = STINT_NOWHERE, .highest = 0, .root = root.value, .level = STINT_NOWHERE, .unused = 0};
    if (bpf_map_update_elem(span_, &first, &span, BPF_ANY) != 0) return refused("cannot fill the own map", errno);
    sockaddr_in nobody{};
    nobody.sin_family = AF_INET;
    nobody.sin_port = htons(discardPort);
    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Fd probe(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!probe || ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&nobody), sizeof nobody) != 0)
        return fail(Errc::SYSTEM, "cannot try the BPF programs: {}", std::strerror(errno));
    if (bpf_map_lookup_elem(span_, &first, &span) != 0 || span.level == STINT_NOWHERE)
        return fail(Errc::SYSTEM, "the BPF programs do not find this process in the cgroups that they are attached to");
    rootLevel_ = span.level;
    tellSpan();
    return {};
}

Result<void> BpfFilter::watch(CgroupId cgroup, unsigned depth) {
    const unsigned level = rootLevel_ + depth;
    if (level >= STINT_DEEPEST) return fail(Errc::ILLEGAL_ARGUMENT, "that cgroup is {} deep, which is too deep", level);
    const stint_counted none{};
    if (bpf_map_update_elem(watched_, &cgroup.value, &none, BPF_NOEXIST) != 0) {
        if (errno == E2BIG) return fail(Errc::BUSY, "{} cgroups are watched on this machine", STINT_MOST_WATCHED);
        return fail(Errc::SYSTEM, "cannot watch the cgroup: {}", std::strerror(errno));
    }
    levels_[cgroup] = level;
    ++watchedAt_[level];
    tellSpan();
    return {};
}

void BpfFilter::forget(CgroupId cgroup) {
    bpf_map_delete_elem(cut_, &cgroup.value);
    bpf_map_delete_elem(marks_, &cgroup.value);
    bpf_map_delete_elem(watched_, &cgroup.value);
    if (const auto level = levels_.extract(cgroup)) --watchedAt_[level.mapped()];
    tellSpan();
}

/// A packet that passes in the middle of a change sees parts of the old span and of the new one: each includes all that
/// stays watched.
void BpfFilter::tellSpan() const {
    const std::uint32_t first = 0;
    stint_span span{.lowest = STINT_NOWHERE, .highest = 0, .root = 0, .level = rootLevel_, .unused = 0};
    for (unsigned level = 0; level < watchedAt_.size(); ++level) {
        if (watchedAt_[level] == 0) continue;
        span.lowest = std::min(span.lowest, level);
        span.highest = level;
    }
    bpf_map_update_elem(span_, &first, &span, BPF_ANY);
}

Result<void> BpfFilter::setCut(CgroupId cgroup, bool cut) {
    const std::uint8_t nothing = 0;
    const int result =
        cut ? bpf_map_update_elem(cut_, &cgroup.value, &nothing, BPF_ANY) : bpf_map_delete_elem(cut_, &cgroup.value);
    if (result == 0 || (!cut && errno == ENOENT)) return {};
    return fail(Errc::SYSTEM, "cannot {} the cgroup: {}", cut ? "cut" : "free", std::strerror(errno));
}

Result<Counted> BpfFilter::counted(CgroupId cgroup) const {
    stint_counted counted{};
    if (bpf_map_lookup_elem(watched_, &cgroup.value, &counted) != 0)
        return fail(Errc::SYSTEM, "cannot read what was counted: {}", std::strerror(errno));
    return Counted{counted.in, counted.out};
}

Result<void> BpfFilter::setMark(CgroupId cgroup, std::optional<std::uint64_t> total) {
    const int result = total ? bpf_map_update_elem(marks_, &cgroup.value, &*total, BPF_ANY)
                             : bpf_map_delete_elem(marks_, &cgroup.value);
    if (result == 0 || (!total && errno == ENOENT)) return {};
    return fail(Errc::SYSTEM, "cannot {} the cgroup's mark: {}", total ? "set" : "clear", std::strerror(errno));
}

int BpfFilter::ring() const { return ring_buffer__epoll_fd(ring_.get()); }

int BpfFilter::hear(void* self, void* data, std::size_t size) {
    stint_passed message{};
    std::memcpy(&message, data, std::min(size, sizeof message));
    static_cast<BpfFilter*>(self)->passed_.push_back({message.cgroup});
    return 0;
}

std::vector<CgroupId> BpfFilter::takePassed() {
    ring_buffer__consume(ring_.get());
    return std::exchange(passed_, {});
}

} // namespace stint
