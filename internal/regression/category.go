package regression

import (
	"slices"

	"mlpipeline/internal/moments"
)

// Category is a category of the rows: its levels are the columns From to To, To not
// included. Reference is the one that least squares leaves out, by constraint: its
// coefficient is 0, and those of the others are differences from it. A ridge
// penalises it like any other.
type Category struct {
	Name                string
	From, To, Reference int
}

// levelColumns are the columns of a category in a solver. In every row the columns, before
// they are standardised, are one 1 and zeros, or all missing: either way
// Σ scale·z = 0.
type levelColumns struct {
	from, reference int
	mean, scale     []float64
	absent          []bool // no row has the level
	// out is the column that follows from the others, and is left out: the reference,
	// or the most frequent level if that is absent.
	out int
}

// levels returns the categories' columns.
func (s *Settings) levels() []levelColumns {
	var all []levelColumns
	for _, c := range s.Categories {
		if !s.isLeft(c.From) {
			all = append(all, levelColumns{from: c.From, reference: c.Reference, mean: s.Mean[c.From:c.To],
				scale: s.Scale[c.From:c.To]})
		}
	}
	return all
}

// isReference reports whether column j is what the others of its category are
// compared with.
func (a *solver) isReference(j int) bool {
	return slices.ContainsFunc(a.categories, func(c levelColumns) bool { return c.reference == j })
}

// isOut reports whether least squares leaves column j out: what follows from the
// others of its category, and levels that no row has.
func (a *solver) isOut(j int) bool {
	return a.left != nil && a.left[j] || slices.ContainsFunc(a.categories, func(c levelColumns) bool {
		return c.out == j || j >= c.from && j < c.from+len(c.absent) && c.absent[j-c.from]
	})
}

// findAbsent finds the levels that no row has, as where a model is trained on some
// of the scaler's files, or a fold is held out. Rounding does not decide it: how many
// rows have a level is a whole number. If c rows have it and k others are not missing,
// with m and s its mean and scale,
//
//	s·Σz = c·(1−m) − k·m    s²·Σz² = c·(1−m)² + k·m²    s²·Σz² + m·s·Σz = c·(1−m)
//
// where Σz and Σz² are those of a column of R.
func (a *solver) findAbsent() {
	for i := range a.categories {
		c := &a.categories[i]
		c.absent = make([]bool, len(c.scale))
		for l, s := range c.scale {
			j, m, squares := c.from+l, c.mean[l], 0.0
			column := a.f.column(0, j+1)
			for _, r := range column {
				squares += float64(r * r)
			}
			sum := a.f.R[0] * column[0]
			c.absent[l] = float64(s*s*squares)+float64(m*s*sum) < 0.5*(1-m)
		}
		c.out = c.reference
		for l, m := range c.mean {
			if out := c.out - c.from; !c.absent[l] && (c.absent[out] || c.out != c.reference && m > c.mean[out]) {
				c.out = c.from + l
			}
		}
	}
}

// average gives the levels that no row has the mean effect of the others, weighted by
// how frequent the scaler found them, as any level that is not known counts as the
// average category. The effect of a level is b/scale; what the reference gets is taken
// from all, so that its coefficient is 0. Either changes predictions of the rows, but
// for those whose word is missing, by a constant that the intercept takes back.
func (a *solver) average(b []moments.Sum) {
	for _, c := range a.categories {
		effects, weights := make([]moments.Sum, len(c.scale)), 0.0
		var mean moments.Sum
		for l, scale := range c.scale {
			effects[l] = b[c.from+l].Over(moments.Float(scale))
			if !c.absent[l] {
				mean.Merge(effects[l].Times(moments.Float(c.mean[l])))
				weights += c.mean[l]
			}
		}
		if weights == 0 || !slices.Contains(c.absent, true) {
			continue
		}
		mean = mean.Over(moments.Float(weights))
		for l, absent := range c.absent {
			if absent {
				effects[l] = mean
			}
		}
		for l, scale := range c.scale {
			b[c.from+l] = effects[l].Minus(effects[c.reference-c.from]).Times(moments.Float(scale))
		}
	}
}
