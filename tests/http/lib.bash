# lib.bash - what the tests of the whole program share: a prepd of their own on a free port, with its own data.
# PREPD_BIN names the program.

: "${PREPD_BIN:?PREPD_BIN must name the prepd to test}"
PREPD_BIN=$(realpath "$PREPD_BIN") # tests change folder

# serve ARG... : starts prepd; sets PREPD_PID and URL. Fails the test with prepd's own words if it does not start.
serve() {
    : >"$BATS_TEST_TMPDIR/out" # it is read before the program has opened it
    "$PREPD_BIN" serve --listen 127.0.0.1:0 --data "$DATA" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    PREPD_PID=$!
    local i
    for i in $(seq 200); do
        URL=$(sed -n 's|^prepd: \(http://.*\)/$|\1|p' "$BATS_TEST_TMPDIR/out")
        [ -z "$URL" ] || return 0
        kill -0 "$PREPD_PID" 2>/dev/null || break
        sleep 0.05
    done
    cat "$BATS_TEST_TMPDIR/err" >&2
    return 1
}

# stop: SIGTERM and wait; the exit status is prepd's.
stop() {
    local pid=$PREPD_PID
    PREPD_PID=
    kill -TERM "$pid" && wait "$pid"
}

setup() {
    DATA=$BATS_TEST_TMPDIR/data
    PREPD_PID=
}

teardown() {
    [ -z "${PREPD_PID:-}" ] || { kill -KILL "$PREPD_PID" 2>/dev/null; wait "$PREPD_PID" 2>/dev/null; } || true
}

# get PATH [CURL ARG...]: body in $output, status code in $code.
get() {
    local path=$1
    shift
    output=$(curl -sS -m 20 -w '\n%{http_code}' "$@" "$URL$path")
    code=${output##*$'\n'}
    output=${output%$'\n'*}
}

# send METHOD PATH JSON [CURL ARG...]
send() {
    local method=$1 path=$2 json=$3
    shift 3
    get "$path" -X "$method" -H 'Content-Type: application/json' --data-binary "$json" "$@"
}

# field JQ: of $output
field() {
    jq -r "$1" <<<"$output"
}

# equal GOT WANT
equal() {
    [ "$1" = "$2" ] || { printf 'got:  %s\nwant: %s\noutput: %.600s\n' "$1" "$2" "${output:-}" >&2; return 1; }
}

# contains TEXT: in $output
contains() {
    [[ "$output" == *"$1"* ]] || { printf 'no "%s" in: %.800s\n' "$1" "$output" >&2; return 1; }
}

first_item() { # TOPIC
    get "/api/items?topic=$1"
    ITEM=$(field '.items[0].id')
}

start_run() { # DEMO JSON-PARAMS
    send POST "/api/demos/$1/runs" "{\"params\":$2}"
    equal "$code" 201
    RUN=$(field .run)
}
