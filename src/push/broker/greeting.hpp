// A server that begins to greet and falls silent: libnats 3.4 would wait for it without end, in a loop that takes a
// processor and more and more memory. Then this process ends; whoever has started it starts it again.
#pragma once

namespace stint::push {

/// From now on a server has 5 s. Any thread may call.
void beginGreeting();
/// It has greeted, or is tried no more.
void endGreeting();

} // namespace stint::push
