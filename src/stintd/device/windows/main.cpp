// stint-windows: tells stintd which process has the window in front (architecture.md, what is visible), over the socket
// that is its stdin. Each message is that process's number, or 0 where there is none or it is unknown. It ends with
// that socket, and with its display.
//
// X11: the window manager says which window is active (_NET_ACTIVE_WINDOW), the server which process has it (XRes); a
// window's own _NET_WM_PID is whatever its program claims.
#include <csignal>
#include <cstdlib>
#include <string>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/res.h>
#include <xcb/xcb.h>

#include "base/result/owned.hpp"
#include "base/unix/ends.hpp"

namespace {

constexpr int daemonSocket = STDIN_FILENO;
/// Milliseconds until "no window is active" counts: that is so for a moment between two windows.
constexpr int settles = 200;

template <class T> using Reply = stint::Owned<T, std::free>;

class Display {
public:
    Display() : connection_(xcb_connect(nullptr, &screen_)) {}
    ~Display() { xcb_disconnect(connection_); }
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    bool isOpen() const { return xcb_connection_has_error(connection_) == 0; }
    int descriptor() const { return xcb_get_file_descriptor(connection_); }

    /// Begins to get changes of the active window. False where the server cannot tell which process has a window.
    bool follow() {
        auto screens = xcb_setup_roots_iterator(xcb_get_setup(connection_));
        for (int n = 0; n < screen_; ++n)
            xcb_screen_next(&screens);
        root_ = screens.data->root;
        const std::string name = "_NET_ACTIVE_WINDOW";
        const Reply<xcb_intern_atom_reply_t> atom(xcb_intern_atom_reply(
            connection_, xcb_intern_atom(connection_, 0, static_cast<std::uint16_t>(name.size()), name.data()),
            nullptr));
        const Reply<xcb_res_query_version_reply_t> version(
            xcb_res_query_version_reply(connection_, xcb_res_query_version(connection_, 1, 2), nullptr));
        if (!atom || !version || version->server_minor < 2) return false;
        active_ = atom->atom;
        const std::uint32_t changes = XCB_EVENT_MASK_PROPERTY_CHANGE;
        xcb_change_window_attributes(connection_, root_, XCB_CW_EVENT_MASK, &changes);
        return xcb_flush(connection_) > 0;
    }

    /// Takes in the events that have come; true if another window may be active.
    bool changed() {
        bool changed = false;
        while (const Reply<xcb_generic_event_t> event{xcb_poll_for_event(connection_)}) {
            if ((event->response_type & ~0x80) != XCB_PROPERTY_NOTIFY) continue;
            changed |= reinterpret_cast<const xcb_property_notify_event_t*>(event.get())->atom == active_;
        }
        return changed;
    }

    /// The process in front. A question takes in events, so it is asked again where one of them reports a change.
    pid_t inFront() {
        pid_t front = activeNow();
        while (changed())
            front = activeNow();
        return front;
    }

private:
    pid_t activeNow() const {
        const Reply<xcb_get_property_reply_t> property(xcb_get_property_reply(
            connection_, xcb_get_property(connection_, 0, root_, active_, XCB_ATOM_WINDOW, 0, 1), nullptr));
        if (!property || xcb_get_property_value_length(property.get()) < static_cast<int>(sizeof(xcb_window_t)))
            return 0;
        const auto window = *static_cast<const xcb_window_t*>(xcb_get_property_value(property.get()));
        return window == XCB_WINDOW_NONE ? 0 : ownerOf(window);
    }

    pid_t ownerOf(xcb_window_t window) const {
        const xcb_res_client_id_spec_t asked{window, XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID};
        const Reply<xcb_res_query_client_ids_reply_t> reply(
            xcb_res_query_client_ids_reply(connection_, xcb_res_query_client_ids(connection_, 1, &asked), nullptr));
        if (!reply) return 0; // closed meanwhile
        for (auto ids = xcb_res_query_client_ids_ids_iterator(reply.get()); ids.rem > 0;
             xcb_res_client_id_value_next(&ids))
            if (xcb_res_client_id_value_value_length(ids.data) > 0)
                return static_cast<pid_t>(*xcb_res_client_id_value_value(ids.data));
        return 0;
    }

    int screen_ = 0;
    xcb_connection_t* connection_;
    xcb_window_t root_ = 0;
    xcb_atom_t active_ = 0;
};

void say(pid_t pid) {
    const std::string message = std::to_string(pid);
    if (::send(daemonSocket, message.data(), message.size(), MSG_NOSIGNAL) < 0) std::exit(0); // the daemon is gone
}

} // namespace

int main(int count, char** words) {
    if (count > 1) return stint::startedByHand("stint-windows", "tells stintd whose window is in front", words[1]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Display display;
    if (!display.isOpen() || !display.follow()) return 1;
    pid_t shown = display.inFront();
    say(shown);
    pollfd ready[] = {{daemonSocket, POLLIN, 0}, {display.descriptor(), POLLIN, 0}};
    for (bool settling = false; display.isOpen();) {
        const bool over = ::poll(ready, 2, settling ? settles : -1) == 0;
        if (!over && ready[0].revents) return 0; // the daemon never sends anything: it has ended
        if (!over && !display.changed()) continue;
        const pid_t now = display.inFront();
        settling = now == 0 && shown != 0 && !over;
        if (now != shown && !settling) say(shown = now);
    }
    return 1;
}
