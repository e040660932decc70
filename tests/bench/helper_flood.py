"""One user's flood of stint-netguard, and how long another user's calls take meanwhile: for ./bench soak attacks, and alone.
Four connections, each with a hundred calls on their way all the time, which cut a cgroup with 1,500 below it and free it
again, or bring long lists, with and without anybody who waits for their answers. The goal: the p99 of the other's Watch,
which polkit is asked about, is 50 ms at most. Needs root."""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from events import Deadline, TooLate  # noqa: E402
from netguard import ANN, FLOODS, OTHER, Ground, kernel_lets  # noqa: E402

BELOW = 1500
CONNECTIONS = 4
GOAL = 50  # ms


class HelperFlood:
    lets = staticmethod(kernel_lets)

    def __init__(self):
        self.ground = Ground()
        self.took = {"at rest": [], "under its flood": []}  # ms
        try:
            self.ground.let(ANN, OTHER)
            self.ground.start_helper()
            self.flooders = [self._member(ANN, tree) for tree in [self.ground.cgroup(uid=ANN.pw_uid)] * CONNECTIONS]
            self.other = self._member(OTHER, self.ground.cgroup(uid=OTHER.pw_uid))
            target = self.flooders[0].place
            for _ in range(BELOW):
                self.ground.cgroup(within=target, uid=ANN.pw_uid)
            for one in self.flooders:
                (self.target,) = self._watch(one, target)["answer"]
            self._measure("at rest", 200)
        except BaseException:
            self.ground.close()
            raise

    def _member(self, user, tree):
        one = self.ground.app(self.ground.cgroup(within=tree, uid=user.pw_uid))
        one.do("become", uid=user.pw_uid)
        one.place = self.ground.cgroup(within=tree, uid=user.pw_uid)
        deadline = Deadline(60)  # for polkitd, which reads its rules when it comes to it
        while "answer" not in self._watch(one, one.place):
            if deadline.passed():
                raise TooLate("polkit does not let the users of this test")
        return one

    def _watch(self, one, place):
        return one.do("call", address=self.ground.address, member="Watch", signature="h", path=str(place))

    def _measure(self, when, times):
        for _ in range(times):
            told = self._watch(self.other, self.other.place)
            if "answer" not in told:
                raise TooLate(f"another user's Watch is not answered {when}: {told}")
            self.took[when].append(told["seconds"] * 1000)

    def play(self, times=50):
        """So many calls of the other's, in the midst of it."""
        for calls in FLOODS.values():
            for answered in (True, False):
                self._flood(calls(self.target), answered, max(1, times // (2 * len(FLOODS))))

    def _flood(self, calls, answered, times):
        for one in self.flooders:
            one.begin("flood", calls=calls, answered=answered)
        time.sleep(0.1)  # it is under way
        try:
            self._measure("under its flood", times)
        finally:
            for one in self.flooders:
                one.begin("pid")
                one.end(), one.end()  # what was sent, and the pid

    def p99(self, when):
        took = sorted(self.took[when])
        return took[len(took) * 99 // 100]

    def rows(self):
        return [[f"stint-netguard: another user's Watch, {when}", f"{len(took)}, p50 {sorted(took)[len(took) // 2]:.1f} ms, p99 {self.p99(when):.1f} ms"]
                for when, took in self.took.items() if took]

    def goals(self):
        return [{"what": "another user's Watch under a flood of stint-netguard: p99, ms", "is": self.p99("under its flood"),
                 "goal": GOAL, "least": False}]

    def end(self):
        self.ground.close()


if __name__ == "__main__":
    flood = HelperFlood()
    try:
        flood.play(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
        print(json.dumps({"rows": flood.rows(), "goals": flood.goals()}))
    finally:
        flood.end()
