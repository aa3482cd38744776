#!/bin/sh
# layers.sh - the layer rule, tried: what a layer may not see does not compile, and a library's header stands in one layer only.
# TAP output. Needs a configured build (any preset), for the include folders that CMake makes.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/tap.sh # result, tap_end

include_dir=
for build in build/asan build/release build/dev; do
    [ -d "$build/include/base" ] && include_dir=$build/include && break
done
[ -n "$include_dir" ] || { echo "Bail out! no build is configured: ./dev build"; exit 1; }

header_of() {
    case $1 in
    base) echo err.h ;; notes) echo note.h ;; store) echo store.h ;;
    runs) echo runs.h ;; http) echo http.h ;; site) echo site.h ;;
    esac
}

# What each layer may see, itself included: server/CMakeLists.txt says the same to the compiler.
sees_of() {
    case $1 in
    base) echo base ;;
    notes | store | runs | http) echo "base $1" ;;
    site) echo "base notes store runs http site" ;;
    esac
}

compiles() { # LAYER HEADER_LAYER
    flags=
    for seen in $(sees_of "$1"); do
        flags="$flags -I$include_dir/$seen"
    done
    # shellcheck disable=SC2086 # a list of flags
    echo "#include \"$2/$(header_of "$2")\"" | cc -std=gnu17 -D_GNU_SOURCE $flags -fsyntax-only -x c - 2>/dev/null
}

for layer in base notes store runs http site; do
    for other in base notes store runs http site; do
        if sees_of "$layer" | grep -qw "$other"; then
            compiles "$layer" "$other"
            result $? "$layer may include $other"
        else
            ! compiles "$layer" "$other"
            result $? "$layer cannot include $other"
        fi
    done
    # the build gives each target no more than that
    wrong=$(sed -n "s/.*\"command\": \"\(.*server\/$layer\/.*\)\".*/\1/p" "${include_dir%/include}/compile_commands.json" |
        grep -oE -- '-I[^ ]*/include/[a-z]+' | sed 's|.*/||' | sort -u |
        while read -r given; do sees_of "$layer" | grep -qw "$given" || echo "$given"; done)
    [ -z "$wrong" ]
    result $? "the build gives $layer only its own layers' headers"
done

only_in() { # HEADER PATTERN ALLOWED_FOLDER...
    header=$1
    shift
    found=$(grep -rlE "^ *# *include *<$header>" server --include='*.[ch]' | grep -vE "^server/($1)/")
    [ -z "$found" ]
    result $? "<$header> is included in $1 only"
}
only_in 'md4c\.h' notes
only_in 'sqlite3\.h' store
only_in 'microhttpd\.h' http
only_in 'seccomp\.h' runs
! grep -rnE '#include "\.\./' server demos --include='*.[ch]' | grep -q .
result $? "no include climbs out of its folder"
! grep -rnE '\b(fork|vfork|clone|execv[a-z]*|posix_spawn)\(' server --include='*.c' | grep -vE '^server/runs/' | grep -q .
result $? "only runs makes processes"

tap_end
