package main

func sum(n int) *int {
	total := 0
	for i := range make([]int, n) {
		total += i
	}
	return &total
}

func main() { println(*sum(10)) }
