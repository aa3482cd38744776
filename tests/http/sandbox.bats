#!/usr/bin/env bats
# How prepd tells which sandbox demos get: the banner of --unsafe-run, and what `prepd doctor` says.
load lib.bash

BANNER=--unsafe-run

# Each kind of page; $RUN is a run.
pages() {
    get /api/topics
    local topic
    topic=$(field '.topics[0].slug')
    echo "/zh /en /zh/$topic /en/$topic /demos /demos/bloom /runs/$RUN /zh/no-such-topic /demos/no-such-demo /nowhere"
}

@test "every page says that demos run without a sandbox, in both languages" {
    serve --unsafe-run
    start_run bloom '{}'
    local page
    for page in $(pages); do
        get "$page" -H 'Accept: text/html'
        contains "$BANNER"
    done
    get /zh
    contains "演示正在没有沙箱的情况下运行"
    get /en
    contains "Demos run without a sandbox"
}

@test "no page says so where there is a sandbox" {
    serve
    start_run bloom '{}'
    local page
    for page in $(pages); do
        get "$page" -H 'Accept: text/html'
        [[ "$output" != *"$BANNER"* ]] || { echo "$page" >&2; return 1; }
    done
}

@test "a run without a sandbox says so in its log" {
    serve --unsafe-run
    start_run bloom '{}'
    get "/api/runs/$RUN/log"
    contains '"sandbox":"unsafe"'
}

doctor() { # COMMAND...: before prepd; as a user that is not root
    local user=()
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$DATA" && chown 65534:65534 "$DATA" && dir=$DATA
        while [ "$dir" != / ]; do chmod o+x "$dir"; dir=$(dirname "$dir"); done
        user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        "${user[@]}" test -x "$PREPD_BIN" || skip "nobody cannot reach the build folder"
    fi
    run timeout 20 "${user[@]}" "$@" "$PREPD_BIN" doctor --data "$DATA"
}

@test "doctor tells what works and exits 0 if all of it does" {
    doctor
    contains "ok      kernel     $(uname -r)"
    contains "ok      data       $DATA"
    contains "ok      demo bloom can run"
    if [[ "$output" != *PROBLEM* ]]; then
        equal "$status" 0
        contains "ok      sandbox    demos run in namespaces of their own"
    else
        equal "$status" 1
    fi
}

@test "doctor names the step, the errno, the reason and the command where namespaces are forbidden" {
    unshare --user true || skip "there are no user namespaces here at all"
    # shellcheck disable=SC2016
    doctor unshare --user --map-current-user --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"' sh
    equal "$status" 1
    contains "PROBLEM sandbox    demos run as one process each under Landlock and seccomp, without a scratch folder"
    contains "namespaces: No space left on device (ENOSPC)"
    contains "no more user namespaces are allowed; mend: sudo sysctl user.max_user_namespaces=10000"
}

@test "doctor names a folder of notes that is not there" {
    run timeout 20 "$PREPD_BIN" doctor --data "$DATA" --notes "$BATS_TEST_TMPDIR/nothing"
    equal "$status" 1
    contains "PROBLEM notes"
    contains "$BATS_TEST_TMPDIR/nothing"
}
