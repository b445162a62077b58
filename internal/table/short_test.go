package table

import (
	"strings"
	"testing"

	"mlpipeline/internal/csv"
)

// Missing words at the start of a block and behind it; rows behind one that is longer than a block.
func TestEdgesOfBlocks(t *testing.T) {
	checkWords(t, "w,a\n,1\n,2\nsun,3\n,4\n", 1)
	long := strings.Repeat("x", 600000)
	checkWords(t, "w,a\n"+long+",1\n"+strings.Repeat("sun,2\nrain,3\n", 60000)+long+",4\n", 2)
}

// A word that has come before is read by the short way.
func TestShortIsTaken(t *testing.T) {
	pad := strings.Repeat("\x00", csv.Padding)
	var c Category
	c.reset(3)
	for _, s := range []string{"sun", "seven77", "longer than eight"} {
		code, err := c.code([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, end, ok := c.read([]byte(s+",1\n"+pad), 0); !ok || got != code || end != len(s) {
				t.Errorf("%s is not taken", s)
			}
		}
	}
}
