package weather

import (
	"slices"
	"time"

	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
)

// Ideal is the best linear model of the noiseless temperature on the usual
// features: what it leaves unexplained, no model on them can explain.
type Ideal struct {
	design   design.Design
	factor   regression.Factor
	calendar [][]float64 // the columns of X that the times give
	row      []float64   // of [1 | X | y]
}

// NewIdeal returns a model of logs with a step.
func NewIdeal(step time.Duration) *Ideal {
	m := &Ideal{design: design.Design{Features: Columns[1:], Annual: 2}}
	if step < day {
		m.design.Daily = 2
	}
	m.calendar = make([][]float64, 2*(m.design.Annual+m.design.Daily))
	return m
}

// Features are the columns of X.
func (m *Ideal) Features() []string { return m.design.Names() }

// Add includes the rows that have no gap. Covariates count in units of their
// last decimal, which changes nothing in what is left.
func (m *Ideal) Add(rows *Rows) {
	for j := range m.calendar {
		m.calendar[j] = resize(m.calendar[j], len(rows.Times))
	}
	design.Harmonics(m.calendar, m.design.Annual, m.design.Daily, rows.Times)
	for i, signal := range rows.Signal {
		if slices.ContainsFunc(rows.Cells, func(c []int64) bool { return c[i] == NoReading }) {
			continue
		}
		m.row = append(m.row[:0], 1)
		for _, column := range rows.Cells[1:] {
			m.row = append(m.row, float64(column[i]))
		}
		for _, column := range m.calendar {
			m.row = append(m.row, column[i])
		}
		m.row = append(m.row, signal)
		m.factor.Await(m.row, len(m.row))
	}
}

// Unexplained returns the variance that is left, °C².
func (m *Ideal) Unexplained() float64 {
	m.factor.Finish()
	return m.factor.ResidualSquares() / float64(max(1, m.factor.N))
}
