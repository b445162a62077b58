package metrics

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"mlpipeline/internal/scaler"
)

// ResidualsByTenth are sums over rows by the tenth of the training rows that their number
// of a column belongs to, for every column of scaler.Tenths. The zero value has seen no row.
type ResidualsByTenth [][tenths]Residuals

// Residuals are sums of residuals z in units of the training's, cut at ±16. Each z counts as
// a multiple of 2⁻¹⁶ and each square of 2⁻¹², so that sums of up to 2³³ rows are exact and
// the same in any order.
type Residuals struct {
	N       int64   `range:"0,1e12"`
	Sum     float64 // Σz
	Squares float64 `range:"0,"`
}

// Add includes the rows of a sample, of which x are the columns of X, but for those that lack
// the target or the number.
func (r *ResidualsByTenth) Add(columns []scaler.Tenths, x [][]float64, s *Sample) {
	const farthest, fine, coarse = 16, 1 << 16, 1 << 12
	if s.Scale.sigma == 0 { // there is no unit
		return
	}
	if *r == nil {
		*r = make(ResidualsByTenth, len(columns))
	}
	unit, z, squares := s.Scale.unit(), make([]float64, len(s.Actual)), make([]float64, len(s.Actual))
	for i, y := range s.Actual {
		v := min(max((y-s.Predicted[i])*unit, -farthest), farthest)
		z[i], squares[i] = math.Round(v*fine)/fine, math.Round(float64(v*v)*coarse)/coarse
	}
	for k, c := range columns {
		bins, edges := &(*r)[k], newDeciles(c.Edges)
		for i, v := range x[c.Column] {
			if v != v || z[i] != z[i] {
				continue
			}
			b := &bins[edges.bin(v)]
			b.N, b.Sum, b.Squares = b.N+1, b.Sum+z[i], b.Squares+squares[i]
		}
	}
}

// Merge includes the rows of o, by the same columns.
func (r *ResidualsByTenth) Merge(o ResidualsByTenth) {
	if len(*r) == 0 || len(*r) == len(o) {
		merge(r, &o)
	}
}

// check reports sums that are not of so many rows.
func (r ResidualsByTenth) check(rows int64) error {
	for _, bins := range r {
		var n int64
		for _, b := range bins {
			n += b.N
			if b.Squares < 0 || math.Abs(b.Sum) > 16*float64(b.N) || b.Squares > 256*float64(b.N) || n > rows {
				return errors.New("the residuals by tenth are not of the rows")
			}
		}
	}
	return nil
}

// What bends, and how surely.
const (
	leastInTenth = 10   // rows, of tenths that count
	leastTenths  = 4    // of these
	mostErrors   = 3    // standard errors of the mean
	leastShare   = 0.01 // of the squared error
	mostNamed    = 3    // columns
)

// bend tests whether mean residuals bend over a column, and returns the share of the squared
// error that bends make up, 0 where they do not. A straight line is fitted to those
// of its tenths, at their middles, with their rows as weights. They bend if one of them is
// more than three of its standard errors, times widened, from the line, and the distances
// from it make up a hundredth of the squared error.
func bend(bins *[tenths]Residuals, middles []float64, widened float64) (share float64) {
	var n, x, y, xx, xy, squares float64
	used := 0
	for i, middle := range middles {
		b := &bins[i]
		squares += b.Squares
		if b.N < leastInTenth {
			continue
		}
		used++
		n += float64(b.N)
		d := middle - middles[0]
		x, y = x+float64(float64(b.N)*d), y+b.Sum
		xx, xy = xx+float64(float64(b.N)*float64(d*d)), xy+float64(d*b.Sum)
	}
	varies := xx - x/n*x
	if used < leastTenths || !(varies > 0) || squares == 0 {
		return 0
	}
	slope := (xy - x/n*y) / varies
	sure := false
	for i, middle := range middles {
		b := &bins[i]
		if b.N < leastInTenth {
			continue
		}
		rows := float64(b.N)
		mean := b.Sum / rows
		off := mean - y/n - float64(slope*(middle-middles[0]-x/n))
		stdError := math.Sqrt(max(0, b.Squares/rows-float64(mean*mean)) / (rows - 1))
		sure = sure || math.Abs(off) > float64(mostErrors*widened)*stdError
		share += float64(rows*float64(off*off)) / squares
	}
	if !sure || !(share >= leastShare) {
		return 0
	}
	return share
}

// Bends names the columns with which the target bends, but for those that have hinges, in a
// sentence without its end that says what to do; "" for none. Standard errors are widened
// where residuals resemble those of the row before, by √((1 + r)/(1 − r)).
func (r *Report) Bends(s *scaler.Scaler) string {
	if s.Proposed || r.Rows == 0 {
		return ""
	}
	widened := 1.0
	if first := r.Diagnostics.Autocorrelation[0]; first != nil && s.Time != "" {
		near := min(0.99, max(0, *first))
		widened = math.Sqrt((1 + near) / (1 - near))
	}
	share := map[string]float64{}
	var names []string
	columns := s.Tenths()
	for k := range min(len(columns), len(r.ByTenth)) {
		name := columns[k].Name
		if share[name] = bend(&r.ByTenth[k], columns[k].Middles, widened); share[name] > 0 {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(share[b], share[a]) })
	if names = names[:min(mostNamed, len(names))]; len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s bends with %s: model_preprocessing %s", s.Target, strings.Join(names, " and "), wayOut(names))
}

// wayOut is what lets columns bend: hinges, if their names can be written as flags are.
func wayOut(names []string) string {
	list := strings.Join(names, ",")
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_, ", r)
	}
	if strings.ContainsFunc(list, odd) || strings.Count(list, ",") >= len(names) {
		return "-auto; with pipeline.sh: PREPROCESSING=-auto ./pipeline.sh"
	}
	flag := "-hinge " + list
	if strings.Contains(list, " ") {
		flag = "-hinge \"" + list + "\""
	}
	return fmt.Sprintf("%s, or -auto; with pipeline.sh: PREPROCESSING='%s' ./pipeline.sh", flag, flag)
}
