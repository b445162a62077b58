package table

import (
	"slices"
	"testing"
)

// Words come back as they were written, whatever is in them.
func TestShellWords(t *testing.T) {
	words := []string{"a", "", "b c", "it's", `back\slash`, "''", "ß", "-x=,", "a\tb"}
	line := ""
	for _, w := range words {
		line += ShellWord(w) + " "
	}
	if got := ShellWords(line); !slices.Equal(got, words) {
		t.Errorf("%q", got)
	}
}
