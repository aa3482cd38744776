// A race that is the same each time: with one P the goroutine runs only when
// main waits.
package main

import "runtime"

func main() {
	runtime.GOMAXPROCS(1)
	n := 0
	done := make(chan bool)
	go func() {
		println(n)
		done <- true
	}()
	n++
	<-done
}
