// A server that forgets to close, and three clients that did not.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
)

var leaked = make(chan int)

func handle(c net.Conn) {
	buf := make([]byte, 512)
	for {
		if _, err := c.Read(buf); err != nil {
			wait()
		}
	}
}

//go:noinline
func wait() {
	leaked <- 1
	select {}
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return l
}

func main() {
	l := listen()
	for i := 0; i < 3; i++ {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			panic(err)
		}
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go handle(c)
		client.Close()
		<-leaked
	}
	pprof := listen()
	fmt.Println(pprof.Addr())
	http.Serve(pprof, nil)
}
