#!/usr/bin/env bats
# prepd check: each kind of mistake is told with its file, line and column, and how to mend it.
load lib.bash

setup() {
    NOTES=$BATS_TEST_TMPDIR/notes
    mkdir -p "$NOTES/zh" "$NOTES/en"
    cd "$BATS_TEST_TMPDIR" || return 1
}

# note PATH: from standard input
note() {
    cat >"$NOTES/$1"
}

# found LINE...: prepd check says just these lines, in this order, and exits 1.
found() {
    run "$PREPD_BIN" check notes
    equal "$status" 1
    equal "$(grep '^notes/' <<<"$output")" "$(printf '%s\n' "$@")"
}

# clean: prepd check finds nothing.
clean() {
    run "$PREPD_BIN" check notes
    equal "$output" "$(tail -n 1 <<<"$output")"
    equal "$status" 0
}

@test "a clean folder exits 0" {
    printf '\xef\xbb\xbf# A\n\n' >"$NOTES/zh/01-a.md"
    cat >>"$NOTES/zh/01-a.md" <<'MD'
## 概览

- [ ] 项 ^one

见 [下](#概览)、[B](02-b.md#其一-1)、[英文](../en/01-a.md#Overview)、[演示](demo:bloom?preset=default)、[外面](https://example.com/)。
MD
    sed -i 's/#Overview/#overview/' "$NOTES/zh/01-a.md"
    printf '# A\n\n## Overview\n\n- [ ] item ^one\n\n```go\nx\n```\n' | note en/01-a.md
    printf '# B\n\n## 其一\n\n## 其一\n\n[页](/zh/a#概览) [页](a) [演示](/demos/bloom) [页](01-a.md?x#%%E6%%A6%%82%%E8%%A7%%88)\n' | note zh/02-b.md
    printf '# B\n' | note en/02-b.md
    clean
    contains "4 files, 2 items, 0 problems"
}

@test "a link to a note that is not there" {
    printf '# A\n\n中文 [x](02-bb.md) [y](../en/nowhere.md#z)\n' | note zh/01-a.md
    printf '# B\n' | note zh/02-b.md
    found 'notes/zh/01-a.md:3:8: there is no note "02-bb.md" at that place; did you mean "02-b.md"?' \
        'notes/zh/01-a.md:3:22: there is no note "../en/nowhere.md" at that place'
}

@test "an anchor that no heading makes, here or in another note" {
    printf '# A\n\n## Overview\n\n[x](#overveiw) **[y][r]**\n\n[r]: 02-b.md#gone\n' | note zh/01-a.md
    printf '# B\n\n[a\\](b](01-a.md#no&#x74;)\n' | note zh/02-b.md
    found 'notes/zh/01-a.md:5:5: no heading of this note makes the anchor "overveiw"; did you mean "overview"?' \
        'notes/zh/01-a.md:7:6: no heading of notes/zh/02-b.md makes the anchor "gone"' \
        'notes/zh/02-b.md:3:9: no heading of notes/zh/01-a.md makes the anchor "not"'
}

@test "a page that prepd does not have, an image as a page, an address that is none" {
    printf '# A\n\n[x](/zh/nowhere) [y](file.zip) [z](img/a.svg)\n[e]() [j](javascript:alert) [top](#)\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:3:5: prepd has no page "/zh/nowhere"; link a note'"'"'s file (02-name.md), a heading (#anchor), a demo (demo:name)' \
        'notes/zh/01-a.md:3:22: prepd has no page "file.zip"; link a note'"'"'s file (02-name.md), a heading (#anchor), a demo (demo:name)' \
        'notes/zh/01-a.md:3:36: "img/a.svg" is an image, which is no page; show it: ![words](img/a.svg)' \
        'notes/zh/01-a.md:4:5: a link without an address; write it between ( and )' \
        'notes/zh/01-a.md:4:11: this kind of address makes no link; use http, https, mailto, demo, or a path'
}

@test "an image that is not there, and one without a text" {
    mkdir "$NOTES/zh/img"
    printf '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>' >"$NOTES/zh/img/a.svg"
    printf '# A\n\n图 ![](img/a.svg) ![b](img/b.svg)\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:3:3: the image "img/a.svg" has no alternative text; say between [ and ] what it shows' \
        'notes/zh/01-a.md:3:23: the image "img/b.svg" is not shown: there is no such file'
}

@test "an unknown demo, preset, parameter and value" {
    cat <<'MD' | note zh/01-a.md
# A

[误判率](demo:blom)

- [看](demo:bloom?preset=nothing) 和 [看](demo:bloom?n=1&m=2) 和 [看](demo:bloom?n=x&n=0)
MD
    run "$PREPD_BIN" check notes
    equal "$status" 1
    contains 'notes/zh/01-a.md:3:7: there is no demo "blom"; did you mean "bloom"? (prepd demos lists them)'
    contains 'notes/zh/01-a.md:5:7: bloom has no preset of that name; presets: default'
    contains 'notes/zh/01-a.md:5:40: bloom has no parameter m; parameters: '
    contains 'notes/zh/01-a.md:5:66: params.n must be an integer from '
}

@test "an id that stands twice" {
    printf '# A\n\n- [ ] 甲 ^x\n- [ ] 乙 ^y\n  - [x] *丙*\n    二 ^x\n\n  more\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:6:7: this ^id stands earlier in the note and is ignored here; choose another'
}

@test "an id that is in one language only, and a note that is" {
    printf '# A\n\n- [ ] 甲 ^same\n- [ ] 乙 ^gc-pacr\n' | note zh/01-a.md
    printf '# A\n\n- [ ] one ^same\n- [ ] two ^gc-pacer\n' | note en/01-a.md
    printf '# B\n\n- [ ] one ^b\n' | note en/02-b.md
    printf '# C\n' | note en/03-c.md
    found 'notes/en/01-a.md:4:11: ^gc-pacer is not in notes/zh/01-a.md; write the item there too, with this id; did you mean "gc-pacr"?' \
        'notes/en/02-b.md:1:1: its ids are in one language only: write the note in zh/ too' \
        'notes/zh/01-a.md:4:9: ^gc-pacr is not in notes/en/01-a.md; write the item there too, with this id; did you mean "gc-pacer"?'
}

@test "a folder of one language is no half of two" {
    printf '# A\n\n- [ ] 甲 ^x\n' | note zh/01-a.md
    clean
}

@test "headings that skip a level, and one without text" {
    printf '# A\n\n### 深 `x`\n\n> ##### q\n\nt\n\n##\n\nSetext\n======\n\n### again\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:3:1: a heading of level 3 under one of level 1; make it level 2' \
        'notes/zh/01-a.md:5:3: a heading of level 5 under one of level 3; make it level 4' \
        'notes/zh/01-a.md:9:1: a heading without text; write it, or take the heading out' \
        'notes/zh/01-a.md:14:1: a heading of level 3 under one of level 1; make it level 2'
}

@test "an item without text" {
    printf '# A\n\n- [ ] a\n- [ ] ^id\n- [ ] `` ` ``\n  - [ ] ![](x)\n' | note zh/01-a.md
    run "$PREPD_BIN" check notes
    equal "$status" 1
    contains 'notes/zh/01-a.md:6:5: an item without text; write it, or take the item out'
}

@test "fences without a language, wherever they stand" {
    cat <<'MD' | note zh/01-a.md
# A

```
x
```

- a

  ~~~


  y
  ~~~

```go
z
```

> ````
> ````

```

```

    indented
MD
    found 'notes/zh/01-a.md:3:1: a fence without a language; name it behind the marks (go, c, bash …), or text' \
        'notes/zh/01-a.md:9:3: a fence without a language; name it behind the marks (go, c, bash …), or text' \
        'notes/zh/01-a.md:19:3: a fence without a language; name it behind the marks (go, c, bash …), or text' \
        'notes/zh/01-a.md:22:1: a fence without a language; name it behind the marks (go, c, bash …), or text'
}

@test "brackets that nothing closes" {
    printf '# A\n\n中 [[[[[\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:3:3: 5 opening brackets of this paragraph are never closed and are shown as text; close them, or write them as code'
}

@test "terms in a wrong form, but not in code, addresses, longer names or quotations" {
    cat <<'MD' | note zh/01-a.md
# A

用 Sync.Pool 和 gomaxprocs，`gomaxprocs` 不算；一个go routine，Mysql。
见 https://example.com/mysql 、redis-cli、linux/amd64、[x](https://x.y/redis "redis")；原文「mysql」，"redis"。

    redis

- [ ] **redis**（Linux）TIME_WAIT、xredis、redis_x
MD
    found 'notes/zh/01-a.md:3:3: write "sync.Pool", not "Sync.Pool" (or as code, if it is code)' \
        'notes/zh/01-a.md:3:15: write "GOMAXPROCS", not "gomaxprocs" (or as code, if it is code)' \
        'notes/zh/01-a.md:3:44: write "goroutine", not "go routine" (or as code, if it is code)' \
        'notes/zh/01-a.md:3:55: write "MySQL", not "Mysql" (or as code, if it is code)' \
        'notes/zh/01-a.md:8:9: write "Redis", not "redis" (or as code, if it is code)'
}

@test "a list of terms of one's own" {
    printf '# A\n\nfoo Bar baz\n' | note zh/01-a.md
    printf '# mine\nFoo: *, fuu\nbar: Bar\n' >terms
    run "$PREPD_BIN" check --terms terms notes
    equal "$status" 1
    contains 'notes/zh/01-a.md:3:1: write "Foo", not "foo"'
    contains 'notes/zh/01-a.md:3:5: write "bar", not "Bar"'
    printf 'Foo: *\nno colon\n' >terms
    run "$PREPD_BIN" check --terms terms notes
    equal "$status" 2
    contains "terms: line 2 is not of the form RIGHT: WRONG"
}

@test "notes that cannot be read are told with the place, and the others are checked" {
    printf 'one\n二\xff\n' | note zh/01-a.md
    printf 'a\nb\0c\n' | note zh/02-b.md
    head -c 10485760 /dev/zero | tr '\0' 'a' | note zh/03-c.md
    : | note zh/04-d.md
    { printf '# t\n\n'; head -c 60000 /dev/zero | tr '\0' '['; head -c 60000 /dev/zero | tr '\0' ']'; printf '\n\n[x]: y\n'; } | note zh/05-e.md
    printf '# F\n\n[x](#y)\n' | note zh/06-f.md
    found 'notes/zh/01-a.md:2:2: not UTF-8; this note is not shown' \
        'notes/zh/02-b.md:2:2: a NUL byte; this is no text; this note is not shown' \
        'notes/zh/03-c.md:1:1: more than the 1048576 bytes allowed; this note is not shown' \
        'notes/zh/04-d.md:1:1: empty; this note is not shown' \
        'notes/zh/05-e.md:3:1: too many brackets or links in one paragraph; this note is not shown' \
        'notes/zh/06-f.md:3:5: no heading of this note makes the anchor "y"'
}

@test "notes made to exhaust are checked in bounds" {
    yes '> > - 1. ' | head -n 3000 | tr -d '\n' | note zh/01-a.md
    yes '[](x\a)' | head -c 1000000 | note zh/02-b.md
    yes '![](x&y)' | head -n 400 | note zh/03-c.md
    yes '##' | head -c 300000 | note zh/04-d.md
    yes '```' | head -c 1000000 | note zh/05-e.md
    yes 'redis linux "go routine" mysql' | head -c 1000000 | note zh/06-f.md
    for i in $(seq 4900); do printf -- '- [ ] x ^zh%d\n' "$i"; done | note zh/07-g.md
    sed 's/zh/en/' "$NOTES/zh/07-g.md" | note en/07-g.md
    run timeout 60 "$PREPD_BIN" check notes
    equal "$status" 1
    contains "8 files"
}

@test "of one note some thousand findings are enough, and the next note is checked" {
    { printf '# A\n\n'; yes golang | head -n 100000 | tr '\n' ' '; } | note zh/01-a.md
    printf '# B\n\ngolang\n' | note zh/02-b.md
    run timeout 60 "$PREPD_BIN" check notes
    equal "$status" 1
    equal "$(tail -n 2 <<<"$output")" 'notes/zh/02-b.md:3:1: write "Go", not "golang" (or as code, if it is code)
2 files, 0 items, 1001 problems'
}

@test "a file by itself is checked with its neighbours, and only it" {
    printf '# A\n\n[b](02-b.md#x) [c](02-b.md#y) [d](03-d.md)\n' | note zh/01-a.md
    printf '# B\n\n## x\n\n[z](#z)\n' | note zh/02-b.md
    run "$PREPD_BIN" check notes/zh/01-a.md
    equal "$status" 1
    equal "$output" 'notes/zh/01-a.md:3:20: no heading of notes/zh/02-b.md makes the anchor "y"
notes/zh/01-a.md:3:35: there is no note "03-d.md" at that place
1 files, 0 items, 2 problems'
}

@test "an escape sequence of a note does not reach the terminal" {
    printf '# A\n\n[x](#a%%1b[31mb)\n' | note zh/01-a.md
    found 'notes/zh/01-a.md:3:5: no heading of this note makes the anchor "a[31mb"'
}

@test "a path that cannot be read exits 2" {
    run "$PREPD_BIN" check nowhere
    equal "$status" 2
    contains "nowhere"
}
