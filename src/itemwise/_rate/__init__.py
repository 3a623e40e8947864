"""Pure: find the rate that a service accepts, and stay just under it. Time comes from outside.

Services throttle by token bucket: it fills at the rate that is looked for, holds a burst, and each
accepted call takes a token. When a call is throttled the bucket is empty. So between two throttles
the accepted calls, give or take one, are what has flowed in: divided by the time between, they are
the rate, whatever was sent meanwhile. Each such *window* bounds the rate from both sides. The
bounds of successive windows are intersected; where they contradict each other the newer window
counts. What a full bucket would have spilled within the window is allowed for, by replaying the
calls against one.

The phases. *Free*: nothing was throttled yet, and nothing is held back. *Draining*: from the first
throttle until all that was in flight is answered, nothing starts; their answers tell no rate, since
they also waited for connections and came in any order. *Seeking*: the rate grows from little, in
steps (see `steps`), until a throttle ends the first window. *Holding*: the rate stays low between
the bounds for a while; what that leaves in the bucket is not lost, for then it *climbs* just past
the bounds until the next throttle. If more goes through than the bounds allow, the service allows
more, and it climbs on. *Contended*: a window contradicts the bounds: the rate has changed, or
another process draws on the same bucket; or a newcomer guesses so (see `contention`). Each throttle
then lowers the rate by a share, and it gains less than in proportion, which evens out the shares of
processes that know nothing of each other. Windows that agree end this phase.

A throttle where answers were overdue may come from what was held up: a bucket spills meanwhile. So
that time is not counted where a window bounds the rate from above.

Where calls are throttled as much though the rate was lowered again and again, the rate is not the
cause: attempts are free again, until most are throttled. See `efficacy`.

Where it is done: `finder` hears of each attempt and answer. `attempts` remembers what was seen of
them, `estimate` what is thought of the rate, `schedule` at which rate they start. `lessons`
corrects these at each throttle, `growth` between throttles.
"""

from itemwise._rate.finder import RateFinder
from itemwise._rate.fixed import FixedRate
from itemwise._rate.window import Start

__all__ = ["FixedRate", "RateFinder", "Start"]
