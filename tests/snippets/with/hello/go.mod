module lab/hello

go 1.19
