package csv

import "testing"

// Whole finds the end of the last whole record, also where nothing is after it.
func TestWhole(t *testing.T) {
	for in, want := range map[string]int{
		"a\n": 2, "a\nb": 2, "\"a\"\n": 4, "\"a\"\n\n": 5, "\"a\"\nb": 4, "\"a\nb": 0, "\"a\"\r\n\r\n\"b": 7,
	} {
		l := Lexer{Grammar: Grammar{Delimiter: ',', Quote: '"'}}
		if got := l.Whole([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}
