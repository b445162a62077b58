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
	few := effects[:min(l.coefficients, len(effects))]
	shown := slices.Concat(few, references[:min(l.coefficients/4, len(references))])
	bends := p.terms(&s, l)
	if !bends { // else a coefficient alone says little
		s.Figures = append(s.Figures, p.forest(shown, len(few)))
		if more := len(effects) - len(few); more > 0 {
			s.say("%s smaller and not shown; model.json has them.", plural(more, "coefficient is", "coefficients are"))
		}
	}
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

// dot is a value with intervals, or the reference that others are compared with.
type dot struct {
	name                string
	value, half, robust float64
	reference           bool
}

// dotChart draws dots in rows.
func dotChart(dots []dot, x axis) *chart {
	row := 20
	if len(dots) > 12 {
		row = 15
	}
	y := axis{from: float64(len(dots)) - 0.5, to: -0.5}
	for i, d := range dots {
		y.ticks = append(y.ticks, tick{float64(i), short(d.name, 18)})
	}
	c := newChart(x, y, size{400, 68 + float64(row*len(dots)), 150, 26, 42})
	var thick, thin, points, hollow string
	for i, d := range dots {
		at := float64(i)
		if d.reference {
			hollow += c.dot(0, at)
			c.text(c.atX(0)+8, c.atY(at)+4, "start", "reference")
			continue
		}
		if d.half > 0 {
			thick += c.segment(c.insideX(d.value-d.half), at, c.insideX(d.value+d.half), at)
		}
		if d.robust > 0 {
			thin += c.segment(d.value-d.robust, at, d.value+d.robust, at)
		}
		points += c.dot(d.value, at)
	}
	c.draw("guide", "", moves(c.atX(0), c.top, c.atX(0), c.height-c.bottom))
	c.draw("thick", "95 %", thick)
	c.draw("thin", "95 %, robust", thin)
	c.draw("point", "", points)
	c.draw("hollow", "", hollow)
	return c
}

// forest draws standardised effects, of which the first count, with their intervals.
func (p *Page) forest(shown []int, effects int) figure {
	m := p.Model
	classical, robust := m.HalfWidths()
	half := func(std *float64, quantile float64) float64 {
		if std == nil {
			return 0
		}
		return float64(quantile * *std)
	}
	reach, none := []float64{0}, 0
	var dots []dot
	t := numbers("Column", "Effect", "95 % ±", "Robust 95 % ±")
	for i, j := range shown {
		c := m.Standardized[j]
		d := dot{c.Name, c.Value, half(c.StdError, classical), half(c.Robust, robust), c.Reference}
		dots, reach = append(dots, d), append(reach, d.value-max(d.half, d.robust), d.value+max(d.half, d.robust))
		t.add(name(d.name), num(d.value), num(d.half), num(d.robust))
		if i < effects && math.Abs(d.value) <= max(d.half, d.robust) {
			none++
		}
	}
	c := dotChart(dots, numeric(short(p.target(), 20)+" per standard deviation", reach...))
	does := ""
	if effects > 0 {
		first := m.Standardized[shown[0]]
		does = fmt.Sprintf("Here the largest is that of %s, %s; %d of %d cannot be told from 0.", name(first.Name),
			num(first.Value), none, effects)
	}
	if m.StdErrorReason != "" {
		does += " There are no classical intervals: " + m.StdErrorReason + "."
	}
	return c.figure("Effects of the columns, standardised", "A dot with intervals for each column.",
		"What has both intervals on one side of 0 has an effect that is sure; trust the wider one.", does, t)
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
