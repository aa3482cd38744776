// Builds a cache and renders many pages.
package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"strings"
)

type entry struct {
	id   int
	name [248]byte
}

type page struct {
	title, body []byte
	head, text  string
}

var (
	cache []*entry
	last  *page
)

func fill(n int) {
	for i := 0; i < n; i++ {
		cache = append(cache, &entry{id: i})
	}
}

//go:noinline
func render(e *entry) *page {
	var b bytes.Buffer
	b.Write(e.name[:40])
	return &page{title: make([]byte, 24), body: make([]byte, 40), head: text(b.Bytes()[:20]), text: text(b.Bytes())}
}

func text(from []byte) string {
	var s strings.Builder
	s.Grow(len(from))
	s.Write(from)
	return s.String()
}

func main() {
	runtime.MemProfileRate = 64 << 10 // fine enough for the same table each time
	fill(500000)
	for i := 0; i < 3000000; i++ {
		last = render(cache[i%len(cache)])
	}
	runtime.GC()
	runtime.GC()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	http.Serve(l, nil)
}
