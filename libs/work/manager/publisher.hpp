// Shows the app's requests on the session bus, for `stint work` (dbus/org.stint.Work1.xml). Where there is no bus, or
// it goes away, nothing is shown, and all else works.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/units.hpp"
#include "stint/work/work_info.hpp"

struct sd_bus;
struct sd_bus_message;

namespace stint::work {

class Publisher {
public:
    using List = std::function<std::vector<WorkInfo>()>;
    Publisher(const std::string& package, List list);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// -1: there is no bus (any more).
    int fd() const;
    /// The events for which to poll fd() now (poll's numbers).
    short events() const;
    std::optional<Duration> timeout() const;
    void dispatch();
    /// Announces a change, once until somebody asks again.
    void changed();

private:
    struct Close {
        void operator()(sd_bus* bus) const;
    };
    int answer(sd_bus_message* call);

    List list_;
    std::unique_ptr<sd_bus, Close> bus_;
    bool told_ = false;
};

} // namespace stint::work
