module lab/heap

go 1.19
