#!/bin/sh
# snippets.sh - the code in the notes: it compiles, and prints what the notes say (tests/snippets). TAP output.
# Go's cache stays in build/, so that the second time is quick.
set -u
cd "$(dirname "$0")/.." || exit 1
export GOCACHE="$PWD/build/go/cache" GOPATH="$PWD/build/go/path" GOFLAGS='' GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0
. tests/tap.sh # result

mkdir -p build/go
tested=$( (cd tests/snippets && go vet . && go test .) 2>&1)
result $? "the check of the notes' code finds each kind of mistake"
printf '%s\n' "$tested" | sed 's/^/# /'
(cd tests/snippets && go build -o ../../build/go/snippets .) || exit 1
build/go/snippets build/snippets "$n" content/*/*.md || bad=1
exit "$bad"
