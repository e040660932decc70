// org.stint.testapp: an app that does as it is told, so that tests can see what Stint makes of it.
//
//   stint-testapp host [--log FILE] [SERVICE…]
//   stint-testapp schedule ID [--user-initiated] [--network any] [--charging] … [--extra KEY=VALUE]… [--new-id]
//   stint-testapp cancel ID|all|everywhere      [--namespace NAME]
//   stint-testapp pending [ID]                  [--namespace NAME]
//   stint-testapp describe
//
//   stint-testapp alarm set|window|exact|while-idle|exact-while-idle|repeating|clock TAG MILLISECONDS
//                 [--window MS] [--interval MS] [--wall] [--receiver NAME] [--persisted]
//   stint-testapp cancel-alarm TAG
//   stint-testapp receive [--log FILE] [RECEIVER…]
//   stint-testapp standing
//
//   stint-testapp push register NAME [--receiver NAME] [--vapid KEY] [--plain]
//   stint-testapp push unregister NAME
//   stint-testapp push list
//
// The extras of a job say what its run does: see scripted_service.hpp; a receiver's notes: scripted_receiver.hpp.
#include "commands.hpp"

int main(int count, char** words) {
    const testapp::Arguments arguments = testapp::parse(count, words);
    if (arguments.verb == "host") return testapp::host(arguments);
    if (arguments.verb == "schedule") return testapp::schedule(arguments);
    if (arguments.verb == "cancel") return testapp::cancel(arguments);
    if (arguments.verb == "pending") return testapp::pending(arguments);
    if (arguments.verb == "describe") return testapp::describe(arguments);
    if (arguments.verb == "alarm") return testapp::alarm(arguments);
    if (arguments.verb == "cancel-alarm") return testapp::cancelAlarm(arguments);
    if (arguments.verb == "receive") return testapp::receive(arguments);
    if (arguments.verb == "standing") return testapp::standing(arguments);
    if (arguments.verb == "push") return testapp::push(arguments);
    testapp::misuse("say host, schedule, cancel, pending, describe, alarm, cancel-alarm, receive, standing or push");
}
