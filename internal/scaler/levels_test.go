package scaler

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
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

var worded = design.Design{Target: "y", Features: []string{"a", "w", "b"}, Missing: design.Mean, Lags: []int{},
	Categories: []design.Category{{Name: "w"}}, MaxLevels: 3}

// fitWords fits a scaler on rows of two numbers and a word.
func fitWords(t *testing.T, name string, a, y []float64, cells ...string) Dataset {
	t.Helper()
	var s Sums
	s.Add(&design.Rows{X: [][]float64{a, y}, Y: y, Codes: []design.Codes{words(cells...)}})
	return Dataset{ID: untimed(name, len(y)), Used: int64(len(y)), Sums: s}
}

// The moments of a level are those of its zeros and ones, without the missing cells.
func TestLevelMoments(t *testing.T) {
	one := fitWords(t, "1", []float64{1, 2, 3, 4}, []float64{1, 2, 4, 8}, "x", "y", "", "x")
	two := fitWords(t, "2", []float64{5, 7, 9, 4}, []float64{1, 3, 4, 8}, "z", "z", "u", "z")
	s := fitted(t, worded, one, two)
	if got := strings.Join(s.FeatureNamesOut, " "); got != "a w=x w=z w=(other) b" {
		t.Errorf("columns %s", got)
	}
	const n = 7
	for j, ones := range []float64{2, 3, 2} {
		j++
		v := ones * (n - ones) / (n * n)
		if s.Mean[j] != ones/n || s.Var[j] != v || math.Abs(s.Scale[j]-math.Sqrt(v)) > 1e-16 || s.NSamplesSeen[j] != n {
			t.Errorf("%s: mean %v, variance %v, scale %v of %d", s.FeatureNamesOut[j], s.Mean[j], s.Var[j], s.Scale[j],
				s.NSamplesSeen[j])
		}
	}
	if s.Reference(0) != 2 {
		t.Errorf("the reference is %s", s.FeatureNamesOut[s.Reference(0)])
	}
}

// Both ways to standardise write z of the row's level and of the others, 0 where it is
// missing or not known.
func TestExpand(t *testing.T) {
	s := fitted(t, worded, fitWords(t, "1", []float64{1, 2, 3, 5}, []float64{1, 2, 4, 8}, "x", "y", "z", "x"))
	codes := words("x", "y", "", "hail", "z")
	codes.From, codes.To, codes.Column = 1, 4, []int{-1, 1, 2, -1, 3}
	a := []float64{1, 2, 3, 4, 5}
	rows := &design.Rows{N: 5, X: [][]float64{a, nil, nil, nil, a}, Y: a, Codes: []design.Codes{codes}}
	const w = 7
	z, precise := make([]float64, 5*w), make([]moments.Sum, 5*w)
	for i := range z {
		z[i], precise[i] = 7, moments.Float(7) // memory that was used before
	}
	s.Standardize(z, rows)
	s.StandardizePrecise(precise, rows)
	for i, column := range []int{1, 2, -1, -1, 3} {
		for j := 1; j < 4; j++ {
			want := 0.0
			if column == j {
				want = (1 - s.Mean[j]) / s.Scale[j]
			} else if column >= 0 {
				want = (0 - s.Mean[j]) / s.Scale[j]
			}
			if got := z[i*w+1+j]; got != want || precise[i*w+1+j].Value() != want {
				t.Errorf("row %d, column %d: %v and %v, want %v", i, j, got, precise[i*w+1+j], want)
			}
		}
		if z[i*w+1] != (a[i]-s.Mean[0])/s.Scale[0] {
			t.Errorf("row %d: %v", i, z[i*w:(i+1)*w])
		}
	}
}
