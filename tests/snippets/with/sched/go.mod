module lab/sched

go 1.19
