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

// weigh sets the weights of two fits, the plain one first, so that the error of the mean
// of them and of the target's mean, which has the rest, is least. It reports whether a fit failed.
func (s *Settings) weigh(members []member, splits []split) error {
	var products [3][3]float64 // of errors: of the mean, and of the members
	for _, split := range splits {
		fits := []solution{meanOf(split.train)}
		for _, m := range members {
			x, err := s.fitMember(split.train, m)
			if err != nil {
				return err
			}
			fits = append(fits, x)
		}
		for i, x := range fits {
			e := split.test.residuals(x)
			for j, y := range fits {
				for k, other := range split.test.residuals(y) {
					products[i][j] += float64(e[k].Value() * other.Value())
				}
			}
		}
	}
	squares := func(plain, chosen int) (sum float64) {
		w := [3]float64{float64(twentieths-plain-chosen) / twentieths, float64(plain) / twentieths,
			float64(chosen) / twentieths}
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
	return nil
}

// meanOf returns the fit of the target's mean.
func meanOf(f *Factor) solution {
	return solution{f.at(0, f.Width-1).Over(f.at(0, 0)), make([]moments.Sum, f.Width-2)}
}

// fitMember returns the fit of a member.
func (s Settings) fitMember(f *Factor, m member) (x solution, err error) {
	s.blend = nil
	s.leaveOut(m.kept)
	fits, err := s.fits(f, m.penalty)
	if err != nil {
		return x, err
	}
	return fits[0], nil
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
	sum, rest := meanOf(f), 1.0
	mean := sum.b0
	sum.b0 = moments.Sum{}
	for _, m := range s.blend {
		if m.weight == 0 {
			continue
		}
		x, err := s.fitMember(f, m)
		if err != nil {
			return nil, err
		}
		weight := moments.Float(m.weight)
		sum.b0.Merge(x.b0.Times(weight))
		for j, b := range x.b {
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
