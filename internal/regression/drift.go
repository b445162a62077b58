package regression

import (
	"math"
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/scaler"
)

// mostBent is of how many columns residuals are looked at by bin.
const mostBent = 100

// driftColumns returns what drift is counted of: the features and the target of a scaler.
func driftColumns(s *scaler.Scaler) (columns metrics.Columns) {
	number, category := 0, 0
	add := func(name string, at int) {
		column := metrics.Column{Name: name, At: at, Mean: s.TargetMean, Deviation: math.Sqrt(s.TargetVar)}
		if at >= 0 {
			column.Mean, column.Deviation = s.Mean[at], s.Scale[at]
			if s.Constant(at) {
				column.Deviation = 0
			}
		}
		q, _ := s.Sketches[number].Quantiles(0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1)
		number++
		if len(q) == 0 {
			return
		}
		column.Low, column.High = q[0], q[12]
		for i, edge := range q[2:11] {
			if edge < column.High && (i == 0 || edge > q[i+1]) {
				column.Edges = append(column.Edges, edge)
			}
		}
		if at >= 0 && number <= mostBent && !hinged(s, name) {
			between := slices.Concat(q[1:2], column.Edges, q[11:12])
			for i, edge := range between[1:] {
				column.Middles = append(column.Middles, between[i]+(edge-between[i])/2)
			}
		}
		columns = append(columns, column)
	}
	for _, t := range s.Terms()[:len(s.Features)] {
		switch {
		case t.Kind == design.Number:
			add(t.Name, t.From)
		case len(t.Columns) > 0:
			columns = append(columns, metrics.Column{Name: t.Name, At: category, Levels: t.Columns})
			fallthrough
		default:
			category++
		}
	}
	add(s.Target, -1)
	return columns
}

// hinged reports whether a scaler has hinges of a column.
func hinged(s *scaler.Scaler, name string) bool {
	return slices.ContainsFunc(s.Made, func(t design.Spec) bool { return t.Kind == design.Hinge && t.Of[0] == name })
}

// training sums up what stands in the columns of all datasets.
func training(datasets []Dataset, held *metrics.Mean) metrics.Training {
	var parts [][]metrics.Cells
	for _, d := range datasets {
		for k := range d.Folds {
			parts = append(parts, d.Folds[k].Cells)
		}
	}
	t := metrics.NewTraining(parts)
	t.Held = held
	return t
}

// Shift adds to dst, one sum a term, by how much the predictions of the rows are above the
// mean prediction of the training rows because of each: Σ b·(z − z̄).
func (m *Model) Shift(dst []float64, rows *design.Rows) {
	if rows.N == 0 {
		return
	}
	n := float64(rows.N)
	counts := make([][]int64, len(rows.Codes))
	for k := range counts {
		counts[k] = rows.Codes[k].Counts()
	}
	for t, term := range m.Terms {
		for j := term.From; j < term.To; j++ {
			b := m.Coef[j]
			if b == 0 {
				continue
			}
			sum := 0.0 // Σ(x − mean)
			if x := rows.X[j]; x != nil {
				sum = deviations(x[:rows.N], m.Mean[j])
			} else {
				k := slices.IndexFunc(rows.Codes, func(c design.Codes) bool { return j >= c.From && j < c.To })
				sum = levelDeviations(rows.Codes[k].Column, counts[k], j, m.Mean[j])
			}
			dst[t] += float64(b * (sum/m.Scale[j] - float64(n*m.Band.Centre[j])))
		}
	}
}

// deviations returns Σ(x − mean), of numbers that are not missing.
func deviations(x []float64, mean float64) (sum float64) {
	var a [4]float64 // sums that do not wait for each other
	i := 0
	for ; i+4 <= len(x); i += 4 {
		a[0] += x[i] - mean
		a[1] += x[i+1] - mean
		a[2] += x[i+2] - mean
		a[3] += x[i+3] - mean
	}
	for ; i < len(x); i++ {
		a[0] += x[i] - mean
	}
	if sum = a[0] + a[1] + (a[2] + a[3]); sum == sum {
		return sum
	}
	sum = 0
	for _, v := range x {
		if d := v - mean; d == d {
			sum += d
		}
	}
	return sum
}

// levelDeviations returns Σ(x − mean) of column j, that of a level, of rows whose level is
// known.
func levelDeviations(columns []int, counts []int64, j int, mean float64) float64 {
	var known, ones int64
	for code, n := range counts {
		if columns[code] >= 0 {
			known += n
		}
		if columns[code] == j {
			ones += n
		}
	}
	return float64(ones) - float64(float64(known)*mean)
}

// TermNames are those of the terms.
func (s *Settings) TermNames() (names []string) {
	for _, t := range s.Terms {
		names = append(names, t.Name)
	}
	return names
}
