package scaler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Levels are the levels of a category, and how many rows have each. The zero value
// has seen no row.
type Levels struct {
	Counts []Count `json:"counts"` // in byte order
	// Many says that there are more than an identifier needs, and no more is known.
	// It merges like a set that is beyond a bound, in any grouping.
	Many bool `json:"many,omitempty"`
}

// Count is a level and how many rows have it.
type Count struct {
	Level string `json:"level"`
	N     int64  `json:"n"`
}

// A column of more levels than this, or of more text in them, tells rows apart and
// says nothing of others: it is an identifier.
const (
	manyLevels = 10000
	manyBytes  = 1 << 20
)

// Add includes the rows of a block.
func (l *Levels) Add(c *design.Codes) {
	var block Levels
	for code, n := range c.Counts() {
		if code > 0 && n > 0 {
			block.Counts = append(block.Counts, Count{c.Words[code], n})
		}
	}
	slices.SortFunc(block.Counts, byLevel)
	l.Merge(block)
}

func byLevel(a, b Count) int { return strings.Compare(a.Level, b.Level) }

// Merge includes what o has seen.
func (l *Levels) Merge(o Levels) {
	both := slices.Concat(l.Counts, o.Counts)
	slices.SortStableFunc(both, byLevel)
	merged, bytes := make([]Count, 0, len(both)), 0
	for _, c := range both {
		if n := len(merged); n > 0 && merged[n-1].Level == c.Level {
			merged[n-1].N += c.N
			continue
		}
		merged = append(merged, c)
		bytes += len(c.Level)
	}
	l.Counts = merged
	if l.Many = l.Many || o.Many || len(merged) > manyLevels || bytes > manyBytes; l.Many {
		l.Counts = []Count{}
	}
}

// N returns how many rows have a level.
func (l *Levels) N() (n int64) {
	for _, c := range l.Counts {
		n += c.N
	}
	return n
}

// possible reports whether these can be the levels of so many rows.
func (l *Levels) possible(rows int64) bool {
	bytes, last := 0, ""
	for _, c := range l.Counts {
		if c.Level <= last || c.N < 1 || c.N > rows {
			return false
		}
		rows -= c.N
		bytes += len(c.Level)
		last = c.Level
	}
	return len(l.Counts) <= manyLevels && bytes <= manyBytes && !(l.Many && len(l.Counts) > 0)
}

// finish returns the levels of X, no more than most, and what is pooled in the last
// one, design.Other, if there are more: the rarest, of equally rare ones the first,
// which is scikit-learn's rule (OneHotEncoder, max_categories). An identifier has no
// levels.
func (l *Levels) finish(most int) (levels, pooled []string) {
	levels = []string{}
	counts := slices.Clone(l.Counts)
	if len(counts) > most {
		weight := func(c Count) int64 {
			if c.Level == design.Other {
				return 0 // is pooled, whatever it means
			}
			return c.N
		}
		slices.SortStableFunc(counts, func(a, b Count) int { return cmp.Compare(weight(a), weight(b)) })
		rare := len(counts) - (most - 1)
		for _, c := range counts[:rare] {
			pooled = append(pooled, c.Level)
		}
		slices.Sort(pooled)
		counts = counts[rare:]
		slices.SortFunc(counts, byLevel)
	}
	for _, c := range counts {
		levels = append(levels, c.Level)
	}
	if len(pooled) > 0 {
		levels = append(levels, design.Other)
	}
	return levels, pooled
}

// finishLevels sets the levels of the categories.
func (s *Scaler) finishLevels(all []Levels) error {
	for k := range s.Categories {
		c := &s.Categories[k]
		if c.Levels, c.Pooled = all[k].finish(s.MaxLevels); len(c.Levels) == 0 && !all[k].Many {
			return fmt.Errorf("column %q has no word in any row that can be used; leave it out with -features", c.Name)
		}
		if s.Missing == design.Indicator && len(c.Levels) > 0 && all[k].N() < s.Used() {
			c.Levels, c.Missing = append(c.Levels, design.MissingLevel), true
		}
	}
	if len(s.Names()) == 0 && len(s.Categories) > 0 {
		return fmt.Errorf("there is no feature: %q has more than %d different words; choose others with -features",
			s.Categories[0].Name, manyLevels)
	}
	return nil
}

// moments returns the moments of the columns of X, of so many rows in all.
func (l *Levels) moments(c *design.Category, rows int64) (columns []moments.Moments) {
	n := l.N()
	pool, levels := n, c.Levels
	if c.Missing {
		n, levels = rows, levels[:len(levels)-1]
	}
	for i, level := range levels {
		ones := pool // of Other, the last one, what the others leave
		if last := i == len(levels)-1; !last || len(c.Pooled) == 0 {
			k, _ := slices.BinarySearchFunc(l.Counts, Count{Level: level}, byLevel)
			ones = l.Counts[k].N
		}
		columns = append(columns, moments.Binary(n, ones))
		pool -= ones
	}
	if c.Missing {
		columns = append(columns, moments.Binary(rows, rows-l.N()))
	}
	return columns
}

// momentsOfX returns the moments of all columns of X, and of the target. Those of derived
// columns are of no number.
func (s *Scaler) momentsOfX(total Sums) (columns []moments.Moments) {
	rest := total.Moments
	next := func() (m moments.Moments) {
		m, rest = rest[0], rest[1:]
		return m
	}
	t, used := terms{Scaler: s, total: &total}, s.Used()
	for _, g := range s.Terms() {
		switch g.Kind {
		case design.Word, design.Clock:
			c, levels := t.categoryOf(g.Name)
			columns = append(columns, levels.moments(c, used)...)
		case design.Missing:
			feature := slices.Index(s.numericFeatures(), g.Made.Of[0])
			columns = append(columns, moments.Binary(used, used-total.Moments[feature].N))
		case design.Hinge, design.Cross:
			columns = append(columns, make([]moments.Moments, len(g.Columns))...)
		default:
			for range g.Columns {
				columns = append(columns, next())
			}
		}
	}
	return append(columns, total.Moments[len(total.Moments)-1])
}

// Reference returns the column of X of a category's most frequent level, of equally
// frequent ones the first. The category, of design.CategoryTerms, must have levels.
func (s *Scaler) Reference(category int) (column int) {
	g := s.CategoryTerms()[category]
	shares := s.Mean[g.From:g.To()]
	return g.From + slices.Index(shares, slices.Max(shares))
}
