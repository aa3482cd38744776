// Calls a collector 100 times that returns at the first error of ten
// producers, so that nine of them wait for ever.
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
)

func produce(i int) error {
	return errors.New("no")
}

func all(n int) error {
	results := make(chan error)
	for i := 0; i < n; i++ {
		go func(i int) {
			results <- produce(i)
		}(i)
	}
	for i := 0; i < n; i++ {
		if err := <-results; err != nil {
			return err
		}
	}
	return nil
}

func main() {
	for i := 0; i < 100; i++ {
		all(10)
	}
	for runtime.NumGoroutine() > 901 {
		runtime.Gosched()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	http.Serve(l, nil)
}
