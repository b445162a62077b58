package scaler

import (
	"fmt"
	"strings"
	"testing"

	"mlpipeline/internal/design"
)

// words are rows of one category as a block holds them: codes in order of appearance.
func words(cells ...string) design.Codes {
	c := design.Codes{Words: []string{""}}
	seen := map[string]int32{"": 0}
	for _, cell := range cells {
		if _, ok := seen[cell]; !ok {
			seen[cell] = int32(len(c.Words))
			c.Words = append(c.Words, cell)
		}
		c.Codes = append(c.Codes, seen[cell])
	}
	return c
}

func levelsOf(cells ...string) (l Levels) {
	c := words(cells...)
	l.Add(&c)
	return l
}

// An identifier is one by the number of its levels, or the length of their text,
// wherever they come together.
func TestMany(t *testing.T) {
	var cells []string
	for i := range manyLevels + 1 {
		cells = append(cells, fmt.Sprint(i))
	}
	most := levelsOf(cells[1:]...)
	if most.Many || len(most.Counts) != manyLevels {
		t.Errorf("%d levels are too many", len(most.Counts))
	}
	for _, parts := range [][]Levels{{levelsOf(cells...)}, {most, levelsOf("0")}, {levelsOf("0"), most},
		{levelsOf(cells[:9000]...), levelsOf(cells[3000:]...), levelsOf("0")},
		{levelsOf(strings.Repeat("a", manyBytes/2)), levelsOf(strings.Repeat("b", manyBytes/2), "c")}} {
		var l Levels
		for _, part := range parts {
			l.Merge(part)
		}
		if levels, pooled := l.finish(100); !l.Many || len(l.Counts) > 0 || len(levels)+len(pooled) > 0 {
			t.Errorf("%d levels, %d pooled, %d counts", len(levels), len(pooled), len(l.Counts))
		}
	}
}

// The rarest levels are pooled, of equally rare ones the first; one that is called as
// the pool is always in it.
func TestPool(t *testing.T) {
	for _, c := range []struct {
		cells  string
		most   int
		levels string
		pooled string
	}{
		{"b a c b", 3, "a b c", ""},
		{"b a c b", 2, "b (other)", "a c"},
		{"d a c b b", 3, "b d (other)", "a c"},
		{"(other) (other) a b c c", 3, "b c (other)", "(other) a"},
		{"(other) ~ !", 3, "! (other) ~", ""},
	} {
		l := levelsOf(strings.Fields(c.cells)...)
		levels, pooled := l.finish(c.most)
		if got := strings.Join(levels, " "); got != c.levels || strings.Join(pooled, " ") != c.pooled {
			t.Errorf("%s, %d: %s of %v, want %s of %s", c.cells, c.most, got, pooled, c.levels, c.pooled)
		}
	}
}
