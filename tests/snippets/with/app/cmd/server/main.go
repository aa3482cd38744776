// A server that has allocated.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"

	"example.com/app/pkg"
)

func main() {
	pkg.Func(10000)
	runtime.GC() // a profile shows what was allocated before the last GC but one
	runtime.GC()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	http.Serve(l, nil)
}
