module lab/render

go 1.19
