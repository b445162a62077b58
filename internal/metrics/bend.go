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

// ResidualsByBin are sums of residuals, by column and the bin of its number; none of columns
// without middles. The zero value has seen no row.
type ResidualsByBin [][]Residuals

// Residuals are sums over rows.
type Residuals struct {
	N       int64   `range:"0,1e12"`
	Sum     float64 // Σz
	Squares float64 `range:"0,"`
}

// unitResidual is a residual in units of the training's, cut at ±16, and its square, as multiples of 2⁻¹⁶
// and 2⁻¹², so that sums over up to 2³³ rows are exact and the same in any order. They are NaN
// where the row has no target.
type unitResidual struct{ z, square float64 }

// units returns the residuals of a sample, nil where there is no unit.
func (s *Sample) units() []unitResidual {
	const farthest, fine, coarse = 16, 1 << 16, 1 << 12
	if s == nil || s.Scale.sigma == 0 {
		return nil
	}
	unit, all := s.Scale.unit(), make([]unitResidual, len(s.Actual))
	for i, y := range s.Actual {
		v := min(max((y-s.Predicted[i])*unit, -farthest), farthest)
		all[i] = unitResidual{math.RoundToEven(v*fine) / fine, math.RoundToEven(float64(v*v)*coarse) / coarse}
	}
	return all
}

func (r *Residuals) add(of *unitResidual) {
	if of.z == of.z {
		r.N, r.Sum, r.Squares = r.N+1, r.Sum+of.z, r.Squares+of.square
	}
}

// Merge includes the rows of o, by the same columns.
func (r *ResidualsByBin) Merge(o ResidualsByBin) { merge(r, &o) }

// check reports sums that are not of so many rows in these columns.
func (r ResidualsByBin) check(columns Columns, rows int64) error {
	wrong := len(r) != 0 && len(r) != len(columns)
	for i := 0; i < len(r) && !wrong; i++ {
		var n int64
		wrong = len(r[i]) != 0 && len(r[i]) != tenths
		for _, b := range r[i] {
			n += b.N
			wrong = wrong || math.Abs(b.Sum) > 16*float64(b.N) || b.Squares > 256*float64(b.N) || n > rows
		}
	}
	if wrong {
		return errors.New("the residuals by bin are not of the rows")
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
func bend(bins []Residuals, middles []float64, widened float64) (share float64) {
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
	for k, bins := range r.ByBin {
		if column := &r.Columns[k]; len(bins) > 0 {
			if share[column.Name] = bend(bins, column.Middles, widened); share[column.Name] > 0 {
				names = append(names, column.Name)
			}
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
