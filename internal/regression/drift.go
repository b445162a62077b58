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
		if at >= 0 && number <= mostBent && !s.Proposed && !hinged(s, name) {
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
	memory := make([]float64, rows.N)
	for t, term := range m.Terms {
		for j := term.From; j < term.To; j++ {
			if m.Coef[j] == 0 {
				continue
			}
			m.centre(memory, j, rows.Values(memory, j, 0, rows.N))
			sum := 0.0
			for _, z := range memory {
				sum += z
			}
			dst[t] += float64(m.Coef[j] * sum)
		}
	}
}

// TermNames are those of the terms.
func (s *Settings) TermNames() (names []string) {
	for _, t := range s.Terms {
		names = append(names, t.Name)
	}
	return names
}
