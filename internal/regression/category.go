package regression

import (
	"math"

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

// levels are the columns of a category in a solver. In every row the columns, before
// they are standardised, are one 1 and zeros, or all missing: either way
// Σ scale·z = 0.
type levels struct {
	from, reference int
	mean, scale     []float64
	absent          []int // those that no row has
}

// levels returns the categories' columns.
func (s *Settings) levels() []levels {
	all := make([]levels, len(s.Categories))
	for i, c := range s.Categories {
		all[i] = levels{from: c.From, reference: c.Reference, mean: s.Mean[c.From:c.To], scale: s.Scale[c.From:c.To]}
	}
	return all
}

// isReference reports whether least squares leaves column j out.
func (a *solver) isReference(j int) bool {
	for _, c := range a.categories {
		if c.reference == j {
			return true
		}
	}
	return false
}

// isAbsent reports whether column j is a level that no row has.
func (a *solver) isAbsent(j int) bool {
	for _, c := range a.categories {
		for _, k := range c.absent {
			if k == j {
				return true
			}
		}
	}
	return false
}

// findAbsent finds the levels that no row has, as where a model is trained on a part
// of the scaler's files, or a fold is held out: their columns do not vary but for
// noise, and lie below their mean.
func (a *solver) findAbsent(noise []float64) {
	for k := range a.categories {
		c := &a.categories[k]
		for l := range c.scale {
			j, varies := c.from+l, 0.0
			for i := range j + 1 {
				varies = math.Hypot(varies, a.big(i+1, j+1).Hi)
			}
			if varies <= noise[j] && a.big(0, j+1).Hi < 0 {
				c.absent = append(c.absent, j)
			}
		}
	}
}

// average gives the levels that no row has the mean effect of the others, weighted by
// how frequent the scaler found them, as any level that is not known counts as the
// average category. That changes the prediction of no row. The effect of a level is
// b/scale; what the reference gets is taken from all, so that its coefficient stays 0.
func (a *solver) average(b []moments.Sum) {
	for _, c := range a.categories {
		if len(c.absent) == 0 || len(c.absent) == len(c.scale) {
			continue
		}
		absent := make([]bool, len(c.scale))
		for _, j := range c.absent {
			absent[j-c.from] = true
		}
		effects, mean, weights := make([]moments.Sum, len(c.scale)), moments.Sum{}, 0.0
		for l, scale := range c.scale {
			effects[l] = b[c.from+l].Over(moments.Float(scale))
			if !absent[l] {
				mean.Merge(effects[l].Times(moments.Float(c.mean[l])))
				weights += c.mean[l]
			}
		}
		mean = mean.Over(moments.Float(weights))
		for l := range effects {
			if absent[l] {
				effects[l] = mean
			}
		}
		origin := effects[c.reference-c.from]
		for l, scale := range c.scale {
			b[c.from+l] = effects[l].Minus(origin).Times(moments.Float(scale))
		}
	}
}
