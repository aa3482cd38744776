module lab/race

go 1.19
