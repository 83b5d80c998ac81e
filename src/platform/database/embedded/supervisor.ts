/**
 * The shell that stands between Node and PostgreSQL. Its standard input is a pipe that only Node holds, so however Node
 * ends, kill -9 included, the pipe closes and the server is shut down: fast, and if that takes too long, at once.
 * It runs in a session of its own, so that signals to Node's process group, Ctrl-C among them, miss it.
 * $1 is the log; the rest is the server's command line. It prints the server's pid and ends as the server ends.
 */
export const SUPERVISOR = `
trap '' HUP INT TERM
exec 3<&0
log=$1
shift
"$@" </dev/null >>"$log" 2>&1 3<&- &
server=$!
echo "$server"
{
  while read -r line; do :; done <&3
  kill -INT "$server"
  waited=0
  while [ "$waited" -lt 50 ] && kill -0 "$server"; do sleep 0.2; waited=$((waited + 1)); done
  kill -QUIT "$server"
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill -KILL "$watcher" 2>/dev/null
exit "$code"
`;
