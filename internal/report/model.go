package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/regression"
)

// effects are what the model says, the largest first, and some reference levels.
func (p *Page) effects(l limits) section {
	s := section{Title: "What the prediction is made of"}
	m := p.Model
	if m == nil {
		s.say("The readable form of the model is not here: there are no coefficients to show.")
		return s
	}
	var effects, references []int // indices of coefficients
	for j, c := range m.Standardized {
		if c.Reference {
			references = append(references, j)
		} else {
			effects = append(effects, j)
		}
	}
	size := func(j int) float64 { return math.Abs(m.Standardized[j].Value) }
	slices.SortStableFunc(effects, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	shown := slices.Concat(effects[:min(l.coefficients, len(effects))], references[:min(l.coefficients/4, len(references))])
	bends := p.terms(&s, l)
	t := table{Caption: "In the units of the data: " + p.target() + " per unit of the column" +
		others(len(m.Coefficients), len(shown)), Folded: bends,
		Head: []string{"Column", "Coefficient", "Standard error", "t", "Robust standard error", "t"}}
	t.add("intercept", num(m.Intercept), figureOf(m.InterceptStdError), figureOf(m.InterceptT),
		figureOf(m.InterceptRobust), figureOf(m.InterceptTRobust))
	for _, j := range shown {
		c := m.Coefficients[j]
		value := num(c.Value)
		if c.Reference {
			value = "0 (reference)"
		}
		t.add(name(c.Name), value, figureOf(c.StdError), figureOf(c.T), figureOf(c.Robust), figureOf(c.TRobust))
	}
	s.Tables = append(s.Tables, t)
	return s
}

// training is what was known before the test.
func (p *Page) training(l limits) section {
	s := section{Title: "What training said"}
	m := p.Model
	if m == nil {
		s.say("The readable form of the model is not here.")
		return s
	}
	if cv := m.CV; cv.MSE == nil {
		s.say("there is no cross-validation: %s.", cv.Reason)
	} else {
		text := fmt.Sprintf("Cross-validation in %d folds foresaw a mean squared error of %s ± %s", cv.Folds, num(*cv.MSE),
			num(*cv.MSEStd))
		if test := p.Metrics.MSE; test != nil {
			verdict := "as foreseen"
			switch {
			case *test > *cv.MSE+*cv.MSEStd:
				verdict = "more than foreseen: the test files are not like the training's, or harder"
			case *test < *cv.MSE-*cv.MSEStd:
				verdict = "less than foreseen: the test files are easier than the training's"
			}
			text += fmt.Sprintf("; here it is %s, %s", num(*test), verdict)
		}
		s.say("%s.", text)
	}
	path := table{Caption: "Penalties that were tried", Head: []string{"alpha", "MSE"}, Folded: true}
	for _, point := range m.CV.Path {
		path.add(num(point.Alpha), num(point.MSE))
	}
	s.Tables = append(s.Tables, path)
	p.influence(&s, l)
	return s
}

// influence is what each training file does to the others.
func (p *Page) influence(s *section, l limits) {
	m := p.Model
	if len(m.Influence) == 0 {
		s.say("There is one training file: none to compare it with.")
		return
	}
	influence := slices.Clone(m.Influence)
	size := func(i regression.Influence) float64 {
		if i.DeltaMSE == nil {
			return math.Inf(1)
		}
		return math.Abs(*i.DeltaMSE)
	}
	slices.SortStableFunc(influence, func(a, b regression.Influence) int { return cmp.Compare(size(b), size(a)) })
	if worst := influence[0]; worst.DeltaMSE == nil {
		s.say("without %s the other training files do not determine a model.", name(worst.Name))
	} else {
		effect := "lower"
		if *worst.DeltaMSE < 0 {
			effect = "higher"
		}
		s.say("of the training files %s matters most: without it the mean squared error on the "+
			"others would be %s %s.", name(worst.Name), num(math.Abs(*worst.DeltaMSE)), effect)
	}
	t := table{Caption: "What each training file does to the error on the others", Folded: true,
		Head: []string{"Training file", "Rows", "Adds to the MSE of the others"}}
	for _, d := range influence {
		t.add(name(d.Name), count(d.Rows), figureOf(d.DeltaMSE))
	}
	s.Tables = append(s.Tables, t.cut(l.others))
}
