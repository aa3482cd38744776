# shellcheck shell=sh
# tap.sh - for shell tests: results as TAP. Source it, call result for each, end with tap_end.
n=0
bad=0

result() { # STATUS TEXT
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        bad=1
    fi
}

tap_end() {
    echo "1..$n"
    exit $bad
}
