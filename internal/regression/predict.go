package regression

import "mlpipeline/internal/design"

// Predict writes ŷ of the rows into dst, of length rows.N. A missing feature
// counts as its mean, and a level that is not known as the average category.
func (m *Model) Predict(dst []float64, rows *design.Rows) {
	m.linear(dst, m.Intercept, m.Coef, 0, rows)
	for k := range rows.Codes {
		// Σ b·z is that of a row without any level, and what the row's level adds.
		c, none := &rows.Codes[k], 0.0
		for j := c.From; j < c.To; j++ {
			none -= float64(m.Coef[j] / m.Scale[j] * m.Mean[j])
		}
		effect := make([]float64, len(c.Column))
		for code, j := range c.Column {
			if j >= 0 {
				effect[code] = none + m.Coef[j]/m.Scale[j]
			}
		}
		for i, code := range c.Codes {
			dst[i] += effect[code]
		}
	}
}

// PredictSeason writes what the season alone predicts into dst, of length
// rows.N. Without a season there is nothing to call it for.
func (m *Model) PredictSeason(dst []float64, rows *design.Rows) {
	m.linear(dst, m.Climatology[0], m.Climatology[1:], m.SeasonFrom, rows)
}

// linear writes b0 + Σ b[j]·z[from+j] into dst.
func (m *Model) linear(dst []float64, b0 float64, b []float64, from int, rows *design.Rows) {
	var terms []term
	for j, coef := range b {
		// A constant column has no slope, whatever it is here.
		if slope := coef / m.Scale[from+j]; slope != 0 && rows.X[from+j] != nil {
			terms = append(terms, term{rows.X[from+j], m.Mean[from+j], slope})
		}
	}
	for i := range dst {
		dst[i] = b0
	}
	for _, t := range terms {
		for i, v := range t.x[:len(dst)] {
			dst[i] += float64((v - t.mean) * t.slope)
		}
	}
	for i, v := range dst {
		if v != v { // a missing cell is the mean
			dst[i] = b0
			for _, t := range terms {
				if d := t.x[i] - t.mean; d == d {
					dst[i] += float64(d * t.slope)
				}
			}
		}
	}
}

// term is what one column adds to a prediction: slope·(x − mean).
type term struct {
	x           []float64
	mean, slope float64
}
