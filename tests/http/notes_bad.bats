#!/usr/bin/env bats
# Bad notes: each gets an error that says what and where; the others are served, and prepd lives on.
load lib.bash

with_note() { # FILE : a book with this bad note and a good one
    mkdir -p "$BATS_TEST_TMPDIR/notes"
    printf '# good\n\n- [ ] fine\n' >"$BATS_TEST_TMPDIR/notes/good.md"
    cp "$1" "$BATS_TEST_TMPDIR/notes/bad.md"
    serve --only-notes --notes "$BATS_TEST_TMPDIR/notes"
    get /zh/good
    equal "$code" 200
    contains "fine"
}

bad_page() { # TEXT...
    get /zh/bad
    equal "$code" 200
    for text in "$@"; do contains "$text"; done
    get /healthz
    equal "$code" 200
}

@test "an empty note" {
    : >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "bad.md" "empty"
}

@test "a binary note" {
    printf 'text\n\0\1\2' >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "bad.md"
}

@test "a note that is not UTF-8 names the line" {
    printf 'one\ntwo\n\xc4\xfa\xba\xc3\n' >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "bad.md" "UTF-8" "3"
}

@test "a note of 10 MB" {
    yes 'a line of a very long note' | head -c 10485760 >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "bad.md" "more than the 1048576 bytes allowed"
}

@test "a note full of [[[[ that costs little is shown as the text it is, under a warning with line and count" {
    { printf '# t\n\n'; head -c 200000 /dev/zero | tr '\0' '['; } >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "[[[[[[[[" 'banner-warn">第 3 行起的这一段有 200000 个「[」没有配对的「]」'
    get /en/bad
    contains "Line 3: 200000 opening brackets of this paragraph are never closed"
    get /zh/good
    ! grep -q banner-warn <<<"$output"
}

@test "a note full of [[[[ ]]]] that would cost seconds is refused with its line" {
    { printf '# t\n\n'; head -c 60000 /dev/zero | tr '\0' '['; head -c 60000 /dev/zero | tr '\0' ']'; printf '\n\n[x]: y\n'; } >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    bad_page "bad.md" "line 3"
}

@test "raw HTML in a note is text" {
    printf '# t\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n' >"$BATS_TEST_TMPDIR/n"
    with_note "$BATS_TEST_TMPDIR/n"
    get /zh/bad
    contains '&lt;script&gt;alert(1)'
    ! grep -qE '<script>alert|<img|javascript:' <<<"$output"
}

@test "prepd check names file and line and exits 1" {
    mkdir "$BATS_TEST_TMPDIR/notes"
    printf '# t\n\n- [ ] a ^x\n- [ ] b ^x\n\n### deep\n\n[gone](demo:nowhere)\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    run "$PREPD_BIN" check "$BATS_TEST_TMPDIR/notes"
    equal "$status" 1
    contains "t.md:4:"
    contains "t.md:6:"
    contains "t.md:8:"
    contains 'no demo "nowhere"'
}
