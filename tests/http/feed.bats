#!/usr/bin/env bats
# /api/events: what changed and any number of runs, in one stream. The demo is tests/sandbox/show.c.
load lib.bash

: "${PREPD_TEST_DEMOS:=$(dirname "$PREPD_BIN")/tests/demos}"

# Opens the feed with these query arguments for at most SECONDS; what came is in the file feed. feed SECONDS QUERY [CURL ARG...]
feed() {
    local seconds=$1 query=$2
    shift 2
    curl -sN -m "$seconds" "$@" "$URL/api/events?$query" >"$BATS_TEST_TMPDIR/feed" || true
}

# The same, until N runs have ended in it.
feed_whole() { # N QUERY
    : >"$BATS_TEST_TMPDIR/feed"
    curl -sN -m 90 "$URL/api/events?$2" >"$BATS_TEST_TMPDIR/feed" 3>&- &
    local reader=$! i
    for i in $(seq 800); do
        [ "$(grep -cx 'event: end' "$BATS_TEST_TMPDIR/feed")" -lt "$1" ] || break
        sleep 0.1
    done
    kill "$reader"
}

# The events of one run, out of the feed.
of_run() { # RUN
    awk -v RS= -v ORS='\n\n' -v run="$1" '
        /^event: run\n/ { speaking = $0; sub(/.*"run":"/, "", speaking); sub(/".*/, "", speaking); next }
        /^id: [0-9]+\n/ && speaking == run' "$BATS_TEST_TMPDIR/feed"
}

ended() { # RUN
    grep -A1 -x 'event: end' "$BATS_TEST_TMPDIR/feed" | grep -c "\"$1\"" || true
}

events_of() { # RUN
    curl -sN -m 60 "$URL/api/runs/$1/events" | sed '/^:/,+1d'
}

no_run=00000000000000000000000000000000

@test "one stream carries two runs that go on and one of last time, each byte for byte as in its own" {
    serve --demos "$PREPD_TEST_DEMOS"
    start_run show '{"what":"notes","n":4000,"rate":0,"size":3000}' # 13 MB: most of it has left memory
    events_of "$RUN" >/dev/null
    old=$RUN
    start_run show '{"what":"views","n":2000,"rate":1000}'
    a=$RUN
    start_run show '{"what":"notes","n":1500,"rate":800}'
    b=$RUN
    feed_whole 3 "run=$a:0&run=$old:0&run=$b:0"
    for run in "$a" "$old" "$b"; do
        of_run "$run" | cmp - <(events_of "$run")
        equal "$(ended "$run")" 1
    done
}

@test "a run goes on in the feed after the number that is asked for" {
    serve --demos "$PREPD_TEST_DEMOS"
    start_run show '{"what":"views","n":300,"rate":0}'
    events_of "$RUN" >"$BATS_TEST_TMPDIR/whole"
    for last in 1 150 303 304; do
        feed_whole 1 "run=$RUN:$last"
        of_run "$RUN" | cmp - <(awk -v last="$last" '/^id: / { show = $2 > last } show' "$BATS_TEST_TMPDIR/whole")
        equal "$(ended "$RUN")" 1
    done
}

@test "a run that is not known ends at once, and the feed goes on" {
    serve
    feed_whole 1 "run=$no_run:0"
    equal "$(ended "$no_run")" 1
    equal "$(sed -n 's/^event: //p' "$BATS_TEST_TMPDIR/feed" | tr '\n' ' ')" "hello end "
}

@test "what is no run, or too many of them, is refused" {
    serve
    sixteen=
    for _ in $(seq 16); do sixteen="$sixteen&run=$no_run:0"; done
    for query in run= run=x:0 "run=$no_run" "run=$no_run:" "run=$no_run:-1" "run=${no_run}0:1" "run=${no_run%0}g:0" "$sixteen&run=$no_run:0"; do
        get "/api/events?$query"
        equal "$query $code" "$query 400"
        equal "$(field .error.field)" run
    done
    feed 1 "$sixteen"
    equal "$(ended "$no_run")" 16
}

@test "a tick while the feed is opened anew is not missed" {
    serve
    first_item gc
    feed 1 ""
    seen=$(sed -n 's/^id: //p' "$BATS_TEST_TMPDIR/feed")
    send PUT "/api/items/$ITEM" '{"state":"shaky"}'
    for how in "seen=$seen" "Last-Event-ID: $seen"; do
        case $how in
        seen=*) feed 1 "$how" ;;
        *) feed 1 "" -H "$how" ;;
        esac
        equal "$(sed -n 's/^event: //p' "$BATS_TEST_TMPDIR/feed" | tr '\n' ' ')" "item "
        sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/feed" | jq -e ".id == \"$ITEM\" and .state == \"shaky\""
    done
}

@test "who was told by another life of prepd is told to look again" {
    serve
    feed 1 "seen=123-4"
    equal "$(sed -n 's/^event: //p' "$BATS_TEST_TMPDIR/feed" | tr '\n' ' ')" "resync "
}
