package table

import (
	"strconv"
	"strings"
	"testing"
)

// As many decimals as a short number can have are those of strconv.
func TestDecimals(t *testing.T) {
	for decimals := range 16 {
		for _, digits := range []int64{0, 7, 123456789, 987654321012345} {
			s := strings.TrimPrefix(string(AppendFixed(nil, digits, decimals)), "0.")
			if len(s) == decimals && decimals > 0 {
				s = "." + s
			}
			line := append([]byte(s), make([]byte, Padding)...)
			line[len(s)] = '\n'
			got, end, ok := ShortNumber(line, 0)
			if want, err := strconv.ParseFloat(s, 64); err != nil || ok && (got != want || end != len(s)) {
				t.Errorf("%s is %v, want %v", s, got, want)
			}
		}
	}
}

// Missing words at the start of a block and behind it; rows behind one that is longer than a block.
func TestEdgesOfBlocks(t *testing.T) {
	checkWords(t, "w,a\n,1\n,2\nsun,3\n,4\n", 1)
	long := strings.Repeat("x", 600000)
	checkWords(t, "w,a\n"+long+",1\n"+strings.Repeat("sun,2\nrain,3\n", 60000)+long+",4\n", 2)
}

// What is plain is read by the short ways, which the others would only be slower than.
func TestShortIsTaken(t *testing.T) {
	pad := strings.Repeat("\x00", Padding)
	for _, s := range []string{"0", "-12.34", "123456789012345", ".5"} {
		if _, end, ok := ShortNumber([]byte(s+"\n"+pad), 0); !ok || end != len(s) {
			t.Errorf("%s is not taken", s)
		}
	}
	var days DayCache
	for _, s := range []string{"2020-02-29", "1969-12-31T23:59:59Z", "2019-08-07T06:54:32Z", "0000-01-01"} {
		if _, end, ok := days.ShortTime([]byte(s+"\n"+pad), 0); !ok || end != len(s) {
			t.Errorf("%s is not taken", s)
		}
	}
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
	columns := [][]float64{{0}, {0}, {0}}
	if n, next := numbers([]byte("1,-2.5,3\n"+pad), 0, 0, columns, []byte(",,\n")); n != 3 || next != 9 {
		t.Errorf("%d numbers, to %d", n, next)
	}
}
