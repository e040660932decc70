#include "netguard/bpf_filter.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include "base/fail.hpp"
#include "base/fd.hpp"
#include "base/try.hpp"
#include "netguard/bpf/counted.h"

// The programs, as clang made them, within this very program: no file is read that could be another's.
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "stint_netguard_programs:\n"
        ".incbin \"" STINT_NETGUARD_PROGRAMS "\"\n"
        "stint_netguard_programs_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern "C" const char stint_netguard_programs[] __attribute__((visibility("hidden")));
extern "C" const char stint_netguard_programs_end[] __attribute__((visibility("hidden")));

namespace stint {
namespace {

/// libbpf's last complaint: what it returns is a bare errno.
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
    inUse_ = bpf_object__find_map_fd_by_name(object_.get(), "in_use");
    if (watched_ < 0 || cut_ < 0 || inUse_ < 0) return fail(Errc::SYSTEM, "the own BPF programs lack a map");
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
    return {};
}

Result<void> BpfFilter::watch(CgroupId cgroup) {
    const stint_counted none{};
    if (bpf_map_update_elem(watched_, &cgroup.value, &none, BPF_NOEXIST) != 0) {
        if (errno == E2BIG) return fail(Errc::BUSY, "{} cgroups are watched on this machine", STINT_MOST_WATCHED);
        return fail(Errc::SYSTEM, "cannot watch the cgroup: {}", std::strerror(errno));
    }
    ++howMany_;
    tellHowMany();
    return {};
}

void BpfFilter::forget(CgroupId cgroup) {
    bpf_map_delete_elem(cut_, &cgroup.value);
    if (bpf_map_delete_elem(watched_, &cgroup.value) != 0) return;
    --howMany_;
    tellHowMany();
}

void BpfFilter::tellHowMany() const {
    const std::uint32_t first = 0;
    bpf_map_update_elem(inUse_, &first, &howMany_, BPF_ANY);
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

} // namespace stint
