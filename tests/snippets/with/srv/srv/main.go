// A server as far as its inits go.
package main

import "net/http"

func main() { _ = http.ListenAndServe }
