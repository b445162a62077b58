package design

import (
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// Rows are the usable rows of one block. They are valid only during the call
// that they are handed to.
type Rows struct {
	File       int            // index of the file
	UsedBefore int64          // usable rows of the file before these
	N          int            // how many
	X          [][]float64    // p columns of length N, nil for levels; NaN only where -missing is mean or indicator
	Codes      []Codes        // of the design's categories and those of the calendar: what their columns of X are
	Y          []float64      // target, length N; NaN only in a Scan with Unknown
	Prev       []float64      // in a Scan with Previous: the target one row earlier, NaN where unknown
	Times      []dataset.Time // length N, or empty without a time column
	Block      BlockRows      // all rows of the block
	Rival      *Rows          // those of the scan's rival, if it has one
	// Ahead is for a block that may have rows with predicted lags, in a Scan with Ahead; nil for
	// others. Blocks that have it come one after the other. It makes of row i of the block, usable
	// or lacking lags, rows of one, whose lags that are not known are what guess says of their rows of
	// the file; and says which these are, in order. They are nil where a guess is NaN, and valid until
	// the next call.
	Ahead func(i int, guess func(row int64) float64) (one *Rows, guessed []int)

	allUsed bool           // all rows of the block are used
	kept    []int          // else these
	begins  int64          // row of the file with which the block begins
	times   []dataset.Time // memory of Times
	ownX    [][]float64    // of X, where its columns are not the block's
	ownY    []float64      // and of Y
	ownC    [][]int32      // and of Codes
	clock   *clock
	guess   func(row int64) float64 // of the target in a row of the file, where it is not known; nil for none
}

// BlockRows are all rows of a block, usable or not.
type BlockRows struct {
	N int // how many
	// In a Scan with All:
	Y     []float64      // target, NaN where missing
	Times []dataset.Time // empty without a time column
	Texts [][]string     // by columns, as Scan.Texts
	Why   []string       // what keeps a row from being used, "" for a usable one
	Lags  []bool         // whether it is lags alone that do; empty without lags
}

// Begins returns the row of the file, from 0, with which the block begins.
func (r *Rows) Begins() int64 { return r.begins }

// Index returns the row of the file, from 0, of row i.
func (r *Rows) Index(i int) int64 { return r.begins + int64(r.Place(i)) }

// Place returns the row of the block, from 0, of row i.
func (r *Rows) Place(i int) int {
	if r.allUsed {
		return i
	}
	return r.kept[i]
}

// Values returns column j of X in rows from to to, to not included: of a level in
// the memory given, NaN where the category is missing or not known.
func (r *Rows) Values(memory []float64, j, from, to int) []float64 {
	switch {
	case from == to: // of no rows all columns are nil
		return nil
	case r.X[j] != nil:
		return r.X[j][from:to]
	}
	k := slices.IndexFunc(r.Codes, func(c Codes) bool { return j >= c.From && j < c.To })
	c := &r.Codes[k]
	for i, code := range c.Codes[from:to] {
		switch c.Column[code] {
		case j:
			memory[i] = 1
		case -1:
			memory[i] = math.NaN()
		default:
			memory[i] = 0
		}
	}
	return memory[:to-from]
}

// target is the last column of a block.
func target(b *table.Block) []float64 { return b.Cols[len(b.Cols)-1] }

// earlier returns the target k rows before row i of the block, NaN where the
// file has none.
func earlier(before, y []float64, i, k int) float64 {
	switch {
	case i >= k:
		return y[i-k]
	case len(before)+i >= k:
		return before[len(before)+i-k]
	}
	return math.NaN()
}

// usableRows sets rows.N, and rows.all or rows.kept, to the usable rows of the block,
// and counts in t why the others are not.
func (s *Scan[R]) usableRows(rows *Rows, b *table.Block, before carry, t *Tally) error {
	rows.kept = rows.kept[:0]
	rows.Block = BlockRows{N: b.Rows}
	if s.All {
		rows.Block = BlockRows{b.Rows, target(b), b.Times, b.Texts, make([]string, b.Rows), nil}
	}
	rows.allUsed = b.Gaps == 0 && len(s.Lags) == 0
	if rows.allUsed {
		rows.N, t.Used = b.Rows, int64(b.Rows)
		return nil
	}
	for i, y := range target(b) {
		known := y == y
		feature := s.missingFeature(b, i, known, t)
		if feature != "" && s.Missing == Error {
			return b.Errorf(i, feature, "is missing; use -missing drop or -missing mean")
		}
		lag := slices.IndexFunc(s.Lags, func(k int) bool { return math.IsNaN(earlier(before.targets, target(b), i, k)) })
		switch {
		case !known:
			t.Left.NoTarget++
		case feature != "":
			t.Left.MissingFeature++
		case lag >= 0:
			t.Left.MissingLag++
		}
		if feature == "" && lag < 0 && (known || s.Unknown) {
			rows.kept = append(rows.kept, i)
		} else if s.All && feature != "" {
			rows.Block.Why[i] = feature + " is missing"
		} else if s.All && lag >= 0 {
			rows.Block.lacksLag(i, s.lagNames[lag])
		}
	}
	rows.N = len(rows.kept)
	rows.allUsed = rows.N == b.Rows
	t.Used = int64(rows.N)
	return nil
}

// lacksLag says that row i lacks a lag, and nothing else.
func (e *BlockRows) lacksLag(i int, name string) {
	if e.Lags == nil {
		e.Lags = make([]bool, e.N)
	}
	e.Lags[i], e.Why[i] = true, name+" is missing"
}

// missingFeature returns the first feature that row i lacks, "" if there is none or it
// takes its mean. What all that are lacking cost is counted, where that is asked for and
// the row has a target or needs none.
func (s *Scan[R]) missingFeature(b *table.Block, i int, known bool, t *Tally) (name string) {
	if s.Missing == Mean || s.Missing == Indicator {
		return ""
	}
	lacking, alone, counts := 0, 0, s.Gaps && (known || s.Unknown)
	for j, feature := range s.features {
		if k := j - s.numeric; k < 0 && b.Cols[j][i] == b.Cols[j][i] || k >= 0 && b.Cats[k].Codes[i] != 0 {
			continue
		}
		if lacking++; lacking == 1 {
			name, alone = feature, j
		}
		if counts {
			if t.Gaps == nil {
				t.Gaps = make([]Gap, len(s.features))
			}
			t.Gaps[j].Rows++
		}
	}
	if lacking == 1 && counts {
		t.Gaps[alone].Alone++
	}
	return name
}

// Gap says how many rows with a target lack a feature, and how many of these lack
// nothing else.
type Gap struct {
	Rows  int64 `json:"rows" range:"0,"`
	Alone int64 `json:"alone" range:"0,"`
}

// mergeGaps adds up the gaps of two runs of rows.
func mergeGaps(a, b []Gap) []Gap {
	if a == nil {
		return slices.Clone(b)
	}
	for j, g := range b {
		a[j].Rows += g.Rows
		a[j].Alone += g.Alone
	}
	return a
}

// makeXY makes the rows of X and y of the usable rows of the block. Columns of
// which all rows are used are the block's own.
func (s *Scan[R]) makeXY(rows *Rows, b *table.Block, before carry) {
	if rows.X == nil && len(s.terms) > 0 {
		last := &s.terms[len(s.terms)-1]
		width := last.From + len(last.Columns)
		rows.X, rows.ownX = make([][]float64, width), make([][]float64, width)
		rows.Codes, rows.ownC = make([]Codes, len(s.columnOf)), make([][]int32, len(s.columnOf))
		rows.clock = newClock(s.Design)
	}
	rows.File, rows.UsedBefore, rows.begins = b.File, before.used, before.rows
	rows.Times = take(&rows.times, b.Times, rows)
	rows.Y = take(&rows.ownY, target(b), rows)
	numbers, words := 0, 0 // that were filled
	for i := range s.terms {
		switch t := &s.terms[i]; t.Kind {
		case Number:
			rows.X[t.From] = take(&rows.ownX[t.From], b.Cols[numbers], rows)
			numbers++
		case Word:
			codes, c := &rows.Codes[words], &b.Cats[words]
			codes.set(t, s.columnOf[words], c.Levels)
			codes.Codes = take(&rows.ownC[words], c.Codes, rows)
			words++
		case Harmonic: // all of them at once, below
			rows.own(t.From)
			rows.own(t.From + 1)
		case Lags:
			for k, lag := range s.Lags {
				rows.shift(rows.own(t.From+k), before.targets, target(b), lag)
			}
		case Clock:
			rows.ownC[words] = resize(rows.ownC[words], rows.N)
			of := calendarOf(t.Name)
			rows.clock.codes(rows.ownC[words], of, rows.Times)
			rows.Codes[words].set(t, s.columnOf[words], append([]string{""}, of.levels...))
			rows.Codes[words].Codes = rows.ownC[words]
			words++
		default:
			rows.make(t, s.Design)
		}
	}
	if from, to := s.Harmonics(); from < to {
		Harmonics(rows.X[from:], s.Annual, s.Daily, rows.Times)
	}
	if s.Previous {
		rows.Prev = resize(rows.Prev, rows.N)
		rows.shift(rows.Prev, before.targets, target(b), 1)
	}
}

// own returns column j of X, in memory of its own.
func (r *Rows) own(j int) []float64 {
	r.ownX[j] = resize(r.ownX[j], r.N)
	r.X[j] = r.ownX[j]
	return r.X[j]
}

// make fills the columns of a term that is made of others.
func (r *Rows) make(t *Term, d *Design) {
	switch t.Kind {
	case Trend:
		dst := r.own(t.From)
		for i, when := range r.Times {
			dst[i] = float64(when) / Year
		}
	case Missing:
		dst := r.own(t.From)
		for i, x := range r.X[t.Sides[0][0]] {
			dst[i] = 0
			if x != x {
				dst[i] = 1
			}
		}
	case Hinge:
		for l, knot := range t.Made.Knots {
			bend(r.own(t.From+l), r.X[t.Sides[0][0]], d.means[t.Sides[0][0]], knot)
		}
	case Cross:
		r.cross(t, d.centred, d.means)
	}
}

// bend writes max(x − knot, 0) into dst; a missing x is its mean.
func bend(dst, x []float64, mean, knot float64) {
	for i, v := range x {
		if v != v {
			v = mean
		}
		dst[i] = max(v-knot, 0)
	}
}

// cross writes the products of the columns of two sides: numbers about their mean, 0 where
// they are missing; levels 1 or 0, and their share of the training rows where they are
// missing or not known.
func (r *Rows) cross(t *Term, centred []bool, means []float64) {
	side := func(columns []int) [][]float64 {
		sides := make([][]float64, len(columns))
		for l, j := range columns {
			sides[l] = slices.Clone(r.Values(make([]float64, r.N), j, 0, r.N))
			for i, v := range sides[l] {
				switch {
				case centred[j] && v == v:
					sides[l][i] = v - means[j]
				case centred[j]:
					sides[l][i] = 0
				case v != v:
					sides[l][i] = means[j]
				}
			}
		}
		return sides
	}
	j, right := t.From, side(t.Sides[1])
	for _, a := range side(t.Sides[0]) {
		for _, b := range right {
			dst := r.own(j)
			for i, v := range a {
				dst[i] = v * b[i]
			}
			j++
		}
	}
}

// shift writes the target lag rows earlier into dst.
func (r *Rows) shift(dst, before, y []float64, lag int) {
	if r.allUsed {
		n := min(lag, len(dst))
		for i := range n {
			dst[i] = earlier(before, y, i, lag)
		}
		copy(dst[n:], y)
		return
	}
	for i, k := range r.kept {
		dst[i] = earlier(before, y, k, lag)
		if r.guess != nil && unknown(dst[i]) {
			dst[i] = r.guess(r.begins + int64(k-lag))
		}
	}
}

// take returns the usable elements of src, in memory, or src itself if all are.
func take[T any](memory *[]T, src []T, rows *Rows) []T {
	if rows.allUsed || len(src) == 0 {
		return src
	}
	*memory = resize(*memory, len(rows.kept))
	for i, k := range rows.kept {
		(*memory)[i] = src[k]
	}
	return *memory
}

func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
