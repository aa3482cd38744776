module chanleak

go 1.19
