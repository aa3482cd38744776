#!/usr/bin/env bats
# The TIME_WAIT demo run by hand where no network of its own can be made: the machine's is used with care.

TIMEWAIT=$(dirname "$PREPD_BIN")/share/prepd/demos/timewait

# In a user namespace that may have no network namespace.
without_network() {
    unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"' sh "$@"
}

setup() {
    without_network true 2>/dev/null || skip "no user namespace can be had here"
    [ "$(wc -l </proc/net/dev)" -gt 3 ] || skip "this network has nothing but a loopback: it is nobody's"
    USUAL=$(cat /proc/sys/net/ipv4/tcp_fin_timeout)
}

events() { # JQ-FILTER : of the run in $BATS_TEST_TMPDIR/events
    jq -r "$1" "$BATS_TEST_TMPDIR/events"
}

@test "the close, CLOSE_WAIT and the timers are shown on the machine's loopback, and the rest says why not" {
    without_network "$TIMEWAIT" --fin_timeout="$USUAL" --pace=0 --descriptors=32 >"$BATS_TEST_TMPDIR/events"
    [ "$(events 'select(.event == "check" and .ok == false).id')" = "" ]
    checks=$(events 'select(.event == "check").id' | sort | tr '\n' ' ')
    [ "$checks" = "close_mends no_recycle sixty_seconds states_first states_second " ]
    [ "$(events 'select(.event == "check" and .id == "states_second").got')" = "ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED" ]
    events 'select(.event == "note").en' | grep -q 'No network namespace can be made here (unshare: .*are left out'
    [ "$(events 'select(.event == "sample" and (.view == "rate" or .view == "cost"))')" = "" ]
}

@test "the machine's settings are as they were, and what would need another is refused" {
    before=$(cat /proc/sys/net/ipv4/{ip_local_port_range,tcp_tw_reuse,tcp_timestamps,tcp_max_tw_buckets,tcp_fin_timeout})
    run without_network "$TIMEWAIT" --fin_timeout=$((USUAL == 60 ? 5 : 60))
    [ "$status" -eq 2 ]
    [[ $output == *"fin_timeout: tcp_fin_timeout is $USUAL on this machine and is left so"* ]]
    without_network "$TIMEWAIT" --fin_timeout="$USUAL" --step=0 --pace=0 --descriptors=16 >/dev/null
    [ "$(cat /proc/sys/net/ipv4/{ip_local_port_range,tcp_tw_reuse,tcp_timestamps,tcp_max_tw_buckets,tcp_fin_timeout})" = "$before" ]
}

@test "nobody but the machine itself reaches the port that it listens on" {
    without_network "$TIMEWAIT" --fin_timeout="$USUAL" --step=300 --pace=0 --descriptors=0 >/dev/null 3>&- &
    for _ in $(seq 100); do
        listener=$(ss -Htlnp "( sport > 0 )" | grep timewait) && break
        sleep 0.02
    done
    wait
    [[ $listener == *'%lo:'* ]]
}
