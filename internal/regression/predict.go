package regression

import "mlpipeline/internal/design"

// Predict writes ŷ of the rows into dst, of length rows.N. A missing feature
// counts as its mean, and a level that is not known as the average category.
func (m *Model) Predict(dst []float64, rows *design.Rows) {
	m.linear(dst, m.Intercept, m.Coef, 0, rows)
}

// PredictSeason writes what the season alone predicts into dst, of length
// rows.N. Without a season there is nothing to call it for.
func (m *Model) PredictSeason(dst []float64, rows *design.Rows) {
	m.linear(dst, m.Climatology[0], m.Climatology[1:], m.SeasonFrom, rows)
}

// linear writes b0 + Σ b[j]·z[from+j] into dst, z being 0 where x is missing.
func (m *Model) linear(dst []float64, b0 float64, b []float64, from int, rows *design.Rows) {
	memory := make([]float64, rows.N)
	for i := range dst {
		dst[i] = b0
	}
	for j, coef := range b {
		mean, slope := m.Mean[from+j], coef/m.Scale[from+j]
		if slope == 0 {
			continue
		}
		for i, v := range rows.Values(memory, from+j, 0, rows.N) {
			if d := v - mean; d == d {
				dst[i] += float64(d * slope)
			}
		}
	}
}
