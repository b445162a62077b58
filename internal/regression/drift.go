package regression

import (
	"math"
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
)

// mostBent is of how many columns residuals are looked at by bin.
const mostBent = 100

// driftColumns returns what drift is counted of: the features and the target of a scaler.
func driftColumns(s *scaler.Scaler) (columns metrics.Columns) {
	sketch, category := 0, 0 // of the numbers and then the target; of the others
	for _, t := range s.Terms()[:len(s.Features)] {
		if t.Kind != design.Number {
			if len(t.Columns) > 0 {
				columns = append(columns, metrics.Column{Name: t.Name, At: category, Levels: t.Columns})
			}
			category++
			continue
		}
		c := metrics.Column{Name: t.Name, At: t.From, Mean: s.Mean[t.From], Deviation: s.Scale[t.From]}
		if s.Constant(t.From) {
			c.Deviation = 0
		}
		bends := sketch < mostBent && !s.Proposed && !hinged(s, t.Name)
		columns = append(columns, numberColumn(c, s.Sketches[sketch], bends)...)
		sketch++
	}
	target := metrics.Column{Name: s.Target, At: -1, Mean: s.TargetMean, Deviation: math.Sqrt(s.TargetVar)}
	return append(columns, numberColumn(target, s.Sketches[sketch], false)...)
}

// numberColumn completes a column of numbers with what its sketch says: none where that has
// seen none. bends asks for the middles of its bins.
func numberColumn(c metrics.Column, sketch *moments.Sketch, bends bool) metrics.Columns {
	q, _ := sketch.Quantiles(0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1)
	if len(q) == 0 {
		return nil
	}
	deciles := q[2:11]
	c.Low, c.High = q[0], q[12]
	for i, edge := range deciles {
		if edge < c.High && (i == 0 || edge > deciles[i-1]) {
			c.Edges = append(c.Edges, edge)
		}
	}
	if bends {
		between := slices.Concat(q[1:2], c.Edges, q[11:12])
		for i, edge := range between[1:] {
			c.Middles = append(c.Middles, between[i]+(edge-between[i])/2)
		}
	}
	return metrics.Columns{c}
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
