package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// member is a fit that a blend is the mean of.
type member struct {
	kept    []bool // of the terms
	penalty float64
	weight  float64
}

// A chosen model is the best of many on the rows that chose it, and worse on others. So what
// predicts is the weighted mean of three fits, of the target's mean, the plain terms and the
// chosen ones, where that errs less than the chosen ones alone on rows held out (L. Breiman,
// "Stacked regressions", Machine Learning 24, 1996). It is one linear model.
const (
	twentieths = 20    // of which weights are
	gainBlend  = 0.003 // share of the error that it must save
)

// blend sets the weights of two fits, the plain one first, so that the error of the mean
// of them and of the target's mean, which has the rest, is least.
func (c *chooser) blend(members []member, splits []split) {
	var products [4][4]float64 // of predictions: the mean's, those of the members, and y
	for k := range splits {
		train, test := &splits[k].train, &splits[k].test
		coefficients := func(columns []int, penalty float64) []float64 {
			v := make([]float64, test.w)
			at, b := train.ridge(columns, penalty)
			for l, j := range at {
				v[j] = b[l]
			}
			return v
		}
		vectors := [4][]float64{coefficients([]int{0}, 0)}
		for i, m := range members {
			vectors[1+i] = coefficients(c.columnsOf(m.kept), m.penalty)
		}
		vectors[3] = make([]float64, test.w)
		vectors[3][test.w-1] = 1
		for i, u := range vectors {
			for j, v := range vectors {
				products[i][j] += test.product(u, v)
			}
		}
	}
	squares := func(plain, chosen int) (sum float64) {
		w := [4]float64{float64(twentieths-plain-chosen) / twentieths, float64(plain) / twentieths,
			float64(chosen) / twentieths, -1}
		for i, u := range w {
			for j, v := range w {
				sum += float64(float64(u*v) * products[i][j])
			}
		}
		return sum
	}
	alone := squares(0, twentieths)
	plain, chosen, least := 0, twentieths, alone*(1-gainBlend)
	for i := range twentieths + 1 {
		for j := range twentieths + 1 - i {
			if sum := squares(i, j); sum < least {
				plain, chosen, least = i, j, sum
			}
		}
	}
	members[0].weight, members[1].weight = float64(plain)/twentieths, float64(chosen)/twentieths
}

// product returns uᵀ·A·v.
func (g *normal) product(u, v []float64) (sum float64) {
	for i, x := range u {
		if x == 0 {
			continue
		}
		inner := 0.0
		for j, y := range v {
			inner += float64(g.a[i*g.w+j] * y)
		}
		sum += float64(x * inner)
	}
	return sum
}

// fits returns the solutions for a factor with several penalties, or that of the blend.
func (s *Settings) fits(f *Factor, alphas ...float64) (fits []solution, err error) {
	if s.blend == nil {
		a, err := s.solver(f, alphas[0])
		if err != nil {
			return nil, err
		}
		if len(alphas) > 1 {
			return a.path(alphas), nil
		}
		return []solution{a.penalized(alphas[0]).solve()}, nil
	}
	sum := solution{b: make([]moments.Sum, len(s.Names))}
	mean, rest := moments.Float(f.R[f.Width-1]).Over(moments.Float(f.R[0])), 1.0
	for _, m := range s.blend {
		if m.weight == 0 {
			continue
		}
		of := *s
		of.blend = nil
		of.leaveOut(m.kept)
		x, err := of.fits(f, m.penalty)
		if err != nil {
			return nil, err
		}
		weight := moments.Float(m.weight)
		sum.b0.Merge(x[0].b0.Times(weight))
		for j, b := range x[0].b {
			sum.b[j].Merge(b.Times(weight))
		}
		rest -= m.weight
	}
	sum.b0.Merge(mean.Times(moments.Float(math.Max(0, rest))))
	return []solution{sum}, nil
}

// union returns the terms of all members that count.
func union(members []member) []bool {
	kept := make([]bool, len(members[0].kept))
	for _, m := range members {
		for t := range kept {
			kept[t] = kept[t] || m.weight > 0 && m.kept[t]
		}
	}
	return kept
}
