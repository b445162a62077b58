package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"gonum.org/v1/gonum/stat"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
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
	for i, e := range s.residuals() {
		v := min(max(e*unit, -farthest), farthest)
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

// possible reports whether sums are of so many rows in these columns.
func (r ResidualsByBin) possible(columns Columns, rows int64) bool {
	for _, bins := range r {
		var n int64
		for _, b := range bins {
			n += b.N
			if math.Abs(b.Sum) > 16*float64(b.N) || b.Squares > 256*float64(b.N) {
				return false
			}
		}
		if n > rows || len(bins) != 0 && len(bins) != tenths {
			return false
		}
	}
	return len(r) == 0 || len(r) == len(columns)
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
	var x, means, rows, errs []float64
	squares := 0.0
	for i := range middles {
		b := &bins[i]
		if squares += b.Squares; b.N < leastInTenth {
			continue
		}
		n := float64(b.N)
		mean := b.Sum / n
		x, means, rows = append(x, middles[i]-middles[0]), append(means, mean), append(rows, n)
		errs = append(errs, math.Sqrt(max(0, b.Squares/n-float64(mean*mean))/(n-1)))
	}
	if len(x) < leastTenths || squares == 0 {
		return 0
	}
	sure := false
	at0, slope := stat.LinearRegression(x, means, rows, false)
	for i, mean := range means {
		off := mean - at0 - float64(slope*x[i])
		sure = sure || math.Abs(off) > float64(mostErrors*widened)*errs[i]
		share += float64(rows[i]*float64(off*off)) / squares
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
	if r.Rows == 0 {
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
	list := csv.List(names)
	flag := "-hinge " + table.ShellWord(list)
	or := ", or -auto"
	if strings.ContainsFunc(list, unicode.IsControl) { // which a message shows in another form
		flag, or = "-auto", ""
	}
	return fmt.Sprintf("%s bends with %s: model_preprocessing %s%s; with pipeline.sh: PREPROCESSING=%s ./pipeline.sh",
		s.Target, strings.Join(names, " and "), flag, or, table.ShellWord(flag))
}
