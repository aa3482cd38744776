module prepd/tests/snippets

go 1.19
